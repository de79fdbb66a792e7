"""Entries of a timeline in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from response.core.models import TimelineEvent
from response.core.models.timeline import TEXT
from response.core.serializers.fields import (
    HumanTextField,
    JSONValueField,
    MomentField,
    WireTextField,
)
from response.core.serializers.strict import StrictModelSerializer
from response.core.serializers.texts import as_typed

TEXT_UPDATES = frozenset({"incident_report", "incident_summary", "incident_impact"})


class MetadataField(JSONValueField):
    """What else an entry says: any JSON value."""

    def to_representation(self, value: Any) -> Any:
        """With texts as typed and without addresses that are not to be seen."""
        if isinstance(value, dict) and value.get("update_type") in TEXT_UPDATES:
            texts = ("old_value", "new_value")
            value = {k: as_typed(v) if k in texts else v for k, v in value.items()}
        return super().to_representation(value)


class TimelineEventSerializer(StrictModelSerializer[TimelineEvent]):
    """An entry of an incident's timeline."""

    text = WireTextField()
    timestamp = MomentField(required=False, help_text="Default: now.")
    event_type = serializers.RegexField(
        r"^[A-Za-z0-9_.:-]{1,30}\Z",
        required=False,
        default=TEXT,
        error_messages={
            "invalid": "It is not allowed. Allowed: 1 to 30 of letters, digits and _ . : -"
        },
    )
    metadata = MetadataField(required=False, allow_null=True)
    text_ui = HumanTextField(source="text", read_only=True)

    class Meta:
        model = TimelineEvent
        fields = ("id", "timestamp", "text", "event_type", "metadata", "text_ui")
