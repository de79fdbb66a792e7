"""What happened in an incident, in order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models, router, transaction
from django.utils import timezone

from response import text as wire
from response.core import signals
from response.core.actor import current_actor
from response.core.models.external_user import ExternalUser
from response.core.models.fields import JSONTextField

if TYPE_CHECKING:
    from response.core.models.incident import Incident

TEXT = "text"
SLACK_PIN = "slack_pin"
INCIDENT_UPDATE = "incident_update"

EVENT_TYPES = (
    (TEXT, "Freeform text field"),
    (SLACK_PIN, "A message pinned from Slack"),
    (INCIDENT_UPDATE, "A change of the incident"),
)


class TimelineEvent(models.Model):
    """An entry of an incident's timeline; ``text`` is in Slack's wire form.

    ``event_type`` is one of ``EVENT_TYPES`` or a host's own. ``metadata`` is any JSON value.
    ``actor`` is who did it; ``actor_name`` keeps their name when the row of the person is gone,
    and names an actor who has none. Unset, both come from ``acting_as``.
    """

    incident = models.ForeignKey("response.Incident", on_delete=models.CASCADE)
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
    actor_name = models.CharField(max_length=255, blank=True, default="", db_default="")

    def __str__(self) -> str:
        return wire.to_plain(self.text)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the entry, and tell it: ``timeline_event_added`` or ``timeline_event_changed``."""
        actor, adding = current_actor(), self._state.adding
        if adding and self.actor_id is None and not self.actor_name:
            self.actor, self.actor_name = actor.user, actor.name
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        with transaction.atomic(using=using):
            super().save(*args, **kwargs)
            told: dict[str, Any] = {"sender": TimelineEvent, "timeline_event": self}
            if adding:
                signals.timeline_event_added.send(**told)
            else:
                signals.timeline_event_changed.send(actor=actor, **told)


def add_incident_update_event(
    incident: Incident,
    update_type: str,
    old_value: Any,
    new_value: Any,
    text: str,
    timestamp: datetime | None = None,
) -> None:
    """Add an entry of type ``incident_update``, for changes that a host keeps itself."""
    TimelineEvent.objects.create(
        incident=incident,
        timestamp=timestamp or timezone.now(),
        text=text,
        event_type=INCIDENT_UPDATE,
        metadata={"update_type": update_type, "old_value": old_value, "new_value": new_value},
    )
