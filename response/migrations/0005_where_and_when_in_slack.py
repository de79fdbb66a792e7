"""Where a headline post is, what Slack shows of it, and when a comms channel was made."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("response", "0004_who_did_it")]

    operations = [
        migrations.AddField(
            "headlinepost", "channel_id", models.CharField(blank=True, default="", max_length=20)
        ),
        migrations.AddField(
            "headlinepost", "sent_digest", models.CharField(blank=True, default="", max_length=64)
        ),
        # In two steps: channels of 0.5.1 have no known date, new ones get the present time.
        migrations.AddField(
            "commschannel", "created_date", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AlterField(
            "commschannel",
            "created_date",
            models.DateTimeField(blank=True, default=timezone.now, null=True),
        ),
    ]
