"""The permissions of an incident beyond Django's own four."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0010_inbox_and_outbox"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="incident",
            options={
                "permissions": (
                    ("close_incident", "Can close and reopen incidents"),
                    ("export_incidents", "Can export incidents"),
                    ("view_private_incident", "Can view every private incident"),
                )
            },
        ),
    ]
