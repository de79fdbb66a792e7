"""Counts what this process does, and adds it now and then to what all processes have counted.

Counting is a few additions in memory, so that it may stand anywhere. ``flush`` writes with one
statement; a process that is killed takes what it counted in the last seconds with it. The sums
are ``Tally`` rows: one for each thing that is counted, by kind and outcome, so few of them.
"""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from response import logs

logger = logs.get_logger("response.slack.meter")

# What is counted; by a label and an outcome each.
DELIVERIES = "deliveries"
DELIVERY_SECONDS = "delivery_seconds"
CALLS = "slack_calls"
CALL_SECONDS = "slack_call_seconds"
# Upper ends, in seconds, into which times are sorted; the last has no end.
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
ENDS = (*(f"{end}" for end in BUCKETS), "+Inf")
OK = "ok"
EVERY = 10.0
# Of names that come from elsewhere: what is none has no row of its own.
_NAME = re.compile(r"[\w.]{1,60}", re.ASCII)

_lock = threading.Lock()
_counted: dict[tuple[str, str, str], tuple[int, float]] = {}
_flushed_at = 0.0


def count(name: str, label: str, outcome: str, number: int = 1, seconds: float = 0.0) -> None:
    """``number`` more of ``name``, by label and outcome; ``seconds`` that they took."""
    key = (name, label, outcome)
    with _lock:
        before, took = _counted.get(key, (0, 0.0))
        _counted[key] = (before + number, took + seconds)


def took(name: str, label: str, seconds: float) -> None:
    """Something of ``name`` took so long."""
    seconds = max(seconds, 0.0)
    count(name, label, ENDS[bisect_left(BUCKETS, seconds)], seconds=seconds)


@contextmanager
def slack_call(method: str) -> Iterator[None]:
    """A request to Slack is made within; what it raises says with which code it failed."""
    method = _named(method)
    began = time.monotonic()
    outcome = OK
    try:
        yield
    except Exception as error:
        outcome = _named(getattr(error, "code", "") or "unreachable")
        raise
    finally:
        count(CALLS, method, outcome)
        took(CALL_SECONDS, method, time.monotonic() - began)


def _named(name: str) -> str:
    return name if _NAME.fullmatch(name) else "other"


def flush_if_due() -> None:
    """``flush``, unless it was done some seconds ago."""
    if time.monotonic() - _flushed_at >= EVERY:
        flush()


def flush() -> None:
    """Add what was counted to the sums of all processes; kept if the database cannot be asked."""
    global _counted, _flushed_at
    with _lock:
        taken, _counted = _counted, {}
        _flushed_at = time.monotonic()
    if not taken:
        return
    try:
        # The models need Django's apps, and hosts make a SlackClient in their settings.
        import_module("response.slack.models").Tally.objects.add(taken)
    except Exception:
        logger.debug("What was counted could not be written; it is kept", exc_info=True)
        for (name, label, outcome), (number, seconds) in taken.items():
            count(name, label, outcome, number, seconds)


def forget() -> None:
    """Drop what was counted and not written: for tests."""
    with _lock:
        _counted.clear()
