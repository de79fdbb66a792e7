"""What a person does on the page. ``driver.Person`` does the same through the same functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from response.sandbox import (
    channels,
    faults,
    interactions,
    messages,
    modals,
    payloads,
    pins,
    seed,
    state,
    submissions,
)
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Message, User
from response.sandbox.page_api.people import person

Object = dict[str, Any]
Act = Callable[[Object], Object]
ACTS: dict[str, Act] = {}


def act(name: str) -> Callable[[Act], Act]:
    def register(function: Act) -> Act:
        ACTS[name] = function
        return function

    return register


@act("message")
def say(body: Object) -> Object:
    user, channel = _where(body)
    row = messages.say(user, channel, _text(body, "text"), _text(body, "thread_ts"))
    return {"ts": row.ts}


@act("edit")
def edit(body: Object) -> Object:
    user, row = _which(body)
    messages.edit(user, row, _text(body, "text"))
    return {}


@act("delete")
def delete(body: Object) -> Object:
    messages.delete(*_which(body))
    return {}


@act("command")
def command(body: Object) -> Object:
    user, channel = _where(body)
    row = interactions.run_command(user, channel, _text(body, "command"), _text(body, "text"))
    if row is None:
        return {}
    kind = "in_channel" if row.only_for_id is None else "ephemeral"
    return {"response": {"response_type": kind, "text": row.text, "blocks": row.blocks}}


@act("action")
def use(body: Object) -> Object:
    """A button or a choice, in a message or in a modal."""
    user = person(body)
    given = _object(body, "action")
    values = _object(body, "state_values")
    if body.get("view_id"):
        interactions.use_in_view(user, modals.find_open(body["view_id"], user), given, values)
    else:
        interactions.use_in_message(user, _clickable(user, body), given, values)
    return {}


@act("view_submit")
def submit(body: Object) -> Object:
    user = person(body)
    done = submissions.submit(user, _text(body, "view_id"), _object(body, "values"))
    answer: Object = {"response_action": done.response_action}
    if done.errors:
        answer["errors"] = done.errors
    if done.view:
        answer["view"] = payloads.view(state.team(), done.view)
    return answer


@act("view_close")
def close(body: Object) -> Object:
    everything = bool(body.get("clear"))
    submissions.cancel(person(body), _text(body, "view_id"), everything=everything)
    return {}


@act("shortcut")
def shortcut(body: Object) -> Object:
    callback_id = _text(body, "callback_id")
    if body.get("ts"):
        interactions.use_message_shortcut(*_which(body), callback_id)
    else:
        interactions.use_shortcut(person(body), callback_id)
    return {}


@act("reaction")
def react(body: Object) -> Object:
    user, row = _which(body)
    (pins.unreact if body.get("remove") else pins.react)(user, row, _text(body, "name"))
    return {}


@act("pin")
def pin(body: Object) -> Object:
    (pins.unpin if body.get("remove") else pins.pin)(*_which(body))
    return {}


@act("channel")
def create_channel(body: Object) -> Object:
    is_private = bool(body.get("is_private"))
    row = channels.create(person(body), _text(body, "name"), is_private=is_private)
    return {"channel": row.id}


@act("join")
def join(body: Object) -> Object:
    channels.join(*_where(body))
    return {}


@act("leave")
def leave(body: Object) -> Object:
    channels.leave(*_where(body))
    return {}


@act("invite")
def invite(body: Object) -> Object:
    user, channel = _where(body)
    channels.invite(user, channel, [str(one) for one in body.get("users", [])])
    return {}


@act("topic")
def topic(body: Object) -> Object:
    channels.set_topic(*_where(body), _text(body, "topic"))
    return {}


@act("rename")
def rename(body: Object) -> Object:
    channels.rename(*_where(body), _text(body, "name"))
    return {}


@act("archive")
def archive(body: Object) -> Object:
    (channels.unarchive if body.get("remove") else channels.archive)(*_where(body))
    return {}


@act("open_dm")
def open_dm(body: Object) -> Object:
    other = User.objects.filter(id=_text(body, "with")).first()
    if other is None:
        raise ApiError("user_not_found")
    return {"channel": channels.open_dm(person(body), other)[0].id}


@act("mark_read")
def mark_read(body: Object) -> Object:
    channels.mark_read(*_where(body))
    return {}


@act("faults")
def switch_faults(body: Object) -> Object:
    return {"faults": asdict(faults.update(**body))}


@act("reset")
def reset(body: Object) -> Object:
    seed.reset()
    return {}


def _where(body: Object) -> tuple[User, Channel]:
    user = person(body)
    return user, channels.find(_text(body, "channel"), user)


def _which(body: Object) -> tuple[User, Message]:
    user, channel = _where(body)
    return user, messages.find(channel, _text(body, "ts"))


def _clickable(user: User, body: Object) -> Message:
    """The message with the button, maybe one that only this person sees."""
    channel = channels.find(_text(body, "channel"), user)
    rows = channel.messages.filter(ts=_text(body, "message_ts")).select_related("channel")
    row = rows.first()
    if row is None or row.only_for_id not in (None, user.id):
        raise ApiError("message_not_found")
    return row


def _text(body: Object, name: str) -> str:
    value = body.get(name, "")
    if not isinstance(value, str):
        raise ApiError("invalid_arguments", f"{name} must be a string.")
    return value


def _object(body: Object, name: str) -> Object:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise ApiError("invalid_arguments", f"{name} must be an object.")
    return value
