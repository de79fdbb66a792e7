"""What a person does with the app: commands, buttons, modals, shortcuts.

Each is one signed request that the person waits for, three seconds at most. Payloads:
https://docs.slack.dev/reference/interaction-payloads.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from response.sandbox import (
    block_kit,
    channels,
    deliveries,
    inputs,
    payloads,
    responses,
    state,
    text,
    triggers,
)
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Message, Team, User, View
from response.sandbox.sending import Reply

Object = dict[str, Any]


def run_command(user: User, channel: Channel, command: str, typed: str) -> Message | None:
    """Send a slash command; what the app answers at once becomes a message."""
    team = state.team()
    defined = next((one for one in team.commands if one["command"] == command), None)
    if defined is None:
        raise ApiError("invalid_command", f"{command} is not a valid command.")
    if not channels.is_member(channel, user):
        raise ApiError("not_in_channel")
    if channel.is_archived:
        raise ApiError("is_archived")
    form = _command_form(team, user, channel, command, _escaped(typed, defined))
    reply = deliveries.send_at_once(
        kind="slash_command", name=command, path="slash_command", body=urlencode(form)
    )
    _require_200(reply, command)
    try:
        kind = reply.headers.get("content-type", "")
        return responses.answer_command(reply.body, kind, user, channel)
    except ApiError as error:
        raise _failed(command, "dispatch_failed", error.code, *error.messages) from error


def use_in_message(user: User, row: Message, given: Object, values: Object | None = None) -> None:
    """Press a button or choose something in a message."""
    if not channels.is_member(row.channel, user):
        raise ApiError("not_in_channel")
    block, element = _element(row.blocks, given)
    ephemeral = row.only_for_id is not None
    with state.change() as team:
        payload = _interaction(team, "block_actions", user)
        payload |= {
            "container": {
                "type": "message",
                "message_ts": row.ts,
                "channel_id": row.channel_id,
                "is_ephemeral": ephemeral,
            },
            "channel": {"id": row.channel_id, "name": _channel_name(row.channel)},
            "state": {"values": inputs.full_state(row.blocks, values or {})},
            "response_url": triggers.response_url(user, row.channel, row.ts),
            "actions": [inputs.action(element, block["block_id"], given, state.next_ts())],
        }
        if not ephemeral:
            payload["message"] = payloads.message(team, row)
    _send(payload, element["action_id"])


def use_in_view(user: User, view: View, given: Object, values: Object | None = None) -> None:
    """The same in a modal. An input that dispatches nothing is only remembered."""
    block, element = _element(view.definition["blocks"], given)
    with state.change() as team:
        view.values = inputs.full_state(view.definition["blocks"], values or view.values)
        view.save(update_fields=["values"])
        payload = _interaction(team, "block_actions", user, view)
        payload |= {
            "container": {"type": "view", "view_id": view.id},
            "view": payloads.view(team, view),
            "actions": [inputs.action(element, block["block_id"], given, state.next_ts())],
        }
    if block["type"] != "input" or block.get("dispatch_action"):
        _send(payload, element["action_id"])


def use_shortcut(user: User, callback_id: str) -> None:
    """A global shortcut: no channel, no ``response_url``."""
    with state.change() as team:
        payload = _interaction(team, "shortcut", user)
        payload |= {"callback_id": callback_id, "action_ts": state.next_ts()}
    _send(payload, callback_id)


def use_message_shortcut(user: User, row: Message, callback_id: str) -> None:
    """A shortcut from a message's menu."""
    if not channels.is_member(row.channel, user):
        raise ApiError("not_in_channel")
    with state.change() as team:
        payload = _interaction(team, "message_action", user)
        payload |= {
            "callback_id": callback_id,
            "action_ts": state.next_ts(),
            "message_ts": row.ts,
            "channel": {"id": row.channel_id, "name": _channel_name(row.channel)},
            "message": payloads.message(team, row),
            "response_url": triggers.response_url(user, row.channel, row.ts),
        }
    _send(payload, callback_id)


def submit(user: User, view: View) -> Reply:
    """Send ``view_submission`` with the values that the row holds."""
    with state.change() as team:
        payload = _interaction(team, "view_submission", user, view)
        payload |= {"view": payloads.view(team, view), "response_urls": []}
    return _send(payload, view.definition.get("callback_id", ""))


def tell_closed(user: User, view: View, *, is_cleared: bool) -> None:
    """Send ``view_closed``; whether the app takes it changes nothing for the person."""
    team = state.team()
    payload = _interaction(team, "view_closed", user)
    del payload["trigger_id"]
    payload |= {"view": payloads.view(team, view, values={}), "is_cleared": is_cleared}
    body = urlencode({"payload": json.dumps(payload)})
    name = f"view_closed {view.definition.get('callback_id', '')}"
    deliveries.send_at_once(kind="interaction", name=name.strip(), path="action", body=body)


def _interaction(team: Team, kind: str, user: User, view: View | None = None) -> Object:
    """What all interaction payloads have in common."""
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.other_team_id or team.id,
        },
        "api_app_id": team.app_id,
        "token": "deprecated",
        "trigger_id": triggers.issue(user, view.id if view else ""),
    }


def _send(payload: Object, name: str) -> Reply:
    label = f"{payload['type']} {name}".strip()
    body = urlencode({"payload": json.dumps(payload)})
    reply = deliveries.send_at_once(kind="interaction", name=label, path="action", body=body)
    _require_200(reply, name or payload["type"])
    return reply


def _require_200(reply: Reply, what: str) -> None:
    if reply.error == "http_timeout":
        raise _failed(what, "operation_timeout")
    if reply.error or reply.status != 200:
        raise _failed(what, "dispatch_failed")


def _failed(what: str, code: str, *details: str) -> ApiError:
    return ApiError(code, f'{what} failed with the error "{code}"', *details)


def _command_form(
    team: Team, user: User, channel: Channel, command: str, typed: str
) -> dict[str, str]:
    return {
        "token": "deprecated",
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": typed,
        "api_app_id": team.app_id,
        "is_enterprise_install": "false",
        "response_url": triggers.response_url(user, channel),
        "trigger_id": triggers.issue(user),
    }


def _escaped(typed: str, defined: Object) -> str:
    typed = typed.strip()
    return text.from_typed(typed) if defined.get("should_escape") else typed


def _channel_name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def _element(blocks: list[Object], given: Object) -> tuple[Object, Object]:
    block_id, action_id = str(given.get("block_id", "")), str(given.get("action_id", ""))
    found = block_kit.find_element(blocks, block_id, action_id)
    if found is None:
        raise ApiError("action_not_found", f"There is no {action_id!r} in {block_id!r} any more.")
    return found
