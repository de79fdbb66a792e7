"""Buttons, selects, modals and shortcuts.

https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from response.slack.payloads.elements import (
    element_text,
    flat_submission,
    input_blocks,
    typed_blocks,
    view_values,
)
from response.slack.payloads.fields import Fields, MalformedPayload, UnknownPayload

Values = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acted, common to every interaction; ``team_id`` is that of the workspace."""

    user_id: str
    user_name: str
    user_team_id: str
    team_id: str


@dataclass(frozen=True, kw_only=True)
class BlockAction(Actor):
    """One use of an interactive element, in a message or in a view.

    ``value`` is the button's value, the chosen option's, the chosen person's id …; empty
    for nothing. ``channel_id``, ``message``, ``message_ts`` and ``response_url`` are empty
    where the element stands in a view; ``message`` also where Slack does not send it.
    """

    action_id: str
    block_id: str
    element_type: str
    value: str
    trigger_id: str = field(repr=False)
    container_type: str
    channel_id: str
    message_ts: str
    message: Mapping[str, Any]
    is_ephemeral: bool
    response_url: str = field(repr=False)
    view_id: str
    callback_id: str
    private_metadata: str = field(repr=False)
    values: Values


@dataclass(frozen=True, kw_only=True)
class ViewSubmission(Actor):
    """A modal was submitted.

    ``values`` is ``{block_id: {action_id: value}}``, ``submission`` ``{block_id: value}``;
    values as ``elements.element_value`` says. ``typed`` names the blocks that hold text as
    somebody typed it, ``inputs`` those beside which an error can be shown, in their order.
    """

    view_id: str
    callback_id: str
    private_metadata: str = field(repr=False)
    hash: str
    root_view_id: str
    external_id: str
    trigger_id: str = field(repr=False)
    values: Values
    submission: Mapping[str, Any]
    typed: frozenset[str]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ViewClosed(Actor):
    """A modal with ``notify_on_close`` was dismissed."""

    view_id: str
    callback_id: str
    private_metadata: str = field(repr=False)
    is_cleared: bool


@dataclass(frozen=True, kw_only=True)
class Shortcut(Actor):
    """A global shortcut: no channel, no message."""

    callback_id: str
    trigger_id: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class MessageShortcut(Actor):
    """A shortcut chosen on a message."""

    callback_id: str
    trigger_id: str = field(repr=False)
    channel_id: str
    message_ts: str
    message: Mapping[str, Any]
    response_url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class DialogSubmission(Actor):
    """A dialog, opened before the upgrade to modals, was submitted."""

    callback_id: str
    channel_id: str
    submission: Mapping[str, Any]
    state: str
    response_url: str = field(repr=False)
    action_ts: str


Interaction = (
    BlockAction | ViewSubmission | ViewClosed | Shortcut | MessageShortcut | DialogSubmission
)


def parse_interaction(payload: Mapping[str, Any]) -> Interaction | UnknownPayload:
    """Read what Slack posts to the interactivity URL in the form field ``payload``.

    Of ``block_actions`` the first action, which is the only one that Slack sends today.
    """
    fields = Fields(payload)
    kind = fields.id("type")
    if kind == "block_actions":
        return parse_block_actions(payload)[0]
    if kind == "view_submission":
        return _view_submission(fields)
    if kind == "view_closed":
        return _view_closed(fields)
    if kind == "shortcut":
        return Shortcut(**_actor(fields), **_callback(fields))
    if kind == "message_action":
        return _message_shortcut(fields)
    if kind == "dialog_submission":
        return _dialog_submission(fields)
    return UnknownPayload(type=kind)


def parse_block_actions(payload: Mapping[str, Any]) -> tuple[BlockAction, ...]:
    """Every action of a ``block_actions`` payload; at least one."""
    fields = Fields(payload)
    actions = fields.objects("actions")
    if not actions:
        raise MalformedPayload("'actions' is empty")
    surroundings = _surroundings(fields)
    return tuple(
        BlockAction(
            action_id=action.id("action_id"),
            block_id=action.maybe_id("block_id"),
            element_type=action.maybe_id("type"),
            value=element_text(action),
            **surroundings,
        )
        for action in actions
    )


def _surroundings(fields: Fields) -> dict[str, Any]:
    """What all actions of one payload have in common: who, where, and how to answer."""
    container = fields.maybe_child("container")
    message = fields.maybe_child("message")
    view = fields.maybe_child("view")
    return _actor(fields) | {
        "trigger_id": fields.id("trigger_id"),
        "container_type": container.maybe_id("type"),
        "channel_id": fields.maybe_child("channel").maybe_id("id")
        or container.maybe_id("channel_id"),
        "message_ts": container.maybe_id("message_ts") or message.maybe_id("ts"),
        "message": message.raw,
        "is_ephemeral": container.flag("is_ephemeral"),
        "response_url": fields.maybe_text("response_url"),
        "view_id": view.maybe_id("id") or container.maybe_id("view_id"),
        "callback_id": view.maybe_id("callback_id"),
        "private_metadata": view.maybe_text("private_metadata"),
        "values": view_values(view if view.raw else fields),
    }


def _actor(fields: Fields) -> dict[str, Any]:
    user = fields.child("user")
    team_id = fields.maybe_child("team").maybe_id("id")
    return {
        "user_id": user.id("id"),
        "user_name": user.maybe_text("username") or user.maybe_text("name"),
        "user_team_id": user.maybe_id("team_id") or team_id,
        "team_id": team_id,
    }


def _callback(fields: Fields) -> dict[str, Any]:
    return {"callback_id": fields.id("callback_id"), "trigger_id": fields.id("trigger_id")}


def _view(fields: Fields) -> dict[str, Any]:
    view = fields.child("view")
    return _actor(fields) | {
        "view_id": view.id("id"),
        "callback_id": view.maybe_id("callback_id"),
        "private_metadata": view.maybe_text("private_metadata"),
    }


def _view_submission(fields: Fields) -> ViewSubmission:
    view = fields.child("view")
    values = view_values(view)
    return ViewSubmission(
        **_view(fields),
        hash=view.maybe_id("hash"),
        root_view_id=view.maybe_id("root_view_id"),
        external_id=view.maybe_id("external_id"),
        trigger_id=fields.maybe_id("trigger_id"),
        values=values,
        submission=flat_submission(values),
        typed=typed_blocks(view),
        inputs=input_blocks(view),
    )


def _view_closed(fields: Fields) -> ViewClosed:
    return ViewClosed(**_view(fields), is_cleared=fields.flag("is_cleared"))


def _message_shortcut(fields: Fields) -> MessageShortcut:
    message = fields.maybe_child("message")
    return MessageShortcut(
        **_actor(fields),
        **_callback(fields),
        channel_id=fields.child("channel").id("id"),
        message_ts=fields.maybe_id("message_ts") or message.maybe_id("ts"),
        message=message.raw,
        response_url=fields.maybe_text("response_url"),
    )


def _dialog_submission(fields: Fields) -> DialogSubmission:
    return DialogSubmission(
        **_actor(fields),
        callback_id=fields.id("callback_id"),
        channel_id=fields.maybe_child("channel").maybe_id("id"),
        submission=fields.maybe_child("submission").raw,
        state=fields.maybe_text("state"),
        response_url=fields.maybe_text("response_url"),
        action_ts=fields.maybe_id("action_ts"),
    )
