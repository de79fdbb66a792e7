"""What happened in an incident, in order."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from response.core.models.external_user import ExternalUser
from response.core.models.fields import JSONTextField
from response.core.models.incident import Incident

EVENT_TYPES = (
    ("text", "Freeform text field"),
    ("slack_pin", "A message pinned from Slack"),
    ("incident_update", "A change of the incident"),
)


class TimelineEvent(models.Model):
    """An entry of an incident's timeline; ``text`` is in Slack's wire form.

    ``event_type`` is one of ``EVENT_TYPES`` or a host's own. ``metadata`` is any JSON value.
    ``actor`` is who did it; ``actor_name`` keeps their name when the row of the person is gone,
    and names an actor who has none.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    timestamp = models.DateTimeField(
        default=timezone.now, help_text="Time of when this event occurred."
    )
    text = models.TextField(help_text="Freeform text describing this event")
    event_type = models.CharField(max_length=30, help_text="Type of event.")
    metadata = JSONTextField(
        help_text="Additional fields that can be added by other event types",
        null=True,
        blank=True,
    )
    actor = models.ForeignKey(
        ExternalUser, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=255, blank=True, default="")

    def __str__(self) -> str:
        return self.text
