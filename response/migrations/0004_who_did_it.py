"""Who made a change, and what the change was, beside each entry of timeline and change feed."""

from typing import Any

import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models


def _person() -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to="response.externaluser",
    )


def _name(max_length: int = 255) -> "models.CharField[Any, Any]":
    return models.CharField(blank=True, default="", max_length=max_length)


class Migration(migrations.Migration):
    dependencies = [("response", "0003_deletions_and_blanks")]

    operations = [
        migrations.AddField("timelineevent", "actor", _person()),
        migrations.AddField("timelineevent", "actor_name", _name()),
        migrations.AddField("event", "verb", _name(30)),
        migrations.AddField(
            "event",
            "changes",
            models.JSONField(
                blank=True,
                encoder=django.core.serializers.json.DjangoJSONEncoder,
                null=True,
            ),
        ),
        migrations.AddField(
            "event",
            "incident",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="response.incident",
            ),
        ),
        migrations.AddField("event", "actor", _person()),
        migrations.AddField("event", "actor_name", _name()),
        migrations.AddIndex(
            "event", models.Index(fields=["timestamp", "id"], name="response_event_feed")
        ),
    ]
