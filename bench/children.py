"""Runs a script that measures, for as long as it may take; what it found until then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import budget
import servers
from alone import PHASES

HERE = Path(__file__).resolve().parent
GRACE = 120

Figures = dict[str, Any]
# Figures, and the load average before and after they were taken.
Found = tuple[Figures, list[float]]


def together(
    phases: Sequence[str], options: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Found]:
    """Phases that one app is measured in; one that failed, or was never come to, has an error."""
    wanted = json.dumps({**options, "phases": list(phases)})
    command = [sys.executable, str(HERE / "measure.py"), wanted]
    text, error = _run(command, environment, budget.seconds_for_all(phases, options))
    lines = [json.loads(line) for line in text.splitlines() if line.startswith('{"phase"')]
    found = {line["phase"]: (line["figures"], line["load"]) for line in lines}
    missing: Found = ({"error": error or "it was not measured"}, [])
    return {phase: found.get(phase, missing) for phase in phases}


def alone(phase: str, options: Mapping[str, Any], environment: Mapping[str, str]) -> Found:
    """A phase that is one script."""
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "app_settings"}
    migrate = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"]
    migrate.append("--skip-checks")
    _, error = _run(migrate, environment, budget.START)
    if error:
        return {"error": error}, []
    command = [
        sys.executable,
        str(HERE / f"{phase}.py"),
        *(one.format(**options) for one in PHASES[phase]),
    ]
    before = os.getloadavg()[0]
    text, error = _run(command, environment, budget.ALONE)
    found = {"error": error} if error else dict(json.loads(text.splitlines()[-1]))
    return found, [before, os.getloadavg()[0]]


def _run(command: Sequence[str], environment: Mapping[str, str], limit: float) -> tuple[str, str]:
    """What the script printed, and why it ended if it did not end well."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        process = subprocess.Popen(command, env=dict(environment), stdout=printed)
        error = ""
        try:
            code = process.wait(limit)
            if code:
                error = f"it ended with {code}; why stands above"
        except subprocess.TimeoutExpired:
            error = f"it took longer than {limit:.0f} s"
        finally:
            # It ends the servers that it started before it ends itself.
            servers.end(process, GRACE)
        printed.seek(0)
        return printed.read(), error
