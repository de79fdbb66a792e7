"""Phases that need neither servers nor load: one script each, on a database of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from figures import some, table

# What each script is told.
PHASES = {
    "transport": ["200"],
    "tick": ["10000"],
    "pages": ["100000", "5000"],
    "outside": ["{backlog}"],
}


def table_of(phase: str, kind: str, lines: Mapping[str, Mapping[str, Any]]) -> str:
    """One line for each thing that was measured; a table for those of the same columns."""
    tables: dict[tuple[str, ...], list[list[str]]] = {}
    for name, values in lines.items():
        flat = _flat(values)
        tables.setdefault(tuple(flat), []).append([name, *(some(one) for one in flat.values())])
    return "\n\n".join(
        table([f"{phase}, {kind}", *columns], rows) for columns, rows in tables.items()
    )


def _flat(values: Mapping[str, Any]) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {inner}": each for inner, each in value.items()}
        else:
            flat[name] = value
    return flat
