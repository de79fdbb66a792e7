"""One try of one handler: how it ended, when it is tried again, when it is parked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from response import database, logs
from response.slack import dispatch, invoke, meter
from response.slack.discretion import log_exception
from response.slack.errors import describe
from response.slack.leases import Held, LeaseLost
from response.slack.models import HandlerRun

logger = logs.get_logger("response.slack.attempts")

# Seconds until the next try, after each.
RETRY_AFTER = (10, 60, 300, 900)
UNKNOWN_HANDLER_AFTER = timedelta(minutes=1)
# By then no release that knows the handler is coming.
UNKNOWN_HANDLER_FOR = timedelta(days=1)
Clock = Callable[[], datetime]
State = HandlerRun.State


def attempt(run: HandlerRun, lease: Held, clock: Clock, known: invoke.Known | None = None) -> None:
    """Run one handler; a failing one fails alone, and is tried again later.

    ``known`` is what was read of it before. Raises ``LeaseLost``.
    """
    with logs.about(**dispatch.described(run)):
        _try(run, lease, clock, known)
    database.let_others_write()


def _try(run: HandlerRun, lease: Held, clock: Clock, known: invoke.Known | None) -> None:
    failed: BaseException | None = None
    try:
        outcome = dispatch.run(run, lease, clock, known)
    except LeaseLost:
        raise
    except dispatch.UnknownHandler:
        logger.warning("Delivery %s waits: no handler %s here", run.delivery.key, run.handler)
        _leave_to_others(run, lease, clock())
        return
    except BaseException as error:  # noqa: BLE001 (logged, and counted below)
        # Whatever it is: a try that does not count would be made for ever, before all others.
        failure = "Handler %s failed on delivery %s (incident %s), try %s"
        _log(failure, run, run.delivery.incident_id, run.attempts + 1)
        failed = error
    # Outside of the except: if this fails, too, its traceback shall not have the handler's words.
    if failed is not None:
        _failed(run, lease, clock(), describe(failed))
        if _ends_the_process(failed):
            raise failed
    else:
        meter.count(meter.DELIVERIES, run.delivery.kind, outcome)
        waited = clock() - run.delivery.received_at
        meter.took(meter.DELIVERY_SECONDS, run.delivery.kind, waited.total_seconds())


def _log(message: str, run: HandlerRun, *args: object) -> None:
    log_exception(
        logger, message, run.handler, run.delivery.key, *args, incident=run.delivery.incident_id
    )


def _ends_the_process(error: BaseException) -> bool:
    """A handler may raise ``SystemExit``, as scripts do; in the main thread signals do, too."""
    if isinstance(error, Exception):
        return False
    return threading.current_thread() is threading.main_thread()


def _leave_to_others(run: HandlerRun, lease: Held, now: datetime) -> None:
    """Another process, or the next release, may have the handler; if none has, it is parked."""
    values: dict[str, Any] = {"next_try": now + UNKNOWN_HANDLER_AFTER}
    if now - run.delivery.received_at > UNKNOWN_HANDLER_FOR:
        values = {"state": State.PARKED, "finished_at": now, "error": "no such handler any more"}
    lease.guard(HandlerRun.objects.filter(pk=run.pk, state=State.PENDING)).update(**values)


def blame(run: HandlerRun, lease: Held, now: datetime) -> None:
    """The last process died in this lane, most likely of this run: it counts as a try."""
    run.attempts += 1
    if run.attempts > len(RETRY_AFTER):
        run.attempts -= 1
        _failed(run, lease, now, "the process that ran it died")
    else:
        HandlerRun.objects.filter(pk=run.pk, state=State.PENDING).update(attempts=run.attempts)


def _failed(run: HandlerRun, lease: Held, now: datetime, error: str) -> None:
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
            if HandlerRun.objects.filter(pk=run.pk, state=State.DONE).exists():
                logger.warning("What failed was a callback after the commit: the run is done")
                return
            raise LeaseLost(str(lease))
        if run.state == State.PARKED:
            logger.error("Handler %s is parked on delivery %s", run.handler, run.delivery.key)
            _tell(run)
    outcome = "parked" if run.state == State.PARKED else "failed"
    meter.count(meter.DELIVERIES, run.delivery.kind, outcome)


def _tell(run: HandlerRun) -> None:
    """Who acted is told; where nobody can be, it is parked all the same."""
    try:
        with database.atomic():
            dispatch.tell_parked(run)
    except Exception:  # noqa: BLE001 (logged by the next line)
        _log("Nobody could be told that %s is parked on delivery %s", run)
