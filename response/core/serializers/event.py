"""Entries of the change feed in JSON."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from response.core.models import Event
from response.core.people import ROLES
from response.core.presentable import presentable
from response.core.serializers.fields import shows_email_addresses
from response.core.serializers.people import ExternalUserSerializer
from response.core.serializers.texts import TEXT_KEYS, as_typed

#: Fields whose change is told with the primary key of a person.
PEOPLE_KEYS = frozenset({*ROLES, "user"})


class EventSerializer(serializers.ModelSerializer[Event]):
    """An entry of the change feed: what happened, to which state it led, and who did it.

    ``changes`` is ``{field: {"old": …, "new": …}}``, with people as objects; it is empty, as
    ``verb`` is, in what 0.5.1 wrote. In the context, ``people`` (rows by primary key) saves a
    query an entry.
    """

    payload = serializers.SerializerMethodField()
    changes = serializers.SerializerMethodField()
    actor = ExternalUserSerializer(read_only=True, allow_null=True)
    incident_id = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Event
        fields = (
            "id",
            "timestamp",
            "event_type",
            "payload",
            "verb",
            "changes",
            "incident_id",
            "actor",
            "actor_name",
        )
        read_only_fields = fields

    def get_payload(self, instance: Event) -> Any:
        """The state at that time, parsed; a string where a host stored something else."""
        try:
            payload = json.loads(instance.payload)
        except ValueError:
            return presentable(instance.payload, with_addresses=False)
        if isinstance(payload, dict):
            payload = {k: as_typed(v) if k in TEXT_KEYS else v for k, v in payload.items()}
        return presentable(payload, with_addresses=shows_email_addresses(self.context))

    def get_changes(self, instance: Event) -> dict[str, Any]:
        """Field by field, in the form of the payload."""
        changes = instance.changes if isinstance(instance.changes, dict) else {}
        shown = {name: self._change(name, change) for name, change in changes.items()}
        return dict(presentable(shown, with_addresses=shows_email_addresses(self.context)))

    def _change(self, name: str, change: Any) -> Any:
        if not isinstance(change, dict):
            return change
        if name in TEXT_KEYS:
            return {side: as_typed(value) for side, value in change.items()}
        if name in PEOPLE_KEYS:
            return {side: self._person(value) for side, value in change.items()}
        return change

    def _person(self, key: Any) -> Any:
        people = self.context.get("people") or {}
        person = people.get(key) if isinstance(key, int) else None
        return person.as_metadata() if person else None
