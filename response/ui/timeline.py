"""The timeline of an incident as its page shows it (pure: rows in, entries out)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from response import text
from response.core.changes import FieldChange
from response.core.descriptions import describe
from response.core.models import Incident, TimelineEvent
from response.core.models.timeline import INCIDENT_UPDATE, SLACK_PIN
from response.core.names import person_name

# Characters of a change, such as of a whole summary, beyond which the timeline folds it.
LONGEST_CHANGE = 160
# Texts of several lines with their own Markdown, which a sentence around them would mangle.
LONG_TEXTS = {"incident_summary": "summary", "incident_impact": "impact"}
# Titles are one line without Markdown, wherever they stand.
TITLES = {"incident_report": "report"}


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One entry: when, what, and who did or said it ("" where nobody knows).

    ``text`` is in Slack's wire form, and Markdown unless ``is_line``. ``heading`` is "" or what
    stands above ``text``, and ``before`` the text that it replaced. ``opening`` is how a long
    report of a change begins, whose rest is shown on demand; of anything else it is "".
    """

    timestamp: datetime
    text: str
    who: str = ""
    is_pin: bool = False
    is_line: bool = False
    heading: str = ""
    before: str = ""
    opening: str = ""

    @property
    def day(self) -> date:
        """The date in the project's time zone."""
        return _local(self.timestamp).date()


def timeline_of(incident: Incident, events: Iterable[TimelineEvent]) -> list[TimelineEntry]:
    """What is written down, and what the incident itself tells of its beginning, in order."""
    written = list(events)
    entries = [*_beginning(incident, written), *map(_entry, written)]
    return sorted(entries, key=lambda entry: entry.timestamp)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


# -- what no row tells ------------------------------------------------------------------------


def _beginning(incident: Incident, events: list[TimelineEvent]) -> Iterator[TimelineEntry]:
    """The declaration and the opening of the channel, which incidents of 0.5.1 have, too."""
    told = ["Incident reported" if incident.report_only else "Incident declared"]
    if lead := _first_lead(incident, events):
        told.append(f"Lead: {lead}")
    if severity := _first_severity(incident, events):
        told.append(f"Severity: {severity}")
    yield TimelineEntry(
        timestamp=incident.report_time,
        text=text.from_plain(". ".join(told)),
        who=person_name(incident.reporter) if incident.reporter else "",
        is_line=True,
    )
    channel = incident.comms_channel()
    if channel is not None and channel.created_date:
        opened = text.from_plain(f"Channel #{channel.channel_name} opened")
        yield TimelineEntry(timestamp=channel.created_date, text=opened, is_line=True)


def _first_lead(incident: Incident, events: list[TimelineEvent]) -> str:
    """Who led from the beginning: the value before the first change, or else the present one."""
    found, old = _before_changes(events, "incident_lead")
    if not found:
        return person_name(incident.lead) if incident.lead else ""
    return _name(old)


def _first_severity(incident: Incident, events: list[TimelineEvent]) -> str:
    found, old = _before_changes(events, "incident_severity")
    if not found:
        return incident.severity_text() or ""
    name = old.get("text") if isinstance(old, dict) else None
    return name if isinstance(name, str) else ""


def _before_changes(events: list[TimelineEvent], update_type: str) -> tuple[bool, Any]:
    """Whether there was such a change, and what it was before the first."""
    for event in events:
        if _metadata(event).get("update_type") == update_type:
            return True, _metadata(event).get("old_value")
    return False, None


def _metadata(event: TimelineEvent) -> Mapping[str, Any]:
    """The metadata may be a host's own and have any shape."""
    return event.metadata if isinstance(event.metadata, dict) else {}


def _name(person: Any) -> str:
    name = person.get("display_name") if isinstance(person, dict) else None
    return name if isinstance(name, str) else ""


# -- what rows tell -----------------------------------------------------------------------------


def _entry(event: TimelineEvent) -> TimelineEntry:
    if event.event_type == SLACK_PIN:
        author = _name(_metadata(event).get("author"))
        return TimelineEntry(
            timestamp=event.timestamp, text=event.text, who=author or _actor(event), is_pin=True
        )
    if event.event_type == INCIDENT_UPDATE:
        return _change(event)
    return TimelineEntry(timestamp=event.timestamp, text=event.text, who=_actor(event))


def _change(event: TimelineEvent) -> TimelineEntry:
    kind = str(_metadata(event).get("update_type"))
    old, new = _metadata(event).get("old_value"), _metadata(event).get("new_value")
    what = LONG_TEXTS.get(kind, "")
    if new and what and _is_as_written(event, what, old, new):
        return TimelineEntry(
            timestamp=event.timestamp,
            who=_actor(event),
            heading=f"Incident {what} {'updated' if old else 'added'}",
            text=new,
            before=old or "",
            opening=_opening(new),
        )
    return TimelineEntry(
        timestamp=event.timestamp,
        who=_actor(event),
        text=event.text,
        is_line=kind in TITLES and _is_as_written(event, TITLES[kind], old, new),
        opening=_opening(event.text),
    )


def _is_as_written(event: TimelineEvent, field: str, old: Any, new: Any) -> bool:
    """Whether the entry still says what the change itself made it say."""
    if not all(value is None or isinstance(value, str) for value in (old, new)):
        return False
    return event.text == describe({field: FieldChange(field, old, new)}, {})[0].text


def _opening(wire: str) -> str:
    is_long = text.visible_length(wire) > LONGEST_CHANGE
    return text.truncate(wire, LONGEST_CHANGE) if is_long else ""


def _actor(event: TimelineEvent) -> str:
    return person_name(event.actor) if event.actor else event.actor_name
