"""``chat.*``: posting, updating, deleting, permalinks."""

from __future__ import annotations

from typing import Any

from response.sandbox import channels, messages, payloads
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import Channel, Message, User

_CONTENT = "text blocks attachments metadata markdown_text mrkdwn parse link_names"
_POSTED = f"{_CONTENT} thread_ts reply_broadcast unfurl_links unfurl_media username icon_emoji"
METADATA_LIMIT = 8000


@method(
    "chat.postMessage",
    args=f"channel {_POSTED} icon_url as_user container_id",
    scopes="chat:write",
)
def post_message(call: Call) -> dict[str, Any]:
    channel = _place(call)
    # A private channel that the bot is not in would not have been found.
    if not (channels.is_member(channel, call.bot) or call.may("chat:write.public")):
        raise ApiError("not_in_channel")
    if channel.is_archived:
        raise ApiError("is_archived")
    row = messages.post_as_app(
        channel,
        **_content(call),
        metadata=_metadata(call),
        thread_ts=call.args.string("thread_ts"),
        username=_username(call),
    )
    return _posted(call, row)


@method("chat.postEphemeral", args=f"channel user {_POSTED} icon_url as_user", scopes="chat:write")
def post_ephemeral(call: Call) -> dict[str, Any]:
    channel = channels.find(call.args.required("channel"), call.bot)
    if not channels.is_member(channel, call.bot):
        raise ApiError("not_in_channel")
    if channel.is_archived:
        raise ApiError("is_archived")
    user = User.objects.filter(id=call.args.required("user"), deleted=False).first()
    if user is None or not channels.is_member(channel, user):
        raise ApiError("user_not_in_channel")
    thread_ts = call.args.string("thread_ts")
    row = messages.post_as_app(channel, **_content(call), thread_ts=thread_ts, only_for=user)
    return {"message_ts": row.ts}


@method(
    "chat.update",
    args=f"channel ts {_CONTENT} as_user reply_broadcast file_ids",
    scopes="chat:write",
)
def update(call: Call) -> dict[str, Any]:
    channel = channels.find(call.args.required("channel"), call.bot)
    row = messages.find(channel, call.args.required("ts"))
    content = _content(call)
    text = content["text"] if call.args.given("text") else None
    row = messages.update_as_app(row, **{**content, "text": text}, metadata=_metadata(call))
    posted = _posted(call, row)
    return {**posted, "text": row.text}


@method("chat.delete", args="channel ts as_user", scopes="chat:write")
def delete(call: Call) -> dict[str, Any]:
    channel = channels.find(call.args.required("channel"), call.bot)
    row = messages.find(channel, call.args.required("ts"))
    ts = row.ts
    messages.delete(call.bot, row)
    return {"channel": channel.id, "ts": ts}


@method("chat.getPermalink", args="channel message_ts", writes=False)
def get_permalink(call: Call) -> dict[str, Any]:
    channel = channels.find(call.args.required("channel"), call.bot)
    row = messages.find(channel, call.args.required("message_ts"))
    return {"channel": channel.id, "permalink": payloads.permalink(channel.id, row.ts)}


def _place(call: Call) -> Channel:
    """The conversation; a person's id is their direct messages. Names are not taken."""
    channel_id = call.args.required("channel")
    if not channel_id.startswith(("U", "W")):
        return channels.find(channel_id, call.bot)
    user = User.objects.filter(id=channel_id).first()
    if user is None or user.deleted or user.is_bot:
        raise ApiError("channel_not_found")
    return channels.open_dm(call.bot, user)[0]


def _content(call: Call) -> dict[str, Any]:
    if call.args.given("markdown_text"):
        # What this app sends is blocks; the sandbox's page draws no top-level Markdown.
        raise ApiError("invalid_arguments", "[ERROR] markdown_text is not served by the sandbox")
    blocks, attachments = call.args.json("blocks"), call.args.json("attachments")
    return {"text": call.args.string("text"), "blocks": blocks, "attachments": attachments}


def _metadata(call: Call) -> dict[str, Any] | None:
    metadata = call.args.json("metadata")
    if not metadata:
        return {} if metadata is not None else None
    members = {"event_type", "event_payload"}
    if not isinstance(metadata, dict) or metadata.keys() != members:
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata["event_payload"], dict):
        raise ApiError("invalid_metadata_schema")
    if len(str(metadata)) > METADATA_LIMIT:
        raise ApiError("metadata_too_large")
    return metadata


def _username(call: Call) -> str:
    username = call.args.string("username")
    if username and not call.may("chat:write.customize"):
        needed = {"needed": "chat:write.customize", "provided": ",".join(call.team.scopes)}
        raise ApiError("missing_scope", **needed)
    return username


def _posted(call: Call, row: Message) -> dict[str, Any]:
    shown = payloads.message(call.team, row)
    return {"channel": row.channel_id, "ts": row.ts, "message": shown}
