"""Runs of one lane that share a transaction, since it costs more than what they do in it.

Only our own handlers of events and only first attempts: all of them are done or, if one fails,
none, and each is then run by itself. A host's handler is never run twice for another's failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import takewhile

from response import database
from response.slack import dispatch, invoke, registry
from response.slack.client import forbid_calls
from response.slack.leases import Lease
from response.slack.models import HandlerRun

# Seconds after which no further run joins in: on SQLite everybody else waits meanwhile.
LONGEST = 0.02
Clock = Callable[[], datetime]


def fitting(runs: Sequence[HandlerRun]) -> list[HandlerRun]:
    """Those at the head of ``runs`` that may share a transaction; none if it is only one."""
    found = list(takewhile(_is_simple, runs))
    return found if len(found) > 1 else []


def run(runs: Sequence[HandlerRun], lease: Lease, clock: Clock) -> int:
    """Run those at the head of ``runs`` and mark them done; how many there was time for.

    Raises ``LeaseLost``, or what a handler raised: then nothing of any of them stays.
    """
    until = time.monotonic() + LONGEST
    done: list[HandlerRun] = []
    with database.atomic(), forbid_calls(), invoke.reading_once():
        for each in runs:
            handler = registry.find(each.handler)
            if handler is None or (done and time.monotonic() > until):
                break
            invoke.KINDS[handler.kind](each, handler)
            done.append(each)
        dispatch.mark_done(done, lease, clock())
    return len(done)


def _is_simple(each: HandlerRun) -> bool:
    handler = registry.find(each.handler)
    is_ours = handler is not None and handler.builtin and handler.atomic
    return is_ours and each.handler.startswith("event:") and each.attempts == 0
