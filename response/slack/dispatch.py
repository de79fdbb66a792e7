"""From a stored run to its handler: payload, incident, who acts, context, call, done mark."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from response import database
from response.core.actor import acting_as
from response.core.models import ExternalUser, Incident
from response.exceptions import ResponseError
from response.slack import dialog_builder, messages, outbox, payloads, permissions, registry
from response.slack.client import forbid_calls
from response.slack.errors import SlackError
from response.slack.context import ActionContext, ShortcutContext
from response.slack.leases import Lease, LeaseLost
from response.slack.models import CommsChannel, HandlerRun
from response.slack.notifications import Skipped, run_notification
from response.slack.registry import Handler

logger = logging.getLogger("response.slack.dispatch")

Clock = Callable[[], datetime]
# What a kind of handler does; what it returns is done in the transaction of the done mark.
Finish = Callable[[], None]
Invoke = Callable[[HandlerRun, Handler], Finish | None]
GUARDED = frozenset({"command", "action", "dialog", "shortcut"})


class UnknownHandler(Exception):
    """This process has no handler of that name; another may."""


def run(run: HandlerRun, lease: Lease, clock: Clock) -> None:
    """Run one handler and mark it done.

    An atomic handler's effects, the calls it asked for and the done mark are one transaction.
    Another's calls are written with the done mark after it has returned. Raises ``LeaseLost``
    (everything in the transaction is undone), ``UnknownHandler``, or what the handler raised.
    """
    handler = registry.find(run.handler)
    if handler is None:
        raise UnknownHandler(run.handler)
    if handler.kind in GUARDED and not _permitted(run, lease, clock):
        return
    try:
        if handler.atomic:
            _run_atomic(run, handler, lease, clock)
        else:
            _run_freely(run, handler, lease, clock)
    except Skipped:
        _forget(run, lease)


def _run_atomic(run: HandlerRun, handler: Handler, lease: Lease, clock: Clock) -> None:
    with database.atomic(), forbid_calls():
        finish = KINDS[handler.kind](run, handler)
        if finish is not None:
            finish()
        _mark_done(run, lease, clock())


def _run_freely(run: HandlerRun, handler: Handler, lease: Lease, clock: Clock) -> None:
    with outbox.kept_back() as calls:
        finish = KINDS[handler.kind](run, handler)
    with database.atomic():
        outbox.write(calls)
        if finish is not None:
            finish()
        _mark_done(run, lease, clock())


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

    def __init__(self, parsed: Any) -> None:
        self.user_id: str = parsed.user_id
        self.channel_id: str = getattr(parsed, "channel_id", "")
        self.response_url: str = getattr(parsed, "response_url", "")
        team_id: str = getattr(parsed, "team_id", "")
        self.foreign = bool(team_id) and getattr(parsed, "user_team_id", team_id) != team_id


def _parsed(run: HandlerRun) -> Any:
    data = run.delivery.data
    if run.delivery.kind == run.delivery.Kind.EVENT:
        return payloads.parse_event(data)
    return payloads.parse_interaction(data)


def _who(run: HandlerRun) -> _Who:
    return _Who(_parsed(run))


def _permitted(run: HandlerRun, lease: Lease, clock: Clock) -> bool:
    """Whether who acted may; if not they are told and the run is over."""
    who = _who(run)
    try:
        permissions.check(
            who.user_id, run.handler, incident=run.delivery.incident, foreign=who.foreign
        )
    except permissions.Refused as refused:
        with database.atomic():
            outbox.whisper(
                who.user_id,
                str(refused),
                channel_id=who.channel_id,
                response_url=who.response_url,
                incident=run.delivery.incident,
            )
            _mark_done(run, lease, clock())
        return False
    return True


def _mark_done(run: HandlerRun, lease: Lease, now: datetime) -> None:
    rows = lease.guard(HandlerRun.objects.filter(pk=run.pk, state=HandlerRun.State.PENDING))
    if not rows.update(state=HandlerRun.State.DONE, finished_at=now, error=""):
        raise LeaseLost(lease.key)


def _forget(run: HandlerRun, lease: Lease) -> None:
    """As if it had never been delivered: it may be delivered again."""
    with database.atomic():
        rows = lease.guard(HandlerRun.objects.filter(pk=run.pk, state=HandlerRun.State.PENDING))
        if not rows.delete()[0]:
            raise LeaseLost(lease.key)
        run.delivery.delete()


def _incident(run: HandlerRun) -> Incident | None:
    """The incident as it is now, not as it was when a batch of runs was read."""
    if run.delivery.incident_id is None:
        return None
    people = Incident.objects.select_related("lead", "reporter")
    return people.filter(pk=run.delivery.incident_id).first()


def _person(user_id: str) -> ExternalUser:
    person, created = ExternalUser.objects.get_or_create_slack(external_id=user_id)
    return person


# -- the kinds of handler -------------------------------------------------------------------


def _run_command(run: HandlerRun, handler: Handler) -> None:
    event = payloads.parse_event(run.delivery.data)
    assert isinstance(event, payloads.EventCallback)
    incident = _incident(run)
    if incident is None:
        return
    mention = payloads.parse_mention(event.text, event.bot_user_id)
    message = mention.message if mention else ""
    try:
        with _undoable(handler), acting_as(_person(event.user_id)):
            result = handler.function(incident, event.user_id, message)
    except SlackError:
        # Slack failed a host's own call: that is worth another try, and no fault of theirs.
        raise
    except ResponseError as refused:
        result = (False, str(refused))
    handled, reply = _command_result(result, handler)
    if handled is not None:
        name = "white_check_mark" if handled else "question"
        outbox.react(name, event.channel_id, event.ts, incident=incident)
    if reply:
        thread = event.thread_ts or None
        outbox.post(event.channel_id, str(reply), incident=incident, thread_ts=thread)


def _command_result(result: object, handler: Handler) -> tuple[bool | None, object]:
    if result is None:
        return None, None
    if isinstance(result, tuple) and len(result) == 2:
        handled, reply = result
        return (None if handled is None else bool(handled)), reply
    raise TypeError(
        f"{handler.path} returned {result!r}; a command returns (handled, reply), such as "
        "(True, None), or None."
    )


def _run_event(run: HandlerRun, handler: Handler) -> None:
    event = payloads.parse_event(run.delivery.data)
    assert isinstance(event, payloads.EventCallback)
    incident = _incident(run)
    if handler.arity == 1:
        handler.function(event.event)
    elif incident is not None or not handler.in_incident:
        with _acting(event.user_id):
            handler.function(incident, event.event)


def _run_keyword(run: HandlerRun, handler: Handler) -> None:
    event = payloads.parse_event(run.delivery.data)
    assert isinstance(event, payloads.EventCallback)
    comms_channel = (
        CommsChannel.objects.select_related("incident")
        .filter(channel_id=event.channel_id, superseded=False)
        .first()
    )
    if comms_channel is None:
        return
    keyword = [handler.name] if handler.arity == 5 else []
    user = event.user_id or event.bot_id
    with _acting(event.user_id):
        handler.function(comms_channel, user, *keyword, event.text, event.ts)


def _acting(user_id: str) -> AbstractContextManager[object]:
    """Changes within are this person's; events of nobody, or of a bot, are nobody's."""
    return acting_as(_person(user_id)) if user_id else nullcontext()


def _run_action(run: HandlerRun, handler: Handler) -> None:
    action = payloads.parse_interaction(run.delivery.data)
    assert isinstance(action, payloads.BlockAction)
    call_action(handler, action, _incident(run))


def call_action(handler: Handler, action: payloads.BlockAction, incident: Incident | None) -> None:
    """Call an action handler in either of its two forms; in the request or in the drain.

    A ``ResponseError`` that it raises is told to who acted; a ``SlackError`` is let through.
    """
    context = ActionContext(
        incident=incident,
        user_id=action.user_id,
        message=dict(action.message),
        value=action.value,
        trigger_id=action.trigger_id,
        response_url=action.response_url,
        channel_id=action.channel_id,
        action_id=action.action_id,
    )
    old_form = (incident, action.user_id, _message_text(action.message))
    arguments: tuple[object, ...] = old_form if handler.arity == 3 else (context,)
    try:
        place = dialog_builder.opened_from(action.channel_id, action.response_url)
        with _undoable(handler), acting_as(_person(action.user_id)), place:
            handler.function(*arguments)
    except SlackError:
        raise
    except ResponseError as refused:
        outbox.whisper(
            action.user_id,
            str(refused),
            channel_id=action.channel_id,
            response_url=action.response_url,
            incident=incident,
        )


def _undoable(handler: Handler) -> AbstractContextManager[object]:
    """Within an atomic run: what a refusing handler did before it refused is undone."""
    return database.atomic() if handler.atomic else nullcontext()


def _message_text(message: Mapping[str, Any]) -> str:
    return str(message.get("text") or "")


def _run_dialog(run: HandlerRun, handler: Handler) -> None:
    dialog = payloads.parse_interaction(run.delivery.data)
    if isinstance(dialog, payloads.ViewSubmission):
        submitted = dialog_builder.read_submission(dialog)
        channel_id, response_url = submitted.channel_id, submitted.response_url
        submission, state = dict(submitted.submission), submitted.state
    else:
        # Opened as a dialog by 0.5.1, and submitted after the upgrade.
        assert isinstance(dialog, payloads.DialogSubmission)
        channel_id, response_url = dialog.channel_id, dialog.response_url
        submission, state = dict(dialog.submission), dialog.state
    with acting_as(_person(dialog.user_id)):
        handler.function(dialog.user_id, channel_id, submission, response_url, state)


def _run_shortcut(run: HandlerRun, handler: Handler) -> None:
    shortcut = payloads.parse_interaction(run.delivery.data)
    assert isinstance(shortcut, (payloads.Shortcut, payloads.MessageShortcut))
    with acting_as(_person(shortcut.user_id)):
        handler.function(shortcut_context(shortcut, _incident(run)))


def shortcut_context(
    shortcut: payloads.Shortcut | payloads.MessageShortcut, incident: Incident | None
) -> ShortcutContext:
    """What a shortcut's handler is given."""
    return ShortcutContext(
        user_id=shortcut.user_id,
        callback_id=shortcut.callback_id,
        trigger_id=shortcut.trigger_id,
        response_url=getattr(shortcut, "response_url", ""),
        channel_id=getattr(shortcut, "channel_id", ""),
        message=dict(getattr(shortcut, "message", {})),
        incident=incident,
    )


KINDS: dict[str, Invoke] = {
    "command": _run_command,
    "event": _run_event,
    "keyword": _run_keyword,
    "action": _run_action,
    "dialog": _run_dialog,
    "shortcut": _run_shortcut,
    "notification": run_notification,
}
