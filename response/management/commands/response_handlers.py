"""``manage.py response_handlers``: who handles what, and where that is written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from response.slack import hosts, registry
from response.slack.registry import Handler

Row = dict[str, Any]


class Command(BaseCommand):
    """Lists the handlers of this project, those that it replaces included."""

    help = "List the registered handlers: kind, name, function, where it is, what it replaces."

    def add_arguments(self, parser: CommandParser) -> None:
        """``--json`` for programs, ``--kind`` for less."""
        kinds = [each.kind for each in registry.ALL]
        parser.add_argument("--json", action="store_true", help="Print a JSON list instead.")
        parser.add_argument("--kind", choices=kinds, help="List the handlers of one kind only.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what a worker loads, then list it."""
        hosts.load_handlers()
        rows = [row for row in _rows() if options["kind"] in (None, row["kind"])]
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        self._print(rows)

    def _print(self, rows: list[Row]) -> None:
        widths = [max((len(row[column]) for row in rows), default=0) for column in COLUMNS]
        kind = ""
        for row in rows:
            if row["kind"] != kind:
                kind = row["kind"]
                self.stdout.write(self.style.MIGRATE_HEADING(kind))
            cells = [
                row[column].ljust(width) for column, width in zip(COLUMNS, widths, strict=True)
            ]
            notes = f"  ({', '.join(row['notes'])})" if row["notes"] else ""
            self.stdout.write(f"  {'  '.join(cells)}  {_place(row)}{notes}")
            for replaced in row["replaces"]:
                self.stdout.write(f"      replaces {replaced['function']}  {_place(replaced)}")


COLUMNS = ("name", "function")


def _rows() -> Iterator[Row]:
    for each in registry.ALL:
        for handler in each:
            yield {
                "kind": each.kind,
                "name": handler.name,
                **_where(handler),
                "builtin": handler.builtin,
                "atomic": handler.atomic,
                "opens_modal": handler.opens_modal,
                "in_incident": handler.in_incident,
                "notes": _notes(handler),
                "replaces": [_where(replaced) for replaced in handler.replaces],
            }


def _where(handler: Handler) -> Row:
    file, line = handler.location
    return {"function": handler.path, "file": file, "line": line}


def _notes(handler: Handler) -> list[str]:
    """What is special about a handler, in words."""
    found = []
    if handler.kind == "notification":
        found.append(
            _how_often(handler.options["interval_mins"], handler.options["max_notifications"])
        )
    if handler.kind == "headline_post_action":
        found.append(f"order {handler.order}")
    if handler.kind == "event" and not handler.in_incident:
        found.append("in any channel")
    if channel_type := handler.options.get("channel_type"):
        found.append(f"of conversations of type {channel_type}")
    if handler.atomic:
        found.append("atomic")
    if handler.opens_modal:
        found.append("opens a modal")
    return found


def _how_often(interval: float, most: float) -> str:
    if most <= 1:
        return f"after {interval} min"
    times = f"{most} times" if math.isfinite(most) else "without end"
    return f"every {interval} min, {times}" if interval else f"at every tick, {times}"


def _place(where: Row) -> str:
    """``file:line`` as editors take it, from here where that is shorter."""
    if not where["file"]:
        return "(not written in Python)"
    path = Path(where["file"])
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return f"{shown}:{where['line']}"
