"""What follows from a change: timeline entries, an entry of the change feed, signals.

Called by the models' ``save()``, in its transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone

from response.conf import conf
from response.core import descriptions, people, signals
from response.core.actor import current_actor
from response.core.changes import Changes
from response.core.models.event import Event
from response.core.models.timeline import INCIDENT_UPDATE, TimelineEvent

if TYPE_CHECKING:
    from response.core.models.action import Action
    from response.core.models.incident import Incident


def of_new_incident(incident: Incident, using: str) -> None:
    """Write the feed, then tell that an incident was declared."""
    people.load(incident, using)
    _feed_incident(incident, Event.DECLARED, {}, using)
    signals.incident_declared.send(
        sender=_model("Incident"), incident=incident, actor=current_actor()
    )


def of_changed_incident(incident: Incident, changes: Changes, using: str) -> None:
    """Write the timeline and the feed, then tell what changed."""
    known = people.load(incident, using, changes)
    entries = _write_timeline(incident, descriptions.describe(changes, known), using)
    verb = _verb(changes)
    _feed_incident(incident, verb, changes, using)
    told: dict[str, Any] = {"sender": _model("Incident"), "incident": incident}
    told["actor"] = current_actor()
    signals.incident_changed.send(changes=changes, **told)
    if verb == Event.CLOSED:
        signals.incident_closed.send(**told)
    if verb == Event.REOPENED:
        signals.incident_reopened.send(**told)
    for entry in entries:
        signals.timeline_event_added.send(sender=TimelineEvent, timeline_event=entry)


@receiver(pre_delete, sender="response.Incident", dispatch_uid="response_private_feed")
def of_deleted_incident(instance: Incident, using: str, **kwargs: Any) -> None:
    """The feed outlives a deleted incident; what was hidden with a private one goes with it."""
    if instance.private:
        Event.objects.using(using).filter(incident=instance).delete()


def of_action(action: Action, changes: Changes, using: str, *, created: bool) -> None:
    """Write the feed, then tell what became of the action."""
    handler = conf.action_event_handler or signals.ActionEventHandler
    handler.handle(
        sender=_model("Action"),
        instance=action,
        verb=Event.CREATED if created else Event.CHANGED,
        **_feed_arguments(changes, using, created=created),
    )
    signal = signals.action_created if created else signals.action_changed
    signal.send(sender=_model("Action"), action=action, changes=changes, actor=current_actor())


def _model(name: str) -> Any:
    """The model that receivers name as the sender, also for a host's subclass of it."""
    return apps.get_model("response", name)


def _verb(changes: Changes) -> str:
    end = changes.get("end_time")
    if end is None or (end.old is None) == (end.new is None):
        return Event.CHANGED
    return Event.CLOSED if end.old is None else Event.REOPENED


def _write_timeline(
    incident: Incident, entries: list[descriptions.Entry], using: str
) -> list[TimelineEvent]:
    actor, now = current_actor(), timezone.now()
    rows = [
        TimelineEvent(
            incident=incident,
            timestamp=now,
            text=entry.text,
            event_type=INCIDENT_UPDATE,
            metadata={
                "update_type": entry.update_type,
                "old_value": entry.old_value,
                "new_value": entry.new_value,
            },
            actor=actor.user,
            actor_name=actor.name,
        )
        for entry in entries
    ]
    # One statement for all of them, with the signals of a save of each.
    told: dict[str, Any] = {"sender": TimelineEvent, "raw": False, "using": using}
    told["update_fields"] = None
    for row in rows:
        pre_save.send(instance=row, **told)
    rows = TimelineEvent.objects.using(using).bulk_create(rows)
    for row in rows:
        post_save.send(instance=row, created=True, **told)
    return rows


def _feed_incident(incident: Incident, verb: str, changes: Changes, using: str) -> None:
    handler = conf.incident_event_handler or signals.IncidentEventHandler
    handler.handle(
        sender=_model("Incident"),
        instance=incident,
        verb=verb,
        **_feed_arguments(changes, using, created=verb == Event.DECLARED),
    )


def _feed_arguments(changes: Changes, using: str, *, created: bool) -> dict[str, Any]:
    """What 0.5.1's handler classes got from ``post_save``, and what the feed has on top."""
    return {
        "signal": post_save,
        "created": created,
        "raw": False,
        "using": using,
        "update_fields": None if created else frozenset(changes),
        "changes": changes,
        "actor": current_actor(),
    }
