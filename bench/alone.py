"""Phases that need neither servers nor load: one script each, on a database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
# What each script is told.
PHASES = {"transport": ["200"], "tick": ["10000"], "pages": ["100000", "5000"]}
LONGEST = 3600


def measure(phase: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """The figures of a phase, on the new database that ``environment`` names."""
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "app_settings"}
    migrate = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"]
    subprocess.run(migrate, env=environment, check=True)
    command = [sys.executable, str(HERE / f"{phase}.py"), *PHASES[phase]]
    done = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, text=True, timeout=LONGEST
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def tables(kind: str, found: Mapping[str, Mapping[str, Any]]) -> str:
    """A table a phase, one line for each thing that was measured."""
    parts = []
    for phase, lines in found.items():
        flat = {name: _flat(values) for name, values in lines.items()}
        columns = list(next(iter(flat.values())))
        rows = [f"| {phase}, {kind} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for name, values in flat.items():
            rows.append(f"| {name} | {' | '.join(f'{values[one]:.6g}' for one in columns)} |")
        parts.append("\n".join(rows))
    return "\n\n".join(parts)


def _flat(values: Mapping[str, Any]) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {inner}": each for inner, each in value.items()}
        else:
            flat[name] = value
    return flat
