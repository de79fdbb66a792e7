"""The change feed, which other systems poll."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from response.core.models.external_user import ExternalUser


class Event(models.Model):
    """One change of an incident or an action.

    ``payload`` is JSON text: the object after the change, as 0.5.1 wrote it. ``verb`` says what
    happened (one of the constants), ``changes`` is ``{field: {"old": …, "new": …}}``; both are
    empty in rows of 0.5.1.
    """

    ACTION_EVENT_TYPE = "action_event"
    INCIDENT_EVENT_TYPE = "incident_event"

    DECLARED = "declared"
    CREATED = "created"
    CHANGED = "changed"
    CLOSED = "closed"
    REOPENED = "reopened"

    timestamp = models.DateTimeField()
    event_type = models.CharField(max_length=50)
    payload: models.TextField[str | Mapping[str, Any], Any] = models.TextField()
    verb = models.CharField(max_length=30, blank=True, default="", db_default="")
    changes = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    incident = models.ForeignKey(
        "response.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor = models.ForeignKey(
        ExternalUser, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=255, blank=True, default="", db_default="")

    class Meta:
        indexes = (models.Index(fields=["timestamp", "id"], name="response_event_feed"),)

    def __str__(self) -> str:
        return f"{self.event_type} {self.verb}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row; a payload that is no text yet becomes JSON, and only then."""
        if not isinstance(self.payload, str):
            self.payload = json.dumps(self.payload, cls=DjangoJSONEncoder)
        if self._state.adding and self.incident_id is None:
            self._find_incident()
        super().save(*args, **kwargs)

    def _find_incident(self) -> None:
        """Read off the payload what it is about: a host's handler class may leave that out."""
        named = incident_in(self.event_type, str(self.payload))
        incidents = apps.get_model("response", "Incident")._base_manager
        if named is not None and incidents.filter(pk=named).exists():
            self.incident_id = named


def incident_in(event_type: str, payload: str) -> int | None:
    """The primary key of the incident that an entry of the feed is about, as its payload says."""
    try:
        found = json.loads(payload)
    except ValueError:
        return None
    field = "incident_id" if event_type == Event.ACTION_EVENT_TYPE else "id"
    named = found.get(field) if isinstance(found, dict) else None
    if event_type not in (Event.ACTION_EVENT_TYPE, Event.INCIDENT_EVENT_TYPE):
        return None
    return named if type(named) is int and 0 < named < 2**31 else None
