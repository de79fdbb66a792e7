"""What reports count: how many incidents, and how long people took.

Computed here and not by the database, of which only PostgreSQL knows percentiles: so both say
the same. Times are in seconds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from response.core.models import ExternalUser, Incident, TimelineEvent
from response.core.models.timeline import INCIDENT_UPDATE
from response.core.severity import SEVERITIES

#: Which entry of the timeline tells that a field was filled.
TOLD_BY = {"lead": "incident_lead", "severity": "incident_severity"}
BATCH = 2000

#: By incident: the time of the entry, or None if it replaced what was there before.
Told = dict[int, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a report needs to know of an incident."""

    report_time: datetime
    start_time: datetime
    end_time: datetime | None
    severity: str | None
    lead_id: int | None
    seconds_to_lead: float | None
    seconds_to_severity: float | None

    @property
    def seconds_to_resolve(self) -> float | None:
        """From the beginning, as people see it, to the end."""
        return _seconds(self.start_time, self.end_time)


@dataclass(slots=True)
class Tally:
    """A group of incidents, added one by one."""

    count: int = 0
    open: int = 0
    to_lead: list[float] = field(default_factory=list)
    to_severity: list[float] = field(default_factory=list)
    to_resolve: list[float] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """One more incident."""
        self.count += 1
        self.open += row.end_time is None
        for values, value in (
            (self.to_lead, row.seconds_to_lead),
            (self.to_severity, row.seconds_to_severity),
            (self.to_resolve, row.seconds_to_resolve),
        ):
            if value is not None:
                values.append(value)

    def as_dict(self) -> dict[str, Any]:
        """Counts and times."""
        return {
            "count": self.count,
            "open": self.open,
            "resolved": self.count - self.open,
            "time_to_lead": statistics_of(self.to_lead),
            "time_to_severity": statistics_of(self.to_severity),
            "time_to_resolve": statistics_of(self.to_resolve),
        }


def statistics_of(values: Iterable[float]) -> dict[str, Any]:
    """``count``, and ``median``, ``mean`` and ``p90`` of it, null where there is nothing."""
    ordered = sorted(values)
    if not ordered:
        return {"count": 0, "median": None, "mean": None, "p90": None}
    return {
        "count": len(ordered),
        "median": round(percentile(ordered, 0.5), 3),
        "mean": round(sum(ordered) / len(ordered), 3),
        "p90": round(percentile(ordered, 0.9), 3),
    }


def percentile(ordered: list[float], fraction: float) -> float:
    """Between the two nearest values, in proportion: PostgreSQL's ``percentile_cont``."""
    position = fraction * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def report_on(
    incidents: QuerySet[Incident],
    timeline: QuerySet[TimelineEvent],
    show_person: Callable[[ExternalUser], Any],
) -> dict[str, Any]:
    """The report on these incidents; four queries, however many they are.

    ``timeline`` is what may be seen of all timelines.
    """
    total = Tally()
    months: dict[Any, Tally] = defaultdict(Tally)
    severities: dict[Any, Tally] = defaultdict(Tally)
    leads: dict[Any, Tally] = defaultdict(Tally)
    for row in _rows(incidents, timeline):
        for tally in (
            total,
            months[_month(row.report_time)],
            severities[row.severity or None],
            leads[row.lead_id],
        ):
            tally.add(row)
    people = ExternalUser.objects.in_bulk([key for key in leads if key is not None])
    return {
        **total.as_dict(),
        "by_month": [{"month": month, **months[month].as_dict()} for month in sorted(months)],
        "by_severity": _by_severity(severities),
        "by_lead": [
            {"lead": show_person(people[key]) if key in people else None, **tally.as_dict()}
            for key, tally in sorted(leads.items(), key=lambda item: (-item[1].count, item[0] or 0))
        ],
    }


def _by_severity(severities: Mapping[Any, Tally]) -> list[dict[str, Any]]:
    names = dict(SEVERITIES)
    ordered = sorted(severities, key=lambda severity: (severity is None, severity or ""))
    return [
        {"severity": severity, "name": names.get(severity), **severities[severity].as_dict()}
        for severity in ordered
    ]


def _rows(incidents: QuerySet[Incident], timeline: QuerySet[TimelineEvent]) -> Iterator[Row]:
    told = _first_told(incidents, timeline)
    columns = ("pk", "report_time", "start_time", "end_time", "severity", "lead_id")
    for values in incidents.order_by().values(*columns).iterator(chunk_size=BATCH):
        key, reported = values.pop("pk"), values["report_time"]
        yield Row(
            **values,
            seconds_to_lead=_taken(reported, told["lead"], key, values["lead_id"]),
            seconds_to_severity=_taken(reported, told["severity"], key, values["severity"]),
        )


def _taken(reported: datetime, told: Told, key: int, present: Any) -> float | None:
    """How long it took; what was there from the beginning took no time and is told by nothing."""
    if key in told:
        return _seconds(reported, told[key] or reported)
    return 0.0 if present else None


def _first_told(
    incidents: QuerySet[Incident], timeline: QuerySet[TimelineEvent]
) -> dict[str, Told]:
    """When each incident first got its lead and its severity, where its timeline tells."""
    first: dict[str, Told] = {name: {} for name in TOLD_BY}
    named = Q()
    for update_type in TOLD_BY.values():
        named |= Q(raw__contains=f'"{update_type}"')
    entries = (
        timeline.filter(event_type=INCIDENT_UPDATE)
        .filter(incident__in=incidents.order_by().values("pk"))
        .annotate(raw=Cast("metadata", output_field=TextField()))
        .filter(named)
        .order_by("timestamp", "pk")
        .values_list("incident_id", "timestamp", "raw")
    )
    for incident, timestamp, raw in entries.iterator(chunk_size=BATCH):
        metadata = _parsed(raw)
        for name, update_type in TOLD_BY.items():
            if metadata.get("update_type") == update_type:
                filled = not _is_something(metadata.get("old_value"))
                first[name].setdefault(incident, timestamp if filled else None)
    return first


def _is_something(value: Any) -> bool:
    """Whether an entry's old value is one; a severity is told with its ``id``."""
    return bool(value.get("id", value) if isinstance(value, dict) else value)


def _parsed(raw: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _seconds(begin: datetime, end: datetime | None) -> float | None:
    """From one to the other; what is put before the beginning took no time."""
    return None if end is None else max(0.0, (end - begin).total_seconds())


def _month(moment: datetime) -> str:
    """The month in the project's time zone."""
    local = timezone.localtime(moment) if timezone.is_aware(moment) else moment
    return f"{local:%Y-%m}"
