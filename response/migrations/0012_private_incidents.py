"""Who is in an incident's channel, whether that is private, and the permission to see all."""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def members_of_private_incidents(apps: Any, schema_editor: Any) -> None:
    """Who took part in the channel of a private incident of before keeps seeing it."""
    using = schema_editor.connection.alias
    stats = apps.get_model("response", "UserStats")._base_manager.using(using)
    members = apps.get_model("response", "IncidentMember")._base_manager.using(using)
    model = members.model
    took_part = stats.filter(incident__private=True).values_list("incident", "user")
    rows = (
        model(incident_id=incident, user_id=user)
        for incident, user in took_part.order_by("pk").iterator()
    )
    members.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("response", "0011_permissions_of_incidents"),
    ]

    operations = [
        migrations.AddField(
            model_name="commschannel",
            name="is_private",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name="commschannel",
            name="public_channel_id",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=20
            ),
        ),
        migrations.CreateModel(
            name="IncidentMember",
            fields=[
                (
                    "id",
                    models.AutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("joined_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="response.incident",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="response.externaluser",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("incident", "user"), name="response_incidentmember_once"
                    )
                ],
            },
        ),
        migrations.RunPython(members_of_private_incidents, migrations.RunPython.noop),
    ]
