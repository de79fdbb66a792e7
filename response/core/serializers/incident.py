"""Incidents in JSON."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers

from response.conf import conf
from response.core.access import person_of
from response.core.models import Incident
from response.core.permissions import may_see_private_incidents
from response.core.serializers.action import ActionSerializer
from response.core.serializers.fields import (
    FlagField,
    MomentField,
    OneOfField,
    TitleField,
    WireTextField,
)
from response.core.serializers.people import PersonField
from response.core.serializers.strict import StrictModelSerializer
from response.core.severity import SEVERITIES, require_kept
from response.exceptions import InvalidValue

PRIVATE_FOR_GOOD = (
    "“false” is not allowed. Allowed: true. It is private; who may see all private incidents "
    "can make it public in the admin."
)


class CommsChannelSerializer(serializers.Serializer[Any]):
    """The channel in which an incident is handled."""

    channel_id = serializers.CharField(read_only=True)
    channel_name = serializers.CharField(read_only=True)


class IncidentSerializer(StrictModelSerializer[Incident]):
    """An incident with its people, actions and channel."""

    report = TitleField()
    summary = WireTextField(required=False, allow_null=True, allow_blank=True)
    impact = WireTextField(required=False, allow_null=True, allow_blank=True)
    reporter = PersonField(read_only=True, allow_null=True)
    lead = PersonField(required=False, allow_null=True)
    comms_channel = CommsChannelSerializer(read_only=True, allow_null=True)
    action_items = ActionSerializer(read_only=True, many=True)
    is_closed = serializers.BooleanField(read_only=True)
    severity = OneOfField(choices=SEVERITIES, required=False, allow_null=True)
    report_time = MomentField(read_only=True)
    start_time = MomentField(required=False)
    end_time = MomentField(required=False, allow_null=True)
    report_only = FlagField(required=False)
    private = FlagField(required=False)

    class Meta:
        model = Incident
        fields: tuple[str, ...] = (
            "action_items",
            "comms_channel",
            "end_time",
            "impact",
            "is_closed",
            "lead",
            "id",
            "private",
            "report",
            "report_time",
            "report_only",
            "reporter",
            "severity",
            "start_time",
            "summary",
        )
        read_only_fields: tuple[str, ...] = ()

    def validate_severity(self, severity: str | None) -> str | None:
        """It can be changed, not taken away."""
        try:
            require_kept(getattr(self.instance, "severity", None), severity)
        except InvalidValue as error:
            raise serializers.ValidationError(str(error)) from None
        return severity

    def validate_private(self, private: bool) -> bool:
        """On, only where the host allows it and by those who will see it; never off again."""
        if private == getattr(self.instance, "private", False):
            return private
        if not private:
            raise serializers.ValidationError(PRIVATE_FOR_GOOD)
        if not conf.private_incidents:
            raise serializers.ValidationError(
                "“true” is not allowed. Allowed: false. RESPONSE_PRIVATE_INCIDENTS is off."
            )
        request = self.context.get("request")
        if not (request and may_see_private_incidents(request.user)):
            raise serializers.ValidationError(
                "“true” is not allowed. Allowed: false. It needs the permission "
                "response.view_private_incident."
            )
        return private

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What ends does not end before it begins."""
        require_order(
            attrs.get("start_time", getattr(self.instance, "start_time", None)),
            attrs.get("end_time", getattr(self.instance, "end_time", None)),
            changed=[name for name in ("end_time", "start_time") if name in attrs],
        )
        return attrs


class NewIncidentSerializer(IncidentSerializer):
    """An incident that is declared: only the title is needed.

    The reporter is who asks, if the site knows who they are in Slack; the report time is now.
    """

    reporter = PersonField(required=False, allow_null=True)
    report_time = MomentField(required=False)
    end_time = MomentField(read_only=True, allow_null=True)

    def create(self, validated_data: dict[str, Any]) -> Incident:
        """Declare it, as the modal in Slack does."""
        values = {"report_time": timezone.now(), **validated_data}
        values.setdefault("start_time", values["report_time"])
        request = self.context.get("request")
        if "reporter" not in values and request is not None:
            values["reporter"] = person_of(request.user)
        return Incident.objects.create(**values)


class ClosingSerializer(serializers.Serializer[Any]):
    """When an incident ended."""

    end_time = MomentField(required=False, help_text="Default: now.")


def require_order(start: Any, end: Any, changed: list[str]) -> None:
    """Refuse an end before the beginning, if one of the two is being ``changed``."""
    if changed and start is not None and end is not None and end < start:
        raise serializers.ValidationError(
            {
                changed[0]: [
                    f"“{end.isoformat()}” is not allowed as the end of what began at "
                    f"{start.isoformat()}. Allowed: that time, or later."
                ]
            }
        )
