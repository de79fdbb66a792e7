"""Who is mentioned in a text is met, so that pages have a name for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.dispatch import receiver

from response import text
from response.core.changes import FieldChange
from response.core.models import Action, ExternalUser, Incident, TimelineEvent
from response.core.models.external_user import SLACK
from response.core.signals import (
    action_changed,
    action_created,
    incident_changed,
    incident_declared,
    timeline_event_added,
    timeline_event_changed,
)
from response.slack import people

TEXTS_OF_INCIDENTS = ("report", "summary", "impact")


@receiver([incident_declared, incident_changed])
def _of_incident(
    incident: Incident, changes: Mapping[str, FieldChange] | None = None, **kwargs: Any
) -> None:
    names = TEXTS_OF_INCIDENTS if changes is None else changes.keys() & TEXTS_OF_INCIDENTS
    _meet(*(getattr(incident, name) for name in names))


@receiver([action_created, action_changed])
def _of_action(action: Action, **kwargs: Any) -> None:
    _meet(action.details)


@receiver([timeline_event_added, timeline_event_changed])
def _of_timeline_event(timeline_event: TimelineEvent, **kwargs: Any) -> None:
    _meet(timeline_event.text)


def _meet(*wires: str | None) -> None:
    mentioned = {user_id for wire in wires if wire for user_id in text.mentioned_user_ids(wire)}
    if not mentioned:
        return
    known = ExternalUser.objects.filter(
        app_id=SLACK, external_id__in=mentioned, superseded=False
    ).values_list("external_id", flat=True)
    for user_id in sorted(mentioned - set(known)):
        people.meet(user_id)
