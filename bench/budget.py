"""How long a phase may take, in seconds: twice what it takes on a machine that is busy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

START = 300
FIXED = {"lifecycle": 600, "sustained": 5400, "backlog": 7200}
# Phases that are a script of their own.
ALONE = 3600


def seconds_for(phase: str, options: Mapping[str, Any]) -> int:
    """Of a phase that servers are needed for."""
    return FIXED.get(phase, 300 + 6 * int(options["seconds"]))


def seconds_for_all(phases: Iterable[str], options: Mapping[str, Any]) -> int:
    """Of those phases and of what is prepared for them."""
    return START + sum(seconds_for(phase, options) for phase in phases)
