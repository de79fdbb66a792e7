"""Incidents as files, row by row: as much memory for a million as for a hundred."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework.utils.encoders import JSONEncoder

from response import text
from response.core import feed
from response.core.models import ExternalUser, Incident
from response.core.names import names_mentioned_in, person_name

BATCH = 500
COLUMNS = (
    "id",
    "report",
    "status",
    "severity",
    "severity_name",
    "lead",
    "reporter",
    "report_only",
    "private",
    "report_time",
    "start_time",
    "end_time",
    "seconds_to_resolve",
    "summary",
    "impact",
    "comms_channel",
    "actions",
    "actions_open",
)
#: A cell that begins with one of these is a formula to a spreadsheet, and its text code.
FORMULA_BEGINS = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
#: Where a spreadsheet's separator is a semicolon, as in much of Europe, or a tab, it sees no quotes
#: around our cells, and has some begin within a text. A list's "- item" is left as it is, where
#: nothing in it calls (brackets) or leads elsewhere (``|``, ``!``, ``#``).
FORMULA_WITHIN = re.compile(
    r"(?<=[;\t\r\n])"
    r"(?! *- [^(\[{|!#\uff08\uff3b\uff5b\uff5c\uff01\uff03;\t\r\n]*(?:[;\t\r\n]|\Z))"
    r"(?=(?:[^\S\t\r\n]|\")*[=+\-@\uff1d\uff0b\uff0d\uff20])"
)


def batches(incidents: QuerySet[Incident]) -> Iterator[list[Incident]]:
    """All of them, newest first, a few hundred a query, each once whatever is added meanwhile."""
    rows = incidents.order_by("-pk")
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__lt=batch[-1].pk)[:BATCH])


def as_json(
    incidents: QuerySet[Incident], serialize: Callable[[Sequence[Incident]], Iterable[Any]]
) -> Iterator[str]:
    """A JSON array, piece by piece; ``serialize`` turns a batch into JSON values."""
    encoder = JSONEncoder(ensure_ascii=False)
    before = "[\n"
    for batch in batches(incidents):
        lines = ",\n".join(encoder.encode(value) for value in serialize(batch))
        yield before + lines
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def as_csv(incidents: QuerySet[Incident]) -> Iterator[str]:
    """CSV as RFC 4180 has it, with a header, texts as a person reads them."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for batch in batches(incidents):
        names = names_mentioned_in(
            wire for row in batch for wire in (row.report, row.summary, row.impact)
        )
        yield "".join(writer.writerow(_cells(incident, names)) for incident in batch)


def safe(cell: Any) -> Any:
    """A cell that a spreadsheet shows and does not run, wherever it takes cells to begin."""
    if not isinstance(cell, str):
        return cell
    cell = FORMULA_WITHIN.sub("'", cell)
    if {cell[:1], cell.lstrip()[:1]} & FORMULA_BEGINS:
        return f"'{cell}"
    return cell


def _cells(incident: Incident, names: dict[str, str]) -> list[Any]:
    actions = list(incident.action_items())
    channel = incident.comms_channel()
    lasted = None if incident.end_time is None else incident.end_time - incident.start_time
    cells = (
        incident.pk,
        _plain(incident.report, names),
        incident.status_text(),
        incident.severity,
        incident.severity_text(),
        _person(incident.lead),
        _person(incident.reporter),
        _flag(incident.report_only),
        _flag(incident.private),
        _time(incident.report_time),
        _time(incident.start_time),
        _time(incident.end_time),
        None if lasted is None else round(lasted.total_seconds(), 3),
        _plain(incident.summary, names),
        _plain(incident.impact, names),
        channel and channel.channel_name,
        len(actions),
        sum(not action.done for action in actions),
    )
    return [safe(cell) for cell in cells]


def _plain(wire: str | None, names: dict[str, str]) -> str:
    return text.to_plain(wire or "", names)


def _person(person: ExternalUser | None) -> str:
    return person_name(person) if person else ""


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _time(moment: datetime | None) -> str:
    return feed.time(moment) or ""


class _Echo:
    """What a ``csv.writer`` writes to, so that it returns the line."""

    def write(self, line: str) -> str:
        return line
