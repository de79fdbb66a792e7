"""From a stored run to its handler: who acts, whether they may, the call, the done mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from response import database, logs
from response.slack import invoke, messages, outbox, permissions, registry
from response.slack.client import forbid_calls
from response.slack.leases import LEASE, PATIENT_LEASE, Lease, LeaseLost, SharedLease
from response.slack.models import Delivery, HandlerRun
from response.slack.nudges import Skipped
from response.slack.registry import Handler

logger = logs.get_logger("response.slack.dispatch")

Clock = Callable[[], datetime]
GUARDED = frozenset({"command", "action", "dialog", "shortcut"})


def described(run: HandlerRun) -> dict[str, object]:
    """What lines of the log say of a run."""
    incident = run.delivery.incident_id
    return {"delivery": run.delivery_id, "incident": incident, "handler": run.handler}


class UnknownHandler(Exception):
    """This process has no handler of that name; another may."""


def patience(run: HandlerRun) -> timedelta:
    """How long the handler may take before another process may take its conversation over."""
    handler = registry.find(run.handler)
    return LEASE if handler is None or handler.atomic else PATIENT_LEASE


def run(run: HandlerRun, lease: Lease, clock: Clock) -> str:
    """Run one handler and mark it done; ``done``, ``refused`` or ``skipped`` says how it went.

    An atomic handler's effects, the calls it asked for and the done mark are one transaction.
    Another's calls are written with the done mark after it has returned. Raises ``LeaseLost``
    (everything in the transaction is undone), ``UnknownHandler``, or what the handler raised.
    """
    handler = registry.find(run.handler)
    if handler is None:
        raise UnknownHandler(run.handler)
    known: invoke.Known = {}
    if handler.kind in GUARDED:
        try:
            known = _permitted(run)
        except permissions.Refused as refused:
            _refuse(run, str(refused), lease, clock)
            return "refused"
    work = _run_atomic if handler.atomic else _run_freely
    try:
        with invoke.reading_once(known):
            work(run, handler, lease, clock)
    except Skipped:
        _forget(run, lease)
        return "skipped"
    return "done"


def _run_atomic(run: HandlerRun, handler: Handler, lease: Lease, clock: Clock) -> None:
    with database.atomic(), forbid_calls():
        finish = invoke.KINDS[handler.kind](run, handler)
        if finish is not None:
            finish()
        mark_done([run], lease, clock())


def _run_freely(run: HandlerRun, handler: Handler, lease: Lease, clock: Clock) -> None:
    with outbox.kept_back() as calls:
        finish = invoke.KINDS[handler.kind](run, handler)
    with database.atomic():
        outbox.write(calls)
        if finish is not None:
            finish()
        mark_done([run], lease, clock())


def tell_parked(run: HandlerRun) -> None:
    """Tell who acted that it could not be done; the run is in the admin."""
    kind = run.handler.partition(":")[0]
    if kind in GUARDED:
        who = _who(run)
        outbox.whisper(
            who.user_id,
            messages.handler_failed(kind),
            channel_id=who.channel_id,
            response_url=who.response_url,
            incident=run.delivery.incident,
        )


class _Who:
    """Who acted, where, and how to answer them, whatever kind of delivery it is."""

    def __init__(self, parsed: object) -> None:
        self.user_id: str = getattr(parsed, "user_id", "")
        self.channel_id: str = getattr(parsed, "channel_id", "")
        self.response_url: str = getattr(parsed, "response_url", "")
        self.team_id: str = getattr(parsed, "team_id", "")
        self.user_team_id: str = getattr(parsed, "user_team_id", "")


def _who(run: HandlerRun) -> _Who:
    return _Who(invoke.parsed(run))


def _permitted(run: HandlerRun) -> invoke.Known:
    """Who acts, as the handler reads it; raises ``permissions.Refused`` unless they may."""
    who = _who(run)
    person = permissions.check(
        who.user_id,
        run.handler,
        incident=run.delivery.incident,
        channel_id=who.channel_id,
        team_id=who.team_id,
        user_team_id=who.user_team_id,
    )
    return {("person", who.user_id): person} if person else {}


def _refuse(run: HandlerRun, text: str, lease: Lease, clock: Clock) -> None:
    """They are told, and the run is over."""
    who = _who(run)
    with database.atomic():
        outbox.whisper(
            who.user_id,
            text,
            channel_id=who.channel_id,
            response_url=who.response_url,
            incident=run.delivery.incident,
        )
        mark_done([run], lease, clock())


def mark_done(runs: Sequence[HandlerRun], lease: Lease | SharedLease, now: datetime) -> None:
    """In the transaction of their effects; raises ``LeaseLost`` unless all are ours to mark."""
    keys = [run.pk for run in runs]
    rows = lease.guard(HandlerRun.objects.filter(pk__in=keys, state=HandlerRun.State.PENDING))
    if rows.update(state=HandlerRun.State.DONE, finished_at=now, error="") != len(keys):
        raise LeaseLost(str(lease))


def drop_payloads(delivery_ids: set[int]) -> None:
    """What is done needs no payload; what is parked keeps it, to be run again."""
    if not delivery_ids:
        return
    over = (HandlerRun.State.DONE, HandlerRun.State.DROPPED)
    unfinished = HandlerRun.objects.exclude(state__in=over)
    done = Delivery.objects.filter(pk__in=delivery_ids).exclude(payload="")
    done.exclude(Exists(unfinished.filter(delivery=OuterRef("pk")))).update(payload="")


def _forget(run: HandlerRun, lease: Lease) -> None:
    """As if it had never been delivered: it may be delivered again."""
    with database.atomic():
        rows = lease.guard(HandlerRun.objects.filter(pk=run.pk, state=HandlerRun.State.PENDING))
        if not rows.delete()[0]:
            raise LeaseLost(lease.key)
        run.delivery.delete()
