"""``reactions.*``."""

from __future__ import annotations

from typing import Any

from response.sandbox import channels, messages, pins
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import Message


@method("reactions.add", args="channel name timestamp", scopes="reactions:write")
def add(call: Call) -> dict[str, Any]:
    pins.react(call.bot, _message(call), _name(call))
    return {}


@method("reactions.remove", args="channel name timestamp", scopes="reactions:write")
def remove(call: Call) -> dict[str, Any]:
    pins.unreact(call.bot, _message(call), _name(call))
    return {}


def _message(call: Call) -> Message:
    channel = channels.find(call.args.required("channel"), call.bot)
    return messages.find(channel, call.args.required("timestamp"))


def _name(call: Call) -> str:
    return call.args.required("name")
