"""The change feed, which other systems poll."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from response.core.models.external_user import ExternalUser
from response.core.models.incident import Incident


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
    payload = models.TextField()
    verb = models.CharField(max_length=30, blank=True, default="")
    changes = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    incident = models.ForeignKey(
        Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor = models.ForeignKey(
        ExternalUser, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=255, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["timestamp", "id"], name="response_event_feed"),)

    def __str__(self) -> str:
        return f"{self.event_type} {self.verb}".strip()
