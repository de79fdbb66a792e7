"""The operations desk of the admin: its permissions, "given up", and lists of what is parked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0012_private_incidents"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="call",
            options={
                "permissions": (
                    ("operate_outbox", "Can run again, or give up, what is in the outbox"),
                ),
                "verbose_name": "Slack call",
                "verbose_name_plural": "outbox: Slack calls",
            },
        ),
        migrations.AlterModelOptions(
            name="delivery",
            options={"verbose_name_plural": "inbox: deliveries"},
        ),
        migrations.AlterModelOptions(
            name="handlerrun",
            options={
                "permissions": (
                    ("operate_inbox", "Can run again, or give up, what is in the inbox"),
                ),
                "verbose_name_plural": "inbox: handler runs",
            },
        ),
        migrations.AlterModelOptions(
            name="userstats",
            options={"verbose_name": "participant"},
        ),
        migrations.AlterField(
            model_name="handlerrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("pending", "Pending"),
                    ("done", "Done"),
                    ("parked", "Parked"),
                    ("dropped", "Dropped"),
                ],
                default="pending",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("state", "parked")), fields=["id"], name="response_call_parked"
            ),
        ),
        migrations.AddIndex(
            model_name="handlerrun",
            index=models.Index(
                condition=models.Q(("state", "parked")), fields=["id"], name="response_run_parked"
            ),
        ),
    ]
