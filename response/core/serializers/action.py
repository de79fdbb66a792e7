"""Actions in JSON."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from response.core.access import person_of
from response.core.models import Action
from response.core.serializers.fields import (
    FlagField,
    HumanTextField,
    MomentField,
    OneOfField,
    WireTextField,
)
from response.core.serializers.people import PersonField
from response.core.serializers.strict import StrictModelSerializer


class ActionSerializer(StrictModelSerializer[Action]):
    """Something to be done about an incident; a new one is for who asks, unless it says whom."""

    # As in 0.5.1: browser code sends it back with every tick, and it may be empty.
    details = WireTextField(required=False, allow_blank=True)
    details_ui = HumanTextField(source="details", read_only=True)
    user = PersonField(required=False)
    done = FlagField(required=False)
    created_date = MomentField(read_only=True, allow_null=True)
    done_date = MomentField(required=False, allow_null=True)
    due_date = MomentField(required=False, allow_null=True)
    priority = OneOfField(choices=Action.PRIORITIES, required=False, allow_null=True)
    type = OneOfField(choices=Action.TYPES, required=False, allow_null=True)

    class Meta:
        model = Action
        fields = (
            "id",
            "details",
            "done",
            "user",
            "details_ui",
            "created_date",
            "done_date",
            "due_date",
            "priority",
            "type",
        )

    def create(self, validated_data: dict[str, Any]) -> Action:
        """Add it to the incident that the view names."""
        values = dict(validated_data)
        request = self.context.get("request")
        if "user" not in values:
            asking = person_of(request.user) if request is not None else None
            if asking is None:
                raise serializers.ValidationError(
                    {"user": ["Nobody is named. Allowed: the external_id of somebody in users."]}
                )
            values["user"] = asking
        return Action.objects.create(**values)
