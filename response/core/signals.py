"""What core tells the world, and what writes the change feed.

The signals are sent inside the transaction that made the change: an error in a receiver undoes
it, and what a receiver writes commits with it. Each carries ``actor``, a
``response.core.actor.Actor``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import Signal
from django.utils import timezone

from response import logs
from response.core import feed
from response.core.actor import NOBODY, Actor
from response.core.changes import Changes
from response.core.models.event import Event

if TYPE_CHECKING:
    from response.core.models.action import Action
    from response.core.models.incident import Incident

logger = logs.get_logger(__name__)

#: ``sender=Incident, incident, actor``
incident_declared = Signal()
#: ``sender=Incident, incident, changes: dict[str, FieldChange], actor``; close and reopen, too.
incident_changed = Signal()
#: ``sender=Incident, incident, actor``, after ``incident_changed``
incident_closed = Signal()
#: ``sender=Incident, incident, actor``, after ``incident_changed``
incident_reopened = Signal()
#: ``sender=Action, action, changes: {}, actor``
action_created = Signal()
#: ``sender=Action, action, changes: dict[str, FieldChange], actor``
action_changed = Signal()
#: ``sender=Action, action, actor``; the row is gone, the instance is as it was
action_removed = Signal()
#: ``sender=TimelineEvent, timeline_event``
timeline_event_added = Signal()
#: ``sender=TimelineEvent, timeline_event, actor``
timeline_event_changed = Signal()
#: ``sender=TimelineEvent, timeline_event, actor``; the row is gone, the instance is as it was
timeline_event_removed = Signal()


class IncidentEventHandler:
    """Writes an incident's change to the feed; ``INCIDENT_EVENT_HANDLER_CLASS`` replaces it."""

    @staticmethod
    def handle(sender: type[Incident], instance: Incident, **kwargs: Any) -> None:
        """Store the incident as it is now; nothing of a private one."""
        if instance.private:
            logger.info("Nothing of private incident %s goes to the feed", instance.pk)
            return
        payload = feed.incident_payload(instance)
        _write(Event.INCIDENT_EVENT_TYPE, payload, instance.pk, **kwargs)


class ActionEventHandler:
    """Writes an action's change to the feed; ``ACTION_EVENT_HANDLER_CLASS`` replaces it."""

    @staticmethod
    def handle(sender: type[Action], instance: Action, **kwargs: Any) -> None:
        """Store the action as it is now; nothing of a private incident's."""
        if instance.incident.private:
            logger.info("Nothing of private incident %s goes to the feed", instance.incident_id)
            return
        payload = feed.action_payload(instance)
        _write(Event.ACTION_EVENT_TYPE, payload, instance.incident_id, **kwargs)


def _write(
    event_type: str,
    payload: dict[str, Any],
    incident_id: int,
    *,
    verb: str = "",
    changes: Changes | None = None,
    actor: Actor = NOBODY,
    using: str | None = None,
    **kwargs: Any,
) -> None:
    Event(
        timestamp=timezone.now(),
        event_type=event_type,
        payload=payload,
        verb=verb,
        changes=feed.changes_payload(changes or {}),
        incident_id=incident_id,
        actor=actor.user,
        actor_name=actor.name,
    ).save(using=using)
