"""The inbox: deliveries are stored before Slack hears 200, and worked off in order.

``store`` is called in the request; ``work`` by the drain. A delivery that was acknowledged is
never lost, and one that comes again is recognised by its key.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
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
from response.slack import attempts, dispatch, lanes, leases, meter, together
from response.slack.leases import Lease, LeaseLost
from response.slack.models import Delivery, HandlerRun

logger = logs.get_logger("response.slack.inbox")

BATCH = 50
# Lanes of interactions begin so: they go first, since people and trigger ids wait for them.
URGENT = "!"
# Seconds after which it is looked anew which lanes are due.
LONGEST_ROUND = 0.25
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
    shared = together.work([lane for lane in due if not lane.startswith(URGENT)], clock, until)
    done = shared.count
    # What shares may take all the time there is, round after round: the others have some of it.
    until = max(until, time.monotonic() + LONGEST_ROUND / 2)
    for lane in due:
        if lane.startswith(URGENT) or lane in shared.left:
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
        attempts.blame(runs[0], lease, clock())
    # One that its process died of may just have been parked.
    waiting = [run for run in runs if run.state == State.PENDING]
    over = len(runs) - len(waiting)
    for neighbours in together.neighbours(waiting):
        lease = leases.renew(lease, clock(), dispatch.patience(neighbours[0]))
        several = len(neighbours) > 1
        done = together.work_neighbours(neighbours, lease, clock) if several else 0
        for run in neighbours[done:]:
            lease = leases.renew(lease, clock(), dispatch.patience(run))
            attempts.attempt(run, lease, clock)
        over += len(neighbours)
    return over
