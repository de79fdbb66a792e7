"""The words of timeline entries: changes in, texts in Slack's wire form out (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from response import text
from response.core import feed
from response.core.changes import Changes, FieldChange
from response.core.models.external_user import SLACK, ExternalUser
from response.core.severity import name_of

People = Mapping[int, ExternalUser]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: ``update_type`` and the values as 0.5.1 put them into ``metadata``."""

    update_type: str
    text: str
    old_value: Any
    new_value: Any


def describe(changes: Changes, people: People) -> list[Entry]:
    """One entry for each change that the timeline tells, the end of the incident last."""
    return [
        describe_field(changes[name], people)
        for name, describe_field in _DESCRIPTIONS.items()
        if name in changes
    ]


def person(user: ExternalUser | None) -> str:
    """A person as texts name them: a mention in Slack, elsewhere their name."""
    if user is None:
        return "somebody"
    if user.app_id == SLACK:
        return text.user_reference(user.external_id)
    return text.from_plain(user.display_name)


def _lead(change: FieldChange, people: People) -> Entry:
    old, new = people.get(change.old), people.get(change.new)
    if change.old is None:
        words = f"{person(new)} was added as incident lead"
    elif change.new is None:
        words = f"{person(old)} was removed as incident lead"
    else:
        words = f"Incident lead changed from {person(old)} to {person(new)}"
    return Entry("incident_lead", words, feed.person(old), feed.person(new))


def _text(what: str) -> Callable[[FieldChange, People], Entry]:
    def describe_text(change: FieldChange, people: People) -> Entry:
        if not change.new:
            words = f"Incident {what} removed"
        elif not change.old:
            words = f'Incident {what} added: "{change.new}"'
        else:
            words = f'Incident {what} updated from "{change.old}" to "{change.new}"'
        return Entry(f"incident_{what}", words, change.old, change.new)

    return describe_text


def _severity(change: FieldChange, people: People) -> Entry:
    old, new = name_of(change.old), name_of(change.new)
    words = f"Incident severity set to {new}"
    if change.old:
        words = f"Incident severity updated from {old} to {new}"
    return Entry(
        "incident_severity",
        words,
        {"id": change.old, "text": old},
        {"id": change.new, "text": new},
    )


def _start(change: FieldChange, people: People) -> Entry:
    words = f"Incident start time updated from {_time(change.old)} to {_time(change.new)}"
    return Entry("incident_start_time", words, feed.time(change.old), feed.time(change.new))


def _end(change: FieldChange, people: People) -> Entry:
    kind, words = "incident_end_time", ""
    if change.old is None:
        kind, words = "incident_closed", "Incident closed"
    elif change.new is None:
        kind, words = "incident_reopened", "Incident reopened"
    else:
        words = f"Incident end time updated from {_time(change.old)} to {_time(change.new)}"
    return Entry(kind, words, feed.time(change.old), feed.time(change.new))


def _flag(update_type: str, on: str, off: str) -> Callable[[FieldChange, People], Entry]:
    def describe_flag(change: FieldChange, people: People) -> Entry:
        return Entry(update_type, on if change.new else off, change.old, change.new)

    return describe_flag


def _time(value: datetime) -> str:
    """A time as a person reads it, in the current time zone."""
    if timezone.is_naive(value):
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M %Z}"


_DESCRIPTIONS: dict[str, Callable[[FieldChange, People], Entry]] = {
    "report": _text("report"),
    "lead": _lead,
    "severity": _severity,
    "summary": _text("summary"),
    "impact": _text("impact"),
    "start_time": _start,
    "report_only": _flag(
        "incident_report_only",
        on="Incident turned into a report",
        off="Report turned into a live incident",
    ),
    "private": _flag("incident_private", on="Incident made private", off="Incident made public"),
    "end_time": _end,
}
