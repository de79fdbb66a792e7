"""A mark for the rows that 0.5.1, which had no constraints, could store more than once."""

from django.db import migrations, models

MODELS = ("externaluser", "commschannel", "headlinepost", "pinnedmessage")


class Migration(migrations.Migration):
    dependencies = [("response", "0005_where_and_when_in_slack")]

    operations = [
        migrations.AddField(
            model,
            "superseded",
            models.BooleanField(db_default=False, default=False, editable=False),
        )
        for model in MODELS
    ]
