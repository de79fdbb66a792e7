"""The inbox: deliveries are stored before Slack hears 200, and worked off in order.

``store`` is called in the request; ``work`` by the drain. A delivery that was acknowledged is
never lost, and one that comes again is recognised by its key.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, close_old_connections
from django.db.models import Exists, Min, OuterRef, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from response import database, logs
from response.background import run_interaction, schedule_drain
from response.core.models import Incident
from response.slack import dispatch, lanes, leases, meter, together
from response.slack.discretion import log_exception
from response.slack.errors import describe
from response.slack.leases import Lease, LeaseLost
from response.slack.models import Delivery, HandlerRun

logger = logs.get_logger("response.slack.inbox")

BATCH = 50
# Lanes of interactions begin so: they go first, since people and trigger ids wait for them.
URGENT = "!"
# Seconds after which it is looked anew which lanes are due.
LONGEST_ROUND = 0.25
RETRY_AFTER = (10, 60, 300, 900)
UNKNOWN_HANDLER_AFTER = timedelta(minutes=1)
# By then no release that knows the handler is coming.
UNKNOWN_HANDLER_FOR = timedelta(days=1)
Clock = Callable[[], datetime]
State = HandlerRun.State


def store(
    *,
    key: str,
    kind: str,
    payload: Mapping[str, Any],
    handlers: Sequence[str],
    lane: str,
    incident: Incident | None = None,
    incident_id: int | None = None,
) -> bool:
    """Store a delivery with a run for each of ``handlers`` (references); False for a repeat.

    The incident, if there is one, is given as such or by its number.
    """
    values = {
        "key": key,
        "kind": kind,
        "payload": json.dumps(payload),
        "incident_id": incident.pk if incident else incident_id,
        "received_at": timezone.now(),
    }
    try:
        same = {"lane": lane, "next_try": values["received_at"]}
        runs = [{**same, "handler": reference} for reference in handlers]
        database.insert_with(Delivery, values, HandlerRun, "delivery_id", runs)
    except IntegrityError:
        if Delivery.objects.filter(key=key).exists():
            logger.info("Delivery %s came again and is dropped", key)
            meter.count(meter.DELIVERIES, kind, "repeated")
            return False
        raise
    schedule_drain()
    if logger.isEnabledFor(logging.DEBUG):
        _log_stored(key, handlers)
    return True


def _log_stored(key: str, handlers: Sequence[str]) -> None:
    """Ties a request's lines of the log to the delivery's: who reads those can do with a query."""
    pk = Delivery.objects.values_list("pk", flat=True).get(key=key)
    logger.debug("Stored as delivery %s, for %s", pk, handlers, extra={"delivery": pk})


def store_urgent(
    *,
    key: str,
    kind: str,
    payload: Mapping[str, Any],
    handler: str,
    incident: Incident | None = None,
) -> None:
    """Store an interaction; its handler runs right after the response, in this process."""
    lane = f"{URGENT}{key}"[:140]
    if store(key=key, kind=kind, payload=payload, handlers=[handler], lane=lane, incident=incident):
        soon = partial(run_interaction, partial(work_lane, lane, timezone.now))
        database.on_commit(soon)


def work(clock: Clock) -> int:
    """Run what is due; how many runs came to an end, one way or another.

    Those are fewer than there are if they take long: others may be at the rest by then.
    """
    until = time.monotonic() + LONGEST_ROUND
    due = due_lanes(clock())
    shared = together.work([lane for lane in due if not lane.startswith(URGENT)], clock)
    done = shared.count
    for lane in due:
        if lane not in shared.lanes:
            done += _work_alone(lane, clock)
        if done and time.monotonic() > until:
            break
    return done


def due_lanes(now: datetime, limit: int = 50) -> list[str]:
    """Lanes with a run that is due and that nobody is at: interactions first, then the oldest."""
    leased = leases.held(Concat(Value(leases.INBOX), OuterRef("lane")), now)
    firsts = HandlerRun.objects.filter(~Exists(leased), pk__in=lanes.first_due(now))
    found = [run.lane for run in lanes.read(firsts.only("lane"))]
    return sorted(found, key=lambda lane: not lane.startswith(URGENT))[:limit]


def next_due() -> datetime | None:
    """When the next try of any run falls due."""
    waiting = HandlerRun.objects.filter(state=State.PENDING)
    due: datetime | None = waiting.aggregate(due=Min("next_try"))["due"]
    return due


def due_runs(lane: str, now: datetime) -> list[HandlerRun]:
    """The next runs that are due in a lane, in order, with their deliveries."""
    due = HandlerRun.objects.filter(pk__in=lanes.next_in(lane, now, BATCH))
    return list(due.select_related("delivery").order_by("id"))


@sensitive_variables()
def _work_alone(lane: str, clock: Clock) -> int:
    """A lane that cannot be worked keeps no other from it."""
    try:
        return work_lane(lane, clock)
    except Exception:
        logger.exception("Lane %s could not be worked off; it is tried again", lane)
        close_old_connections()
        return 0


@sensitive_variables()
def work_lane(lane: str, clock: Clock) -> int:
    """Run what is due in one lane, in order; nothing while another process is at it."""
    lease = leases.acquire(leases.INBOX + lane, clock())
    if lease is None:
        return 0
    try:
        return _work_leased(lane, lease, clock)
    except LeaseLost:
        logger.warning("Lane %s was taken over by another process", lane)
        return 0
    finally:
        leases.release(lease)


def _work_leased(lane: str, lease: Lease, clock: Clock) -> int:
    runs = due_runs(lane, clock())
    if lease.inherited and runs:
        _blame(runs[0], lease, clock())
    over = [run for run in runs if run.state != State.PENDING]
    waiting = [run for run in runs if run.state == State.PENDING]
    for neighbours in together.neighbours(waiting):
        lease = leases.renew(lease, clock(), dispatch.patience(neighbours[0]))
        several = len(neighbours) > 1
        done = together.work_neighbours(neighbours, lease, clock) if several else 0
        for run in neighbours[done:]:
            lease = leases.renew(lease, clock(), dispatch.patience(run))
            _run(run, lease, clock)
        over += neighbours
    dispatch.drop_payloads({run.delivery_id for run in over})
    return len(over)


def _run(run: HandlerRun, lease: Lease, clock: Clock) -> None:
    """Run one handler; a failing one fails alone."""
    with logs.about(**dispatch.described(run)):
        _try(run, lease, clock)


def _try(run: HandlerRun, lease: Lease, clock: Clock) -> None:
    try:
        outcome = dispatch.run(run, lease, clock)
    except LeaseLost:
        raise
    except dispatch.UnknownHandler:
        logger.warning("Delivery %s waits: no handler %s here", run.delivery.key, run.handler)
        _leave_to_others(run, lease, clock())
    except Exception as error:  # noqa: BLE001 (logged below)
        log_exception(
            logger,
            "Handler %s failed on delivery %s (incident %s), try %s",
            run.handler,
            run.delivery.key,
            run.delivery.incident_id,
            run.attempts + 1,
            incident=run.delivery.incident_id,
        )
        _failed(run, lease, clock(), describe(error))
    else:
        meter.count(meter.DELIVERIES, run.delivery.kind, outcome)
        waited = clock() - run.delivery.received_at
        meter.took(meter.DELIVERY_SECONDS, run.delivery.kind, waited.total_seconds())


def _leave_to_others(run: HandlerRun, lease: Lease, now: datetime) -> None:
    """Another process, or the next release, may have the handler; if none has, it is parked."""
    values: dict[str, Any] = {"next_try": now + UNKNOWN_HANDLER_AFTER}
    if now - run.delivery.received_at > UNKNOWN_HANDLER_FOR:
        values = {"state": State.PARKED, "finished_at": now, "error": "no such handler any more"}
    lease.guard(HandlerRun.objects.filter(pk=run.pk, state=State.PENDING)).update(**values)


def _blame(run: HandlerRun, lease: Lease, now: datetime) -> None:
    """The last process died in this lane, most likely of this run: it counts as a try."""
    run.attempts += 1
    if run.attempts > len(RETRY_AFTER):
        run.attempts -= 1
        _failed(run, lease, now, "the process that ran it died")
    else:
        HandlerRun.objects.filter(pk=run.pk, state=State.PENDING).update(attempts=run.attempts)


def _failed(run: HandlerRun, lease: Lease, now: datetime, error: str) -> None:
    run.attempts += 1
    values: dict[str, Any] = {"attempts": run.attempts, "error": error}
    if run.attempts > len(RETRY_AFTER):
        run.state = State.PARKED
        values |= {"state": State.PARKED, "finished_at": now}
    else:
        wait = timedelta(seconds=RETRY_AFTER[run.attempts - 1])
        values["next_try"] = now + wait
    with database.atomic():
        rows = lease.guard(HandlerRun.objects.filter(pk=run.pk, state=State.PENDING))
        if not rows.update(**values):
            raise LeaseLost(lease.key)
        if run.state == State.PARKED:
            logger.error("Handler %s is parked on delivery %s", run.handler, run.delivery.key)
            dispatch.tell_parked(run)
    outcome = "parked" if run.state == State.PARKED else "failed"
    meter.count(meter.DELIVERIES, run.delivery.kind, outcome)
