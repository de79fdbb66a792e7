"""One live row for a person, a channel, an incident's headline post and a pinned message."""

from django.db import migrations, models

LIVE = (
    ("externaluser", ["app_id", "external_id"]),
    ("commschannel", ["channel_id"]),
    ("headlinepost", ["incident"]),
    ("pinnedmessage", ["incident", "message_ts"]),
)


class Migration(migrations.Migration):
    dependencies = [("response", "0007_mark_superseded_rows")]

    operations = [
        migrations.AddConstraint(
            model,
            models.UniqueConstraint(
                fields=fields,
                condition=models.Q(superseded=False),
                name=f"response_{model}_one_live",
            ),
        )
        for model, fields in LIVE
    ]
