"""How each kind of handler is called: from a stored delivery to its arguments, and its answer.

What a function here returns, if anything, is done in the transaction of the run's done mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from response import database, logs
from response.core.actor import acting_as
from response.core.models import ExternalUser, Incident
from response.exceptions import ResponseError
from response.slack import dialog_builder, outbox, payloads, people
from response.slack.context import ActionContext, ShortcutContext
from response.slack.errors import SlackError
from response.slack.models import CommsChannel, HandlerRun
from response.slack.nudges import run_notification
from response.slack.payloads import (
    BlockAction,
    DialogSubmission,
    EventCallback,
    MalformedPayload,
    MessageShortcut,
    Shortcut,
    ViewSubmission,
)
from response.slack.registry import Handler

logger = logs.get_logger("response.slack.invoke")

Finish = Callable[[], None]
Invoke = Callable[[HandlerRun, Handler], Finish | None]
P = TypeVar("P")

Known = dict[tuple[str, object], Any]

_read: ContextVar[Known | None] = ContextVar("response_invoke_read", default=None)


def read_ahead(runs: Sequence[HandlerRun]) -> Known:
    """What runs of events read, in a query for all incidents and one for all people."""
    keys = {run.delivery.incident_id for run in runs} - {None}
    incidents = Incident.objects.select_related("lead", "reporter").in_bulk(keys)
    known: Known = {("incident", pk): incident for pk, incident in incidents.items()}
    return known | read_acting(runs)


def read_acting(runs: Sequence[HandlerRun]) -> Known:
    """The payloads of runs, and in one query the people who act in them."""
    known: Known = {("parsed", run.pk): parsed(run) for run in runs}
    user_ids = {getattr(one, "user_id", "") for one in known.values()} - {""}
    return known | {("person", user_id): user for user_id, user in people.known(user_ids).items()}


@contextmanager
def reading_once(known: Known) -> Iterator[None]:
    """Within, what is ``known`` is not read again, nor is what was read once.

    For handlers of which none changes what the next one reads.
    """
    token = _read.set(known)
    try:
        yield
    finally:
        _read.reset(token)


def known_person(user_id: str) -> ExternalUser | None:
    """Who that is, if it was read within ``reading_once``."""
    return (_read.get() or {}).get(("person", user_id))


def remember_person(user_id: str, person: ExternalUser) -> None:
    """They are not read again within ``reading_once``."""
    _reading(("person", user_id), lambda: person)


def payload_of(run: HandlerRun) -> Any:
    """The delivery's payload, parsed; once within ``reading_once``."""
    return _reading(("parsed", run.pk), lambda: parsed(run))


def parsed(run: HandlerRun) -> Any:
    """The delivery's payload, parsed."""
    data = run.delivery.data
    if run.delivery.kind == run.delivery.Kind.EVENT:
        return payloads.parse_event(data)
    return payloads.parse_interaction(data)


def _parsed_as(run: HandlerRun, kind: type[P]) -> P:
    found = payload_of(run)
    if not isinstance(found, kind):
        raise _misfit(run, found)
    return found


def _misfit(run: HandlerRun, found: object) -> MalformedPayload:
    return MalformedPayload(f"{run.handler} cannot handle a {type(found).__name__}")


def _incident(run: HandlerRun) -> Incident | None:
    """The incident as it is now, not as it was when a batch of runs was read."""
    pk = run.delivery.incident_id
    if pk is None:
        return None
    return _reading(
        ("incident", pk),
        lambda: Incident.objects.select_related("lead", "reporter").filter(pk=pk).first(),
    )


def _acting(user_id: str) -> AbstractContextManager[object]:
    """Changes within are this person's; events of nobody, or of a bot, are nobody's."""
    if not user_id:
        return nullcontext()
    return acting_as(_reading(("person", user_id), lambda: people.meet(user_id)))


def _reading(key: tuple[str, object], read: Callable[[], P]) -> P:
    found = _read.get()
    if found is None:
        return read()
    if key not in found:
        found[key] = read()
    return cast("P", found[key])


def _undoable(handler: Handler) -> AbstractContextManager[object]:
    """Within an atomic run: what a refusing handler did before it refused is undone."""
    return database.atomic() if handler.atomic else nullcontext()


@contextmanager
def _told(
    user_id: str, channel_id: str, response_url: str, incident: Incident | None
) -> Iterator[None]:
    """A ``ResponseError`` is told to who acted; a ``SlackError`` is let through."""
    try:
        yield
    except SlackError:
        raise
    except ResponseError as refused:
        outbox.whisper(
            user_id,
            str(refused),
            channel_id=channel_id,
            response_url=response_url,
            incident=incident,
        )


