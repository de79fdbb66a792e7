"""What was measured: kept in a file, put together to sections, written on the page."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import marked
import report
from figures import merged


@dataclass
class Result:
    """The figures of one phase in one run; or ``error``, why there are none."""

    database: str
    phase: str
    figures: dict[str, Any]
    # The load average before and after.
    load: list[float] = field(default_factory=list)
    # The command that made it, and on which day.
    about: dict[str, str] = field(default_factory=dict)


def write(path: Path, found: Sequence[Result]) -> None:
    path.write_text(json.dumps([asdict(one) for one in found]), encoding="utf-8")


def read(path: Path) -> list[Result]:
    return [Result(**one) for one in json.loads(path.read_text(encoding="utf-8"))]


def sections(found: Sequence[Result]) -> dict[str, str]:
    """The text of each section that there are figures for, by its mark on the page."""
    made = {}
    for name, (phases, text_of) in report.SECTIONS.items():
        tried = [one for one in found if one.phase in phases]
        own = [one for one in tried if "error" not in one.figures]
        if own:
            parts = (_about(own), _failed(tried), text_of(_put_together(own)))
            made[name] = "\n\n".join(part for part in parts if part)
    return made


def _failed(tried: Sequence[Result]) -> str:
    """Of which phases the medians are of fewer runs than were made; nothing where of all."""
    runs = Counter((one.database, one.phase) for one in tried)
    failed = Counter((one.database, one.phase) for one in tried if "error" in one.figures)
    return "\n".join(
        f"- {database}, {phase}: {count} of {runs[database, phase]} runs failed and are left out."
        for (database, phase), count in failed.items()
    )


def write_sections(page: Path, made: Mapping[str, str]) -> None:
    """Those that the page has a place for; what has none is told, and does not stop the rest."""
    for name, text in made.items():
        try:
            marked.write(page, name, text)
        except SystemExit as no_place:
            print(no_place, file=sys.stderr)


def _put_together(found: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """By database, then by phase, the medians of all runs."""
    runs: dict[str, dict[str, list[Any]]] = {}
    for one in found:
        runs.setdefault(one.database, {}).setdefault(one.phase, []).append(one.figures)
    return {
        database: {phase: merged(figures) for phase, figures in phases.items()}
        for database, phases in runs.items()
    }


def _about(found: Sequence[Result]) -> str:
    """Which commands made it, when, how often, and how busy the machine was."""
    commands = dict.fromkeys(f"`{one.about['command']}`" for one in found if one.about)
    days = dict.fromkeys(one.about["on"] for one in found if one.about)
    runs = sorted({_count(found, one) for one in found})
    loads = [load for one in found for load in one.load]
    words = [*(["; ".join(commands)] if commands else []), *days, f"{os.cpu_count()} cores"]
    if runs != [1]:
        words.append(f"medians of {' or '.join(map(str, runs))} runs (least to most)")
    if loads:
        words.append(f"load average {min(loads):.1f} to {max(loads):.1f}")
    return ", ".join(words) + ":"


def _count(found: Sequence[Result], like: Result) -> int:
    same = (like.database, like.phase)
    return sum((one.database, one.phase) == same for one in found)
