"""Rows for tests: each call makes another one, with people, texts and times of its own."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from response.models import Action, CommsChannel, ExternalUser, Incident, TimelineEvent, UserStats

_numbers = count(1)

BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def moment(minutes: float = 0) -> datetime:
    """So many minutes after 09:00 UTC on Monday 5 January 2026, as the settings keep times."""
    then = BEGINNING + timedelta(minutes=minutes)
    return then if timezone.is_aware(timezone.now()) else timezone.make_naive(then)


def make_person(name: str = "", **values: Any) -> ExternalUser:
    """Another person."""
    number = next(_numbers)
    name = name or f"person{number}"
    defaults = {
        "app_id": "slack",
        "external_id": f"U{number:07}",
        "display_name": name,
        "full_name": f"{name} in full",
        "email": f"{name}@example.test",
    }
    return ExternalUser.objects.create(**{**defaults, **values})


def make_incident(report: str = "", **values: Any) -> Incident:
    """Another incident; ``report``, ``summary`` and ``impact`` are stored as they are given."""
    number = next(_numbers)
    report_time = values.setdefault("report_time", moment(number))
    defaults = {"report": report or f"Incident number {number}", "start_time": report_time}
    if "reporter" not in values:
        defaults["reporter"] = make_person()
    return Incident.objects.create(**{**defaults, **values})


def make_action(incident: Incident, details: str = "Do something", **values: Any) -> Action:
    """Another action."""
    if "user" not in values:
        values["user"] = make_person()
    return Action.objects.create(incident=incident, details=details, **values)


def make_timeline_event(incident: Incident, text: str = "It began", **values: Any) -> TimelineEvent:
    """Another entry of the timeline, later than those made before."""
    defaults = {"event_type": "text", "timestamp": moment(next(_numbers))}
    return TimelineEvent.objects.create(incident=incident, text=text, **{**defaults, **values})


def make_comms_channel(incident: Incident, **values: Any) -> CommsChannel:
    """The incident's channel."""
    number = next(_numbers)
    defaults = {"channel_id": f"C{number:07}", "channel_name": f"inc-{number}"}
    return CommsChannel.objects.create(incident=incident, **{**defaults, **values})


def make_participant(incident: Incident, messages: int = 1, **values: Any) -> UserStats:
    """Another person who wrote in the incident's channel."""
    if "user" not in values:
        values["user"] = make_person()
    return UserStats.objects.create(incident=incident, message_count=messages, **values)