# -- events ---------------------------------------------------------------------------------


def _command(run: HandlerRun, handler: Handler) -> None:
    event = _parsed_as(run, EventCallback)
    incident = _incident(run)
    if incident is None:
        return
    mention = payloads.parse_mention(event.text, event.bot_user_id)
    message = mention.message if mention else ""
    try:
        with _undoable(handler), _acting(event.user_id):
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
    """``(handled, reply)``; what a handler did is done, whatever it returns: no second try."""
    if result is None:
        return None, None
    if isinstance(result, (tuple, list)) and len(result) == 2:
        handled, reply = result
        return (None if handled is None else bool(handled)), reply
    logger.error(
        "%s returned a %s; a command returns (handled, reply), such as (True, None), or None",
        handler.path,
        type(result).__name__,
    )
    return (result if isinstance(result, bool) else None), None


def _event(run: HandlerRun, handler: Handler) -> None:
    event = _parsed_as(run, EventCallback)
    if handler.arity == 1:
        handler.function(event.event)
        return
    incident = _incident(run)
    if incident is not None or not handler.in_incident:
        with _acting(event.user_id):
            handler.function(incident, event.event)


def _keyword(run: HandlerRun, handler: Handler) -> None:
    event = _parsed_as(run, EventCallback)
    rows = CommsChannel.objects.filter(channel_id=event.channel_id, superseded=False)
    comms_channel = rows.select_related("incident").first()
    if comms_channel is None:
        return
    keyword = [handler.name] if handler.arity == 5 else []
    user = event.user_id or event.bot_id
    with _acting(event.user_id):
        handler.function(comms_channel, user, *keyword, event.text, event.ts)


# -- interactions ---------------------------------------------------------------------------


def _action(run: HandlerRun, handler: Handler) -> None:
    call_action(handler, _parsed_as(run, BlockAction), _incident(run))


def call_action(handler: Handler, action: BlockAction, incident: Incident | None) -> None:
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
    message_text = str(action.message.get("text") or "")
    old_form = (incident, action.user_id, message_text)
    arguments: tuple[object, ...] = old_form if handler.arity == 3 else (context,)
    place = (action.channel_id, action.response_url)
    with (
        _told(action.user_id, *place, incident),
        _undoable(handler),
        _acting(action.user_id),
        dialog_builder.opened_from(*place),
    ):
        handler.function(*arguments)


def _dialog(run: HandlerRun, handler: Handler) -> None:
    dialog = payload_of(run)
    if isinstance(dialog, ViewSubmission):
        submitted = dialog_builder.read_submission(dialog)
    elif isinstance(dialog, DialogSubmission):
        # Opened as a dialog by 0.5.1, and submitted after the upgrade.
        submitted = dialog_builder.read_dialog(dialog)
    else:
        raise _misfit(run, dialog)
    place = (dialog.user_id, submitted.channel_id, submitted.response_url)
    with _told(*place, run.delivery.incident), _undoable(handler), _acting(dialog.user_id):
        handler.function(
            dialog.user_id,
            submitted.channel_id,
            dict(submitted.submission),
            submitted.response_url,
            submitted.state,
        )


def _shortcut(run: HandlerRun, handler: Handler) -> None:
    shortcut = payload_of(run)
    if not isinstance(shortcut, (Shortcut, MessageShortcut)):
        raise _misfit(run, shortcut)
    call_shortcut(handler, shortcut, _incident(run))


def call_shortcut(
    handler: Handler, shortcut: Shortcut | MessageShortcut, incident: Incident | None
) -> None:
    """Call a shortcut's handler; in the request or in the drain. Errors as for an action."""
    message: Mapping[str, Any] = getattr(shortcut, "message", {})
    context = ShortcutContext(
        user_id=shortcut.user_id,
        callback_id=shortcut.callback_id,
        trigger_id=shortcut.trigger_id,
        response_url=getattr(shortcut, "response_url", ""),
        channel_id=getattr(shortcut, "channel_id", ""),
        message=dict(message),
        incident=incident,
    )
    place = (context.channel_id, context.response_url)
    with (
        _told(shortcut.user_id, *place, incident),
        _undoable(handler),
        _acting(shortcut.user_id),
        dialog_builder.opened_from(*place),
    ):
        handler.function(context)


KINDS: dict[str, Invoke] = {
    "command": _command,
    "event": _event,
    "keyword": _keyword,
    "action": _action,
    "dialog": _dialog,
    "shortcut": _shortcut,
    "notification": run_notification,
}
