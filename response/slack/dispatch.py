"""From a stored run to its handler: who acts, whether they may, the call, the done mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from response import database, logs
from response.slack import (
    dialog_builder,
    done_marks,
    invoke,
    messages,
    outbox,
    permissions,
    registry,
)
from response.slack.client import forbid_calls
from response.slack.leases import LEASE, PATIENT_LEASE, Held, LeaseLost
from response.slack.models import HandlerRun
from response.slack.nudges import Skipped
from response.slack.payloads import ViewSubmission
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


def handler_of(run: HandlerRun) -> Handler:
    """The handler that the run is of; raises ``UnknownHandler``."""
    handler = registry.find(run.handler)
    if handler is None:
        raise UnknownHandler(run.handler)
    return handler


def is_quick(run: HandlerRun) -> bool:
    """Whether other conversations may wait for it: the first try of an atomic handler.

    Such a handler may not call Slack, and others wait for its transaction anyway.
    """
    handler = registry.find(run.handler)
    return handler is not None and handler.atomic and run.attempts == 0


def knows_who_acts(run: HandlerRun, known: invoke.Known) -> bool:
    """Whether Slack need not be asked whether who acts may, given what was read of the run."""
    if registry.kind_of(run.handler) not in GUARDED:
        return True
    person = known.get(("person", getattr(known["parsed", run.pk], "user_id", "")))
    return hasattr(person, "response_slack")


def run(run: HandlerRun, lease: Held, clock: Clock, known: invoke.Known | None = None) -> str:
    """Run one handler and mark it done; ``done``, ``refused`` or ``skipped`` says how it went.

    An atomic handler's effects, the calls it asked for and the done mark are one transaction.
    Another's calls are written with the done mark after it has returned. ``known`` is what was
    read of it before (``invoke.read_acting``). Raises ``LeaseLost`` (everything in the
    transaction is undone), ``UnknownHandler``, or what the handler raised.
    """
    handler = handler_of(run)
    with invoke.reading_once(dict(known or {})):
        return _run(run, handler, lease, clock)


def _run(run: HandlerRun, handler: Handler, lease: Held, clock: Clock) -> str:
    if handler.kind in GUARDED:
        try:
            _check_permission(run)
        except permissions.Refused as refused:
            _refuse(run, str(refused), lease, clock)
            return "refused"
    try:
        if handler.atomic:
            _run_atomic(run, handler, lease, clock)
        else:
            _run_freely(run, handler, lease, clock)
    except Skipped:
        _forget(run, lease)
        return "skipped"
    return "done"


def _run_atomic(run: HandlerRun, handler: Handler, lease: Held, clock: Clock) -> None:
    with database.atomic(), forbid_calls(hosts_may=handler.builtin):
        finish = invoke.KINDS[handler.kind](run, handler)
        if finish is not None:
            finish()
        done_marks.mark([run], lease, clock())


def _run_freely(run: HandlerRun, handler: Handler, lease: Held, clock: Clock) -> None:
    with outbox.kept_back() as calls:
        finish = invoke.KINDS[handler.kind](run, handler)
    with database.atomic():
        outbox.write(calls)
        if finish is not None:
            finish()
        done_marks.mark([run], lease, clock())


def tell_parked(run: HandlerRun) -> None:
    """Tell who acted that it could not be done; the run is in the admin."""
    kind = registry.kind_of(run.handler)
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
        place = parsed
        if isinstance(parsed, ViewSubmission):
            # Slack does not say where a form was opened: it remembers that itself.
            place = dialog_builder.read_submission(parsed)
        self.channel_id: str = getattr(place, "channel_id", "")
        self.response_url: str = getattr(place, "response_url", "")
        self.team_id: str = getattr(parsed, "team_id", "")
        self.user_team_id: str = getattr(parsed, "user_team_id", "")


def _who(run: HandlerRun) -> _Who:
    return _Who(invoke.payload_of(run))


def _check_permission(run: HandlerRun) -> None:
    """Raise ``permissions.Refused`` unless who acts may."""
    who = _who(run)
    person = permissions.check(
        who.user_id,
        run.handler,
        incident=run.delivery.incident,
        channel_id=who.channel_id,
        team_id=who.team_id,
        user_team_id=who.user_team_id,
        person=invoke.known_person(who.user_id),
    )
    if person is not None:
        invoke.remember_person(who.user_id, person)


def _refuse(run: HandlerRun, text: str, lease: Held, clock: Clock) -> None:
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
        done_marks.mark([run], lease, clock())


def _forget(run: HandlerRun, lease: Held) -> None:
    """As if it had never been delivered: it may be delivered again."""
    with database.atomic():
        rows = lease.guard(HandlerRun.objects.filter(pk=run.pk, state=HandlerRun.State.PENDING))
        if not rows.delete()[0]:
            raise LeaseLost(str(lease))
        run.delivery.delete()
