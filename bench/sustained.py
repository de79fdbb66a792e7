"""Phase: the highest rates that are borne, of the bare view and of both kinds of talk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import talk
from workbench import Bench

# Milliseconds, of a rate that counts as borne.
P99_WANTED, LAG_WANTED = 100, 2000
FIRST, STEP, HIGHEST = 200, 1.25, 4000
# The largest step downwards: what fails costs the time to recover from it.
LARGEST_DOWN = 2
# How far down from a rate that is not borne for long.
BACK = 0.95
# How close the highest rate that is borne and the lowest that is not must be.
CLOSE = 1.05
LOADS: dict[str, Callable[[Bench, int, int], dict[str, Any]]] = {
    "control": talk.control_at,
    "messages": talk.messages_at,
    "elsewhere": talk.elsewhere_at,
}


def sustained(bench: Bench) -> dict[str, Any]:
    """Requests a second by load."""
    around = bench.options["around"]
    return {name: _highest(bench, name, around.get(name, 0)) for name in LOADS}


def _highest(bench: Bench, name: str, around: int) -> int:
    """Searched for in short steps, then held for long: what falls behind slowly shows only then."""
    short, long = bench.options["step_seconds"], bench.options["hold_seconds"]
    found = highest(lambda rate: _twice(bench, name, rate, short), around)
    return held(lambda rate: _twice(bench, name, rate, long), found)


def held(is_borne: Callable[[int], bool], rate: int) -> int:
    """The highest rate that is borne from ``rate`` down, in steps of 5 %; 0 for none."""
    while rate > 0 and not is_borne(rate):
        rate = int(rate * BACK)
    return rate


def highest(is_borne: Callable[[int], bool], around: int = 0) -> int:
    """The highest rate that is borne, as far as steps of 5 % tell; 0 for none.

    ``around`` is what an earlier run has found, 0 if there was none: the search begins there,
    and widens.
    """
    borne = not_borne = 0
    rate, step = around or FIRST, CLOSE if around else STEP
    while not (borne and not_borne) and 0 < rate < HIGHEST:
        if is_borne(rate):
            borne, rate = rate, int(rate * step) + 1
            step = min(step**2, STEP)
        else:
            not_borne, rate = rate, int(rate / step)
            step = min(step**2, LARGEST_DOWN)
    if not not_borne:
        return borne
    while not_borne > borne * CLOSE + 1:
        middle = (borne + not_borne) // 2
        if is_borne(middle):
            borne = middle
        else:
            not_borne = middle
    return borne


def _twice(bench: Bench, name: str, rate: int, seconds: int) -> bool:
    """A hiccup of the machine is no limit: what fails may try once more."""
    return _is_borne(bench, name, rate, seconds) or _is_borne(bench, name, rate, seconds)


def _is_borne(bench: Bench, name: str, rate: int, seconds: int) -> bool:
    found = LOADS[name](bench, rate, seconds)
    borne = is_borne(found)
    words = "borne" if borne else "not borne"
    lag = f", lag p95 {found['lag p95']:.0f} ms" if "lag p95" in found else ""
    what = f"    {name} {rate}/s for {seconds} s: p99 {found['p99']:.0f} ms{lag}: {words}"
    print(what, file=sys.stderr)
    if not borne:
        bench.recovered()
    return borne


def is_borne(found: dict[str, Any]) -> bool:
    """Answered in time, all of it worked off in time, and the boxes empty soon after."""
    answered = found["p99"] < P99_WANTED and not found["failed"] and not found["late"]
    in_time = found.get("lag p95", 0) < LAG_WANTED and not found.get("left")
    return answered and in_time and not found.get("effect")
