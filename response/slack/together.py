"""Talk is worked off together: leases, look-ups and commits cost more than it.

Only our own handlers of events and only first attempts share a transaction: those at the heads
of many lanes, and those that follow each other in one. All of them are done or, if one fails,
none, and each is then run by itself. A host's handler is never run again for another's failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from response import database, logs
from response.slack import dispatch, invoke, lanes, leases, meter, registry
from response.slack.client import forbid_calls
from response.slack.discretion import named
from response.slack.leases import Lease, LeaseLost, SharedLease
from response.slack.models import HandlerRun, UserStats
from response.slack.registry import Handler

logger = logs.get_logger("response.slack.together")

# So many runs are read at once.
MOST = 200
# Seconds after which nothing joins a transaction: on SQLite everybody else waits meanwhile.
LONGEST = 0.02
Clock = Callable[[], datetime]
Simple = tuple[HandlerRun, Handler]


@dataclass
class Worked:
    """How many runs were done, and the lanes in which nothing is left for this process."""

    count: int = 0
    lanes: set[str] = field(default_factory=set)


def work(among: Sequence[str], clock: Clock) -> Worked:
    """Run what is simple in those lanes that are free; the rest is left as it was."""
    worked = Worked()
    if not among:
        return worked
    lease = leases.acquire_free(among, clock())
    worked.lanes |= lease.taken
    if not lease.lanes:
        return worked
    try:
        _work_leased(lease, worked, clock)
    except LeaseLost:
        logger.warning("Lanes that were worked off together were taken over")
    except Exception as error:  # noqa: BLE001 (it fails again, by itself, and is logged)
        logger.info("One of many runs failed, each is run by itself: %s", named(error))
    finally:
        leases.release_shared(lease)
    return worked


def _work_leased(lease: SharedLease, worked: Worked, clock: Clock) -> None:
    due = HandlerRun.objects.filter(pk__in=lanes.due_in(sorted(lease.lanes), clock(), MOST))
    simple, rest = _sorted_out(lanes.read(due.select_related("delivery")))
    known = invoke.read_ahead([run for run, _ in simple])
    while simple:
        done = _run(simple, known, lease, clock)
        worked.count += done
        simple = simple[done:]
    worked.lanes |= lease.lanes - rest


def neighbours(runs: Sequence[HandlerRun]) -> Iterator[list[HandlerRun]]:
    """The runs of one lane, in their order: simple ones that follow each other are one group.

    Those at its head are not: they had their chance with other lanes', and one of them failed.
    Those at its end are left out: they have that chance in the next round.
    """
    groups = [(simple, list(group)) for simple, group in groupby(runs, key=_can_share)]
    for place, (simple, group) in enumerate(groups):
        if not simple or not place:
            yield from ([run] for run in group)
        elif place < len(groups) - 1:
            yield group


def work_neighbours(runs: Sequence[HandlerRun], lease: Lease, clock: Clock) -> int:
    """Run simple runs of one lane; how many were done before one failed, which goes on alone.

    Raises ``LeaseLost``.
    """
    simple = [(run, handler) for run in runs if (handler := registry.find(run.handler))]
    done = 0
    try:
        known = invoke.read_ahead(runs)
        while done < len(simple):
            done += _run(simple[done:], known, lease, clock)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 (it fails again, by itself, and is logged)
        logger.info("One of several runs failed, each is run by itself: %s", named(error))
    return done


def _sorted_out(runs: Iterable[HandlerRun]) -> tuple[list[Simple], set[str]]:
    """The simple runs that nothing else comes before, and the lanes in which there is more."""
    simple: list[Simple] = []
    rest: set[str] = set()
    for run in runs:
        handler = registry.find(run.handler)
        if run.lane not in rest and handler and _is_simple(run, handler):
            simple.append((run, handler))
        else:
            rest.add(run.lane)
    return simple, rest


def _can_share(run: HandlerRun) -> bool:
    handler = registry.find(run.handler)
    return handler is not None and _is_simple(run, handler)


def _is_simple(run: HandlerRun, handler: Handler) -> bool:
    return handler.kind == "event" and handler.builtin and handler.atomic and run.attempts == 0


def _run(
    simple: Sequence[Simple], known: invoke.Known, lease: Lease | SharedLease, clock: Clock
) -> int:
    """Run those at the head in one transaction; how many there was time for."""
    done: list[HandlerRun] = []
    with database.atomic(), forbid_calls():
        until = time.monotonic() + LONGEST
        with invoke.reading_once(known), UserStats.objects.counting_together():
            for run, handler in simple:
                if done and time.monotonic() > until:
                    break
                with logs.about(**dispatch.described(run)):
                    invoke.KINDS[handler.kind](run, handler)
                done.append(run)
        dispatch.mark_done(done, lease, clock())
        dispatch.drop_payloads({run.delivery_id for run in done})
    now = clock()
    for run in done:
        meter.count(meter.DELIVERIES, run.delivery.kind, "done")
        waited = now - run.delivery.received_at
        meter.took(meter.DELIVERY_SECONDS, run.delivery.kind, waited.total_seconds())
    return len(done)
