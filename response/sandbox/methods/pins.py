"""``pins.*``."""

from __future__ import annotations

from typing import Any

from response.sandbox import channels, messages, payloads, pins
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import Message, Pin


@method("pins.add", args="channel timestamp", scopes="pins:write")
def add(call: Call) -> dict[str, Any]:
    pins.pin(call.bot, _message(call))
    return {}


@method("pins.remove", args="channel timestamp", scopes="pins:write")
def remove(call: Call) -> dict[str, Any]:
    pins.unpin(call.bot, _message(call))
    return {}


@method("pins.list", args="channel", scopes="pins:read", writes=False)
def list_pins(call: Call) -> dict[str, Any]:
    channel = channels.find(call.args.required("channel"), call.bot)
    if not channels.is_member(channel, call.bot):
        raise ApiError("not_in_channel")
    rows = Pin.objects.filter(message__channel=channel).select_related("message")
    return {"items": [payloads.pin_item(call.team, row, row.message) for row in rows]}


def _message(call: Call) -> Message:
    channel = channels.find(call.args.required("channel"), call.bot)
    return messages.find(channel, call.args.required("timestamp"))
