"""Rows for tests; each function makes one that is valid and takes what matters to the test."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from response.models import Action, CommsChannel, ExternalUser, Incident, TimelineEvent

_numbers = count(1)


def moment(minutes: float = 0) -> datetime:
    """A fixed time, 2026-01-05 09:00 UTC, and so many minutes later."""
    found = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(minutes=minutes)
    return found if timezone.is_aware(timezone.now()) else timezone.make_naive(found)


def make_person(name: str | None = None, **values: Any) -> ExternalUser:
    """Somebody in Slack, with an id of their own."""
    number = next(_numbers)
    name = name or f"person-{number}"
    defaults = {
        "app_id": "slack",
        "external_id": f"U{number:08}",
        "display_name": name,
        "full_name": f"{name} in full",
    }
    return ExternalUser.objects.create(**{**defaults, **values})


def make_incident(report: str = "Cards are declined", **values: Any) -> Incident:
    """A live incident; texts are in wire form."""
    if "reporter" not in values:
        values["reporter"] = make_person()
    values.setdefault("report_time", moment())
    values.setdefault("report_only", False)
    return Incident.objects.create_incident(report, **values)


def make_action(incident: Incident, details: str = "Rotate the key", **values: Any) -> Action:
    """Something to do."""
    if "user" not in values:
        values["user"] = make_person()
    return Action.objects.create(incident=incident, details=details, **values)


def make_timeline_event(
    incident: Incident, text: str = "Something happened", **values: Any
) -> TimelineEvent:
    """An entry of the timeline."""
    values.setdefault("event_type", "text")
    values.setdefault("timestamp", moment())
    return TimelineEvent.objects.create(incident=incident, text=text, **values)


def make_comms_channel(incident: Incident, **values: Any) -> CommsChannel:
    """The incident's channel."""
    number = next(_numbers)
    values = {"channel_id": f"C{number:08}", "channel_name": f"inc-{number}", **values}
    return CommsChannel.objects.create(incident=incident, **values)
