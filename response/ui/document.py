"""What the document page of an incident shows, in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from response.core.models import Action, Incident
from response.core.names import names_mentioned_in
from response.core.permissions import (
    Viewer,
    visible_actions,
    visible_incidents,
    visible_timeline_events,
)
from response.ui.timeline import TimelineEntry, timeline_of


@dataclass(frozen=True, kw_only=True)
class Document:
    """Everything that the template needs; ``names`` are of the people whom texts mention."""

    incident: Incident
    actions: Sequence[Action]
    actions_done: int
    timeline: Sequence[TimelineEntry]
    participants: Sequence[Any]
    names: dict[str, str]


def get_document(viewer: Viewer, incident_id: int) -> Document:
    """The document of an incident that exists for this person; Http404 for any other."""
    incident = get_object_or_404(visible_incidents(viewer).with_people(), pk=incident_id)
    actions = list(visible_actions(viewer).filter(incident=incident))
    events = visible_timeline_events(viewer).filter(incident=incident).select_related("actor")
    timeline = timeline_of(incident, events)
    return Document(
        incident=incident,
        actions=actions,
        actions_done=sum(action.done for action in actions),
        timeline=timeline,
        participants=list(_participants(incident)),
        names=names_mentioned_in(_texts(incident, actions, timeline)),
    )


def _participants(incident: Incident) -> QuerySet[Any]:
    """Who wrote in the comms channel, the most talkative first; rows of the chat's own model."""
    stats: Any = incident.userstats_set
    people: QuerySet[Any] = stats.select_related("user").order_by("-message_count", "pk")
    return people


def _texts(
    incident: Incident, actions: Sequence[Action], timeline: Sequence[TimelineEntry]
) -> Iterator[str | None]:
    yield from (incident.report, incident.summary, incident.impact)
    yield from (action.details for action in actions)
    for entry in timeline:
        yield from (entry.text, entry.before)
