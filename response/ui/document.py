"""What the document page of an incident shows, in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from response import text
from response.core.models import Action, ExternalUser, Incident, TimelineEvent
from response.core.models.timeline import INCIDENT_UPDATE, SLACK_PIN
from response.core.names import names_mentioned_in, person_name
from response.core.permissions import (
    Viewer,
    visible_actions,
    visible_incidents,
    visible_timeline_events,
)

# Characters of a change, such as of a whole summary, beyond which the timeline folds it.
LONGEST_CHANGE = 160


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One entry: when, what, and who did or said it ("" where nobody knows).

    ``opening`` is how a long report of a change begins, whose rest is shown on demand; of
    anything else it is "".
    """

    event: TimelineEvent
    day: date
    who: str
    is_pin: bool
    opening: str


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
    timeline = [_entry(event) for event in events]
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
    yield from (entry.event.text for entry in timeline)


def _entry(event: TimelineEvent) -> TimelineEntry:
    is_pin = event.event_type == SLACK_PIN
    author = _author(event.metadata) if is_pin else ""
    return TimelineEntry(
        event=event,
        day=_day(event),
        who=author or _actor(event.actor, event.actor_name),
        is_pin=is_pin,
        opening=_opening(event),
    )


def _opening(event: TimelineEvent) -> str:
    is_long = text.visible_length(event.text) > LONGEST_CHANGE
    is_folded = is_long and event.event_type == INCIDENT_UPDATE
    return text.truncate(event.text, LONGEST_CHANGE) if is_folded else ""


def _day(event: TimelineEvent) -> date:
    """The date in the project's time zone."""
    moment = event.timestamp
    return (timezone.localtime(moment) if timezone.is_aware(moment) else moment).date()


def _actor(actor: ExternalUser | None, actor_name: str) -> str:
    return person_name(actor) if actor else actor_name


def _author(metadata: Any) -> str:
    """Who wrote a pinned message; the metadata may be a host's own and have any shape."""
    author = metadata.get("author") if isinstance(metadata, dict) else None
    name = author.get("display_name") if isinstance(author, dict) else None
    return name if isinstance(name, str) else ""
