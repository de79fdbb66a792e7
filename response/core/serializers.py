"""Rows of core as JSON, with the field names of 0.5.1; read-only.

Texts come out as a person typed them (references stay tokens, `<@U…>`), the `…_ui` fields as
a person reads them. What a serializer needs to know is in its context, all of it optional:

- ``request``: e-mail addresses are null unless its user may see them, which
  ``shows_email_addresses`` answers once for all rows;
- ``names``: display name by Slack user id, for texts of many rows in one query.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

from rest_framework import serializers

from response import text
from response.core.models import Action, Event, ExternalUser, Incident, TimelineEvent
from response.core.names import names_mentioned_in
from response.core.permissions import may_see_email_addresses

# Keys under which payloads and metadata hold text in Slack's wire form.
TEXT_KEYS = frozenset({"report", "summary", "impact", "details"})
TEXT_UPDATES = frozenset({"incident_report", "incident_summary", "incident_impact"})


class WireTextField(serializers.CharField):
    """Stored text, which is Slack's wire form, as it was typed."""

    def to_representation(self, value: str) -> str:
        """With entities decoded; references stay tokens."""
        return text.to_editable(value)


class HumanTextField(serializers.CharField):
    """Stored text as plain text for reading: names instead of ids, emoji instead of codes."""

    def to_representation(self, value: str) -> str:
        """From the names in the context; without them this text's own are looked up."""
        names = self.context.get("names")
        if names is None:
            names = names_mentioned_in([value])
        return text.emojize(text.to_plain(value, names))


class EmailField(serializers.CharField):
    """A person's address, or null for those who may not see it."""

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        """The address, if the request's user may see it."""
        return value if shows_email_addresses(self.context) else None


class ExternalUserSerializer(serializers.ModelSerializer[ExternalUser]):
    """A person as the chat knows them."""

    email = EmailField(read_only=True)

    class Meta:
        model = ExternalUser
        fields = ("app_id", "external_id", "display_name", "full_name", "email", "deleted")
        read_only_fields = fields


class TimelineEventSerializer(serializers.ModelSerializer[TimelineEvent]):
    """An entry of an incident's timeline."""

    text = WireTextField(read_only=True)
    metadata = serializers.SerializerMethodField()
    text_ui = HumanTextField(source="text", read_only=True)

    class Meta:
        model = TimelineEvent
        fields = ("id", "timestamp", "text", "event_type", "metadata", "text_ui")
        read_only_fields = fields

    def get_metadata(self, instance: TimelineEvent) -> Any:
        """As stored, with texts as typed and without addresses that are not to be seen."""
        metadata = instance.metadata
        if isinstance(metadata, dict) and metadata.get("update_type") in TEXT_UPDATES:
            texts = ("old_value", "new_value")
            metadata = {k: _as_typed(v) if k in texts else v for k, v in metadata.items()}
        return _presentable(metadata, with_addresses=shows_email_addresses(self.context))


class ActionSerializer(serializers.ModelSerializer[Action]):
    """Something to be done about an incident."""

    details = WireTextField(read_only=True)
    details_ui = HumanTextField(source="details", read_only=True)
    user = ExternalUserSerializer(read_only=True)

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
        read_only_fields = fields


class CommsChannelSerializer(serializers.Serializer[Any]):
    """The channel in which an incident is handled."""

    channel_id = serializers.CharField(read_only=True)
    channel_name = serializers.CharField(read_only=True)


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """An incident with its people, actions and channel."""

    report = WireTextField(read_only=True)
    summary = WireTextField(read_only=True)
    impact = WireTextField(read_only=True)
    reporter = ExternalUserSerializer(read_only=True)
    lead = ExternalUserSerializer(read_only=True)
    comms_channel = CommsChannelSerializer(read_only=True)
    action_items = ActionSerializer(read_only=True, many=True)
    is_closed = serializers.BooleanField(read_only=True)

    class Meta:
        model = Incident
        fields = (
            "action_items",
            "comms_channel",
            "end_time",
            "impact",
            "is_closed",
            "lead",
            "id",
            "report",
            "report_time",
            "report_only",
            "reporter",
            "severity",
            "start_time",
            "summary",
        )
        read_only_fields = fields


class EventSerializer(serializers.ModelSerializer[Event]):
    """An entry of the change feed."""

    payload = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ("id", "timestamp", "event_type", "payload")
        read_only_fields = fields

    def get_payload(self, instance: Event) -> Any:
        """The state at that time, parsed; a string where a host stored something else."""
        try:
            payload = json.loads(instance.payload)
        except ValueError:
            return instance.payload
        if isinstance(payload, dict):
            payload = {k: _as_typed(v) if k in TEXT_KEYS else v for k, v in payload.items()}
        return _presentable(payload, with_addresses=shows_email_addresses(self.context))


def shows_email_addresses(context: Mapping[str, Any]) -> bool:
    """Whether the context's user may see addresses; nobody may, where there is no user."""
    if "shows_email_addresses" in context:
        return bool(context["shows_email_addresses"])
    request = context.get("request")
    return request is not None and may_see_email_addresses(request.user)


def _as_typed(value: Any) -> Any:
    return text.to_editable(value) if isinstance(value, str) else value


def _presentable(value: Any, *, with_addresses: bool) -> Any:
    """A stored JSON value as others may get it.

    People's ``email`` is null unless it may be seen. NaN and the infinities, which Python
    stores and JSON does not know, become strings.
    """
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [_presentable(item, with_addresses=with_addresses) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {key: _presentable(item, with_addresses=with_addresses) for key, item in value.items()}
    is_person = "external_id" in shown and "email" in shown
    return {**shown, "email": None} if is_person and not with_addresses else shown
