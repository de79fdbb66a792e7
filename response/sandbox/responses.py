"""Messages that an app answers with: in a command's HTTP answer, or to a ``response_url``.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import json
from typing import Any

from response.sandbox import messages, state
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Message, ResponseUrl, User

KNOWN = {
    "text",
    "blocks",
    "attachments",
    "response_type",
    "replace_original",
    "delete_original",
    "thread_ts",
    "mrkdwn",
    "unfurl_links",
    "unfurl_media",
}


def answer_command(body: str, content_type: str, user: User, channel: Channel) -> Message | None:
    """Show what the app said at once: nothing, plain text, or a message as JSON."""
    if not body.strip():
        return None
    if not content_type.startswith("application/json"):
        return _new_message({"text": body}, user, channel)
    return _new_message(parse(body), user, channel)


def answer_url(target: ResponseUrl, payload: dict[str, Any]) -> None:
    """Do what was posted to a ``response_url``."""
    _check(payload)
    with state.change():
        source = _source(target)
        if payload.get("delete_original"):
            messages.remove(_required(source))
        elif payload.get("replace_original"):
            blocks = payload.get("blocks")
            messages.replace(_required(source), text=payload.get("text", ""), blocks=blocks)
        else:
            _new_message(payload, target.user, target.channel)


def parse(body: str) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except ValueError:
        raise ApiError("invalid_payload", "The body is not JSON.") from None
    if not isinstance(payload, dict):
        raise ApiError("invalid_payload", "The body is not a JSON object.")
    return payload


def _new_message(payload: dict[str, Any], user: User, channel: Channel) -> Message:
    _check(payload)
    in_channel = payload.get("response_type", "ephemeral") == "in_channel"
    return messages.post_as_app(
        channel,
        text=payload.get("text", ""),
        blocks=payload.get("blocks"),
        attachments=payload.get("attachments"),
        thread_ts=payload.get("thread_ts", ""),
        only_for=None if in_channel else user,
    )


def _check(payload: dict[str, Any]) -> None:
    unknown = payload.keys() - KNOWN
    if unknown:
        raise ApiError("invalid_payload", f"Unknown members: {', '.join(sorted(unknown))}")
    kind = payload.get("response_type", "ephemeral")
    if kind not in {"ephemeral", "in_channel"}:
        raise ApiError("invalid_payload", f"No response_type: {kind!r}")
    if not isinstance(payload.get("text", ""), str):
        raise ApiError("invalid_payload", "text must be a string.")


def _source(target: ResponseUrl) -> Message | None:
    """The message that was clicked on, also one that only this person sees."""
    rows = Message.objects.filter(channel=target.channel, ts=target.message_ts)
    return rows.select_related("user", "channel").first()


def _required(source: Message | None) -> Message:
    if source is None:
        raise ApiError("message_not_found")
    return source
