"""Phase: boxes in which a lot waits, worked off by the processes that do it in production."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import boxes
import rows
from servers import memory
from workbench import Bench

# At most; a short backlog is in fewer.
CHANNELS = 400
# Messages that wait: for each channel a few, and for one of them many more.
EACH, MANY = 5, 30
# How many calls wait when the cost of choosing among them is looked at, and for how long.
WAITING, WINDOW = (1000, 100_000), 15.0
PARTS = 10
LOOK = 0.5
LONGEST = 3000.0


def backlog(bench: Bench) -> dict[str, Any]:
    """Deliveries by a tick, and by the web processes; then calls, by those."""
    count = bench.options["backlog"]
    channels = bench.scene.incidents("C0STORE", min(CHANNELS, count // PARTS))
    few, many = (min(number, count) for number in WAITING)
    return {
        "inbox": {
            "response_tick": inbox(bench, channels, count, _ticking(bench)),
            "web processes": inbox(bench, channels, count, _web(bench)),
        },
        "outbox": outbox(bench, channels),
        "waiting": {f"{number:,}": chosen(bench, channels, number) for number in (few, many)},
    }


# -- the inbox ------------------------------------------------------------------------------------


class Process:
    """Whoever works the backlog off: how it is started, what memory it has."""

    def __init__(self, start: Callable[[], None], memory: Callable[[], float]) -> None:
        self.start, self.memory = start, memory
        self.end: Callable[[], object] = lambda: None


def _ticking(bench: Bench) -> Process:
    """``response_tick`` in a process of its own, as cron starts it."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        command = [sys.executable, "-m", "django", "response_tick", "--skip-checks"]
        environment = bench.scene.environment
        ticking = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        started.append(ticking)

    def end() -> None:
        try:
            started[0].wait(60)
        except subprocess.TimeoutExpired:
            started[0].kill()
            raise

    process = Process(start, lambda: memory(started[0].pid))
    process.end = end
    return process


def _web(bench: Bench) -> Process:
    """gunicorn's workers, whose drains a few messages wake."""
    return Process(bench.wake, bench.app.memory)


def inbox(bench: Bench, channels: list[str], count: int, process: Process) -> dict[str, Any]:
    """How fast each tenth goes, and what memory the process has meanwhile."""
    from response.models import CommsChannel
    from response.slack.models import HandlerRun

    earlier = boxes.last_run()
    known = CommsChannel.objects.filter(channel_id__in=channels)
    rows.deliveries(dict(known.values_list("channel_id", "incident_id")), count)
    began = time.monotonic()
    ours = HandlerRun.objects.filter(pk__gt=earlier, pk__lte=boxes.last_run())
    count = boxes.left()["inbox"]
    # (seconds, rows that were done, MB)
    seen: list[tuple[float, int, float]] = [(0.0, 0, 0.0)]
    process.start()
    while seen[-1][1] < count:
        time.sleep(LOOK)
        waiting = boxes.left()["inbox"]
        # What wakes the web processes is worked off, too.
        done = max(count - waiting, 0)
        # A tick that is done is gone, and has none.
        seen.append((time.monotonic() - began, done, process.memory() or seen[-1][2]))
        if seen[-1][0] > LONGEST:
            raise TimeoutError(f"{waiting} of {count} deliveries are left after {LONGEST:.0f} s")
    process.end()
    return _drained(seen, count) | {"left": count - ours.filter(state="done").count()}


def _drained(seen: list[tuple[float, int, float]], count: int) -> dict[str, Any]:
    """Rows a second in each part of the backlog, and MB at the end of each."""
    ends = [count * part / PARTS for part in range(PARTS + 1)]
    times = [_when(seen, end) for end in ends]
    each = count / PARTS
    started = next(index for index, one in enumerate(seen) if one[1])
    # What comes before the first row is done is the process's start.
    times[0] = max(seen[started - 1][0], 0.0)
    pairs = pairwise(times)
    return {
        "count": count,
        "seconds": seen[-1][0],
        "rates": [each / max(after - before, 0.001) for before, after in pairs],
        "memory": [next(mb for _, done, mb in seen if done >= end) for end in ends[1:]],
    }


def _when(seen: list[tuple[float, int, float]], wanted: float) -> float:
    """When so many were done, between two looks."""
    for (before, fewer, _), (after, more, _) in pairwise(seen):
        if more >= wanted > fewer:
            return before + (after - before) * (wanted - fewer) / (more - fewer)
    return 0.0


# -- the outbox -----------------------------------------------------------------------------------


def outbox(bench: Bench, channels: list[str]) -> dict[str, Any]:
    """A few messages in each of many channels, many in one: never two of a channel in a second."""
    count = EACH * len(channels)
    rows.posts(channels, count)
    rows.posts(channels[:1], MANY - EACH, begin=count)
    count += MANY - EACH
    began, cpu, before = time.time(), bench.app.cpu_seconds(), bench.app.memory()
    bench.wake()
    boxes.wait_until_empty()
    spent, after = bench.app.cpu_seconds() - cpu, bench.app.memory()
    calls = bench.scene.arrived("chat.postMessage", began)
    took = calls[-1]["at"] - calls[0]["at"]
    gaps, disorder = _in_channels(calls)
    return {
        "calls": count,
        "channels": len(channels),
        "seconds": took,
        "rate": len(calls) / took,
        "smallest gap": min(gaps),
        "gaps": len(gaps),
        "gaps under 1 s": sum(gap < 0.995 for gap in gaps),
        "out of order": disorder,
        "left or extra": len({call["text"] for call in calls}) - count,
        "twice": len(calls) - len({call["text"] for call in calls}),
        "cpu": spent,
        "memory before": before,
        "memory": after,
    }


def _in_channels(calls: list[dict[str, Any]]) -> tuple[list[float], int]:
    """Seconds between two messages of a channel, and how many came before an earlier one."""
    last: dict[str, dict[str, Any]] = {}
    gaps, disorder = [], 0
    for call in calls:
        earlier = last.get(call["channel"])
        if earlier is not None:
            gaps.append(call["at"] - earlier["at"])
            disorder += call["text"] < earlier["text"]
        last[call["channel"]] = call
    return gaps, disorder


def chosen(bench: Bench, channels: list[str], waiting: int) -> dict[str, Any]:
    """How fast calls go while so many wait."""
    rows.posts(channels, waiting)
    began, cpu = time.time(), bench.app.cpu_seconds()
    bench.wake()
    until = time.monotonic() + WINDOW
    while time.monotonic() < until and boxes.left()["outbox"]:
        time.sleep(LOOK)
    spent, took = bench.app.cpu_seconds() - cpu, time.time() - began
    calls = bench.scene.arrived("chat.postMessage", began)
    memory = bench.app.memory()
    boxes.give_up()
    if not calls:
        return {"rate": 0.0, "cpu share": spent / took, "memory": memory}
    seconds = calls[-1]["at"] - calls[0]["at"]
    return {
        "rate": len(calls) / seconds if seconds else 0.0,
        "first after": calls[0]["at"] - began,
        "cpu share": spent / took,
        "memory": memory,
    }
