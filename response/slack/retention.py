"""Takes what is over out of both boxes once it has been kept for long enough.

A page of rows at a time, each in a statement of its own, and only for a while: what is left is
taken by the next tick. What waits, is being sent or is parked stays, however old it is.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from response import database, logs
from response.conf import conf
from response.slack import leases
from response.slack.models import Call, Conversation, Delivery, HandlerRun, Heartbeat

logger = logs.get_logger("response.slack.retention")

# Rows that are looked at, and deleted, with one statement: some milliseconds.
PAGE = 500
# Seconds that a tick spends on it, and the most that it rests after each page.
BUDGET = 5.0
LONGEST_REST = 0.05
# For how much longer than the work of a delivery its key is kept: a repeat is known by it.
KEYS_OUTLIVE = timedelta(hours=48)
# Leases end after minutes; one that ended as long ago was left behind by a process that died.
ABANDONED = timedelta(days=1)
LANES_EVERY = timedelta(hours=1)
# A hundred years, in days: no clock goes further back than that.
LONGEST = 36_500
OUTBOX = "out:"
RUNS_OVER = (HandlerRun.State.DONE, HandlerRun.State.DROPPED)
CALLS_OVER = (Call.State.SENT, Call.State.DROPPED)
Pages = Generator[int, None, None]
CALLS_AT_WORK = (Call.State.PENDING, Call.State.SENDING)


def prune(now: datetime, *, seconds: float = BUDGET) -> int:
    """Delete what is older than ``RESPONSE_RETENTION_DAYS``, for ``seconds`` at most.

    Returns how many rows are gone. Signals of the models are not sent.
    """
    days = conf.retention_days
    if days is None:
        return 0
    cutoff = now - timedelta(days=min(days, LONGEST))
    began = last = time.monotonic()
    removed = 0
    for step in (_runs(cutoff), _deliveries(cutoff - KEYS_OUTLIVE), _calls(cutoff), _lanes(now)):
        with closing(step) as pages:
            for count in pages:
                removed += count
                if time.monotonic() - began >= seconds:
                    logger.info("Removed %s finished rows; the next tick goes on", removed)
                    return removed
                _rest(time.monotonic() - last if count else 0.0)
                last = time.monotonic()
    if removed:
        logger.info("Removed %s finished rows", removed)
    return removed


def _rest(seconds: float) -> None:
    """Half of the time belongs to others: on SQLite nobody else writes during a page."""
    time.sleep(min(seconds, LONGEST_REST))


def _runs(cutoff: datetime) -> Pages:
    """Runs that ended before ``cutoff``."""
    runs = HandlerRun.objects.values_list("pk", "delivery__received_at", "state", "finished_at")
    for page in _walk(runs, cutoff):
        yield _delete(
            HandlerRun.objects.filter(state__in=RUNS_OVER),
            [
                pk
                for pk, _, state, finished_at in page
                if state in RUNS_OVER and finished_at and finished_at < cutoff
            ],
        )


def _deliveries(cutoff: datetime) -> Pages:
    """Deliveries that came before ``cutoff`` and have no work any more.

    A nudge's stays while its incident is open: it keeps one that was given up from being
    delivered by each tick anew.
    """
    at_work = Exists(HandlerRun.objects.filter(delivery=OuterRef("pk")))
    fields = ("kind", "incident", "incident__end_time", "at_work")
    rows = Delivery.objects.annotate(at_work=at_work).values_list("pk", "received_at", *fields)
    for page in _walk(rows, cutoff):
        keys = [
            pk
            for pk, received_at, kind, incident, end_time, at_work in page
            if received_at < cutoff
            and not at_work
            and not (kind == Delivery.Kind.NOTIFICATION and incident and end_time is None)
        ]
        yield _delete(Delivery.objects.all(), keys)


def _calls(cutoff: datetime) -> Pages:
    """Calls that were sent, or given up, before ``cutoff``."""
    calls = Call.objects.values_list("pk", "created_at", "state", "finished_at")
    for page in _walk(calls, cutoff):
        keys = [
            pk
            for pk, created_at, state, finished_at in page
            if state in CALLS_OVER and (finished_at or created_at) < cutoff
        ]
        yield _delete(Call.objects.filter(state__in=CALLS_OVER), keys)


def _lanes(now: datetime) -> Pages:
    """Conversations in which nothing waits and that nobody works on; one is made when needed.

    Once an hour, since those that are talked in come back.
    """
    if not _is_time(now):
        return
    free = Q(lease_token=None) | Q(leased_until__lt=now - ABANDONED)
    rows = Conversation.objects.filter(free)
    try:
        for page in _walk(rows.values_list("pk", "key"), None):
            waiting = _waiting({key for _, key in page})
            yield _delete(rows, [pk for pk, key in page if key not in waiting])
    except GeneratorExit:
        # There was no time for all: the next tick goes on.
        Heartbeat.objects.filter(name=Heartbeat.LANES).delete()
        raise


def _is_time(now: datetime) -> bool:
    """Whether it was done an hour ago; of many ticks one does it."""
    beats = Heartbeat.objects
    _, first = beats.get_or_create(name=Heartbeat.LANES, defaults={"at": now})
    # A time beyond the next one means that the clock was set back since.
    late = Q(at__lte=now - LANES_EVERY) | Q(at__gt=now + LANES_EVERY)
    return first or bool(beats.filter(late, name=Heartbeat.LANES).update(at=now))


def _waiting(keys: set[str]) -> set[str]:
    """Those of the conversations in which something waits."""
    inbox = [key.removeprefix(leases.INBOX) for key in keys if key.startswith(leases.INBOX)]
    outbox = [key.removeprefix(OUTBOX) for key in keys if key.startswith(OUTBOX)]
    runs = HandlerRun.objects.filter(lane__in=inbox, state=HandlerRun.State.PENDING)
    calls = Call.objects.filter(lane__in=outbox, state__in=CALLS_AT_WORK)
    return {f"{leases.INBOX}{lane}" for lane in runs.values_list("lane", flat=True)} | {
        f"{OUTBOX}{lane}" for lane in calls.values_list("lane", flat=True)
    }


def _walk(rows: QuerySet[Any, Any], young: datetime | None) -> Iterator[Sequence[Any]]:
    """Pages of rows in order of their keys, until they are ``young``, by their second value.

    No index on times is needed: keys and the time at which rows were made rise together.
    """
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk")[:PAGE]):
        yield page
        last = page[-1][0]
        if len(page) < PAGE or (young is not None and page[-1][1] >= young):
            return


def _delete(rows: QuerySet[Any], keys: Sequence[int]) -> int:
    """Delete those of ``rows`` in one statement, whose conditions hold when it is run."""
    if not keys:
        return 0
    return rows.filter(pk__in=keys)._raw_delete(database.alias())
