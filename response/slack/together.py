"""Many lanes are worked off together: leases and look-ups cost more than what is done in them.

Talk shares transactions, too: our own handlers of events, those at the heads of many lanes and
those that follow each other in one. All of them are done or, if one fails, none, and each is
then run by itself. A host's handler is never run again for another's failure.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import prefetch_related_objects

from response import database, logs
from response.slack import attempts, dispatch, done_marks, invoke, lanes, leases, meter, registry
from response.slack.client import forbid_calls
from response.slack.discretion import named
from response.slack.leases import Held, Lease, LeaseLost, SharedLease
from response.slack.models import HandlerRun, UserStats

logger = logs.get_logger("response.slack.together")

# So many runs are read at once.
MOST = 200
# Seconds after which nothing joins a transaction: on SQLite everybody else waits meanwhile.
LONGEST = 0.02
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Worked:
    """How many runs came to an end, and the lanes that must be worked off one by one."""

    count: int
    left: Set[str]


def work(among: Sequence[str], clock: Clock, until: float) -> Worked:
    """Run what can share in those lanes that are free; the rest is left as it was.

    Nothing is begun once ``time.monotonic`` is at ``until``, but for what is oldest: each round
    does some of it, however slow the database is.
    """
    if not among:
        return Worked(0, frozenset())
    lease = leases.acquire_free(among, clock())
    # Those that nobody holds and that are not free either were left behind.
    behind = set(among) - lease.lanes - lease.taken
    if not lease.lanes:
        return Worked(0, behind)
    shared = _Round(lease, clock, until)
    try:
        shared.work()
    except LeaseLost:
        logger.warning("Lanes that were worked off together were taken over")
    except Exception as error:  # noqa: BLE001 (it fails again, by itself, and is logged)
        logger.info("One of many runs failed, each is run by itself: %s", named(error))
        shared.left |= lease.lanes
    finally:
        leases.release_shared(lease)
    return Worked(shared.count, behind | shared.left)


class _Round:
    """Works leased lanes off: the heads of all, then what is behind those, and so on."""

    def __init__(self, lease: SharedLease, clock: Clock, until: float) -> None:
        self.count = 0
        # Lanes in which a run must not keep others waiting.
        self.left: set[str] = set()
        self._lease = lease
        self._clock = clock
        self._until = until
        # By lane, in order.
        self._waiting: dict[str, deque[HandlerRun]] = {}

    def work(self) -> None:
        """Raises ``LeaseLost``, and what a handler of talk raised."""
        due = lanes.due_in(sorted(self._lease.lanes), self._clock(), MOST)
        runs = HandlerRun.objects.filter(pk__in=due).select_related("delivery")
        for run in lanes.read(runs):
            self._waiting.setdefault(run.lane, deque()).append(run)
        while self._waiting:
            self._work_talk()
            self._work_heads()
            if not self._is_time():
                return

    def _is_time(self) -> bool:
        return time.monotonic() < self._until

    def _work_talk(self) -> None:
        talk = [run for runs in self._waiting.values() for run in _talk_at_head(runs)]
        known = invoke.read_ahead(talk)
        while talk:
            done = _run_talk(talk, known, self._lease, self._clock)
            self.count += done
            talk = talk[done:]
        self._waiting = {lane: runs for lane, runs in self._waiting.items() if runs}

    def _work_heads(self) -> None:
        """The first run of each lane, each by itself."""
        self._leave(lambda run: not dispatch.is_quick(run))
        known = invoke.read_acting(self._heads())
        self._leave(lambda run: not dispatch.knows_who_acts(run, known))
        heads = self._heads()
        prefetch_related_objects([run.delivery for run in heads], "incident")
        for place, run in enumerate(heads):
            # The oldest has its turn, however long the talk before it took.
            if place and not self._is_time():
                return
            self._waiting[run.lane].popleft()
            attempts.attempt(run, self._lease, self._clock, known)
            self.count += 1

    def _heads(self) -> list[HandlerRun]:
        return sorted((runs[0] for runs in self._waiting.values()), key=lambda run: run.pk)

    def _leave(self, condition: Callable[[HandlerRun], bool]) -> None:
        for run in self._heads():
            if condition(run):
                self.left.add(run.lane)
                del self._waiting[run.lane]


def neighbours(runs: Sequence[HandlerRun]) -> Iterator[list[HandlerRun]]:
    """The runs of one lane, in their order: talk that follows each other is one group.

    Talk at its head is not: it had its chance with other lanes', and some of it failed. Talk at
    its end is left out: it has that chance in the next round.
    """
    groups = [(is_talk, list(group)) for is_talk, group in groupby(runs, key=_is_talk)]
    for place, (is_talk, group) in enumerate(groups):
        if not is_talk or not place:
            yield from ([run] for run in group)
        elif place < len(groups) - 1:
            yield group


def work_neighbours(runs: Sequence[HandlerRun], lease: Lease, clock: Clock) -> int:
    """Run talk of one lane; how many were done before one failed, which goes on alone.

    Raises ``LeaseLost``.
    """
    done = 0
    try:
        known = invoke.read_ahead(runs)
        while done < len(runs):
            done += _run_talk(runs[done:], known, lease, clock)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 (it fails again, by itself, and is logged)
        logger.info("One of several runs failed, each is run by itself: %s", named(error))
    return done


def _talk_at_head(runs: deque[HandlerRun]) -> Iterator[HandlerRun]:
    """What is said before anything else in a lane, which is taken away."""
    while runs and _is_talk(runs[0]):
        yield runs.popleft()


def _is_talk(run: HandlerRun) -> bool:
    handler = registry.find(run.handler)
    is_ours = handler is not None and handler.builtin and handler.kind == "event"
    return is_ours and dispatch.is_quick(run)


def _run_talk(runs: Sequence[HandlerRun], known: invoke.Known, lease: Held, clock: Clock) -> int:
    """Run those at the head in one transaction; how many there was time for."""
    done: list[HandlerRun] = []
    with database.atomic(), forbid_calls(hosts_may=True):
        until = time.monotonic() + LONGEST
        with invoke.reading_once(known), UserStats.objects.counting_together():
            for run in runs:
                if done and time.monotonic() > until:
                    break
                with logs.about(**dispatch.described(run)):
                    handler = dispatch.handler_of(run)
                    invoke.KINDS[handler.kind](run, handler)
                done.append(run)
        done_marks.mark(done, lease, clock())
    now = clock()
    for run in done:
        meter.count(meter.DELIVERIES, run.delivery.kind, "done")
        waited = now - run.delivery.received_at
        meter.took(meter.DELIVERY_SECONDS, run.delivery.kind, waited.total_seconds())
    database.let_others_write()
    return len(done)
