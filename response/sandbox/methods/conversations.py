"""``conversations.*``: making channels, changing them, who is in them."""

from __future__ import annotations

from typing import Any

from response.sandbox import channels, paging, payloads
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import Channel, User

READ = "channels:read groups:read im:read mpim:read"
MANAGE = "channels:manage groups:write"
TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
SCOPE_OF_TYPE = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


@method("conversations.create", args="name is_private", scopes=MANAGE)
def create(call: Call) -> dict[str, Any]:
    is_private = call.args.boolean("is_private")
    _require_scope(call, "groups:write" if is_private else "channels:manage")
    name = call.args.string("name")
    return _answer(call, channels.create(call.bot, name, is_private=is_private))


@method("conversations.join", args="channel", scopes="channels:join")
def join(call: Call) -> dict[str, Any]:
    channel = _channel(call)
    if channels.join(call.bot, channel):
        return _answer(call, channel)
    warning = "already_in_channel"
    metadata = {"response_metadata": {"warnings": [warning]}}
    return {**_answer(call, channel), "warning": warning, **metadata}


@method("conversations.leave", args="channel", scopes=MANAGE)
def leave(call: Call) -> dict[str, Any]:
    return {} if channels.leave(call.bot, _managed(call)) else {"not_in_channel": True}


@method("conversations.invite", args="channel users force", scopes=MANAGE)
def invite(call: Call) -> dict[str, Any]:
    users = call.args.names("users")
    if len(users) > 100:
        raise ApiError("too_many_users")
    channel = _managed(call)
    channels.invite(call.bot, channel, users, force=call.args.boolean("force"))
    return _answer(call, channel)


@method("conversations.rename", args="channel name", scopes=MANAGE)
def rename(call: Call) -> dict[str, Any]:
    channel = _managed(call)
    channels.rename(call.bot, channel, call.args.string("name"))
    return _answer(call, channel)


@method("conversations.setTopic", args="channel topic", scopes=MANAGE)
def set_topic(call: Call) -> dict[str, Any]:
    channel = _managed(call)
    channels.set_topic(call.bot, channel, call.args.string("topic"))
    return {**_answer(call, channel), "topic": channel.topic}


@method("conversations.setPurpose", args="channel purpose", scopes=MANAGE)
def set_purpose(call: Call) -> dict[str, Any]:
    channel = _managed(call)
    channels.set_purpose(call.bot, channel, call.args.string("purpose"))
    return {**_answer(call, channel), "purpose": channel.purpose}


@method("conversations.archive", args="channel", scopes=MANAGE)
def archive(call: Call) -> dict[str, Any]:
    channels.archive(call.bot, _managed(call))
    return {}


@method("conversations.unarchive", args="channel", scopes=MANAGE)
def unarchive(call: Call) -> dict[str, Any]:
    channels.unarchive(call.bot, _managed(call))
    return {}


@method("conversations.open", args="channel users return_im prevent_creation", scopes="im:write")
def open_conversation(call: Call) -> dict[str, Any]:
    if call.args.given("channel"):
        return {"channel": {"id": _channel(call).id}}
    users = call.args.names("users")
    if len(users) != 1:
        raise ApiError("users_list_not_supplied" if not users else "missing_scope")
    user = User.objects.filter(id=users[0]).first()
    if user is None:
        raise ApiError("user_not_found")
    if user.is_bot:
        raise ApiError("cannot_dm_bot")
    channel, created = channels.open_dm(call.bot, user)
    already = {} if created else {"no_op": True, "already_open": True}
    if call.args.boolean("return_im"):
        return {**already, "channel": payloads.channel(channel, is_member=True)}
    return {**already, "channel": {"id": channel.id}}


@method(
    "conversations.info",
    args="channel include_locale include_num_members",
    scopes=READ,
    writes=False,
)
def info(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    answer = _answer(call, channel)
    if call.args.boolean("include_num_members"):
        answer["channel"]["num_members"] = channel.memberships.count()
    return answer


@method(
    "conversations.list",
    args="cursor exclude_archived limit types",
    scopes=READ,
    writes=False,
)
def list_conversations(call: Call) -> dict[str, Any]:
    types = call.args.names("types", default="public_channel")
    for kind in types:
        if kind not in TYPES:
            raise ApiError("invalid_types")
        _require_scope(call, SCOPE_OF_TYPE[kind])
    kinds = {TYPES[kind] for kind in types}
    rows = [row for row in channels.visible_to(call.bot) if row.kind in kinds]
    if call.args.boolean("exclude_archived"):
        rows = [row for row in rows if not row.is_archived]
    chosen, metadata = paging.page(rows, call.args, default=100, most=999)
    mine = set(call.bot.memberships.values_list("channel_id", flat=True))
    listed = [payloads.channel(row, is_member=row.id in mine) for row in chosen]
    return {"channels": listed, **metadata}


@method("conversations.members", args="channel cursor limit", scopes=READ, writes=False)
def members(call: Call) -> dict[str, Any]:
    channel = _readable(call)
    ids = list(channel.memberships.order_by("pk").values_list("user_id", flat=True))
    chosen, metadata = paging.page(ids, call.args, default=100, most=999)
    return {"members": chosen, **metadata}


def _channel(call: Call) -> Channel:
    return channels.find(call.args.required("channel"), call.bot)


def _managed(call: Call) -> Channel:
    """The channel, if the token may change channels of its kind."""
    channel = _channel(call)
    _require_scope(call, "groups:write" if channel.is_private else "channels:manage")
    return channel


def _readable(call: Call) -> Channel:
    """The conversation, if the token may look at those of its kind."""
    channel = _channel(call)
    kinds = {kind: name for name, kind in TYPES.items()}
    _require_scope(call, SCOPE_OF_TYPE[kinds[channel.kind]])
    return channel


def _require_scope(call: Call, needed: str) -> None:
    if not call.may(needed):
        raise ApiError("missing_scope", needed=needed, provided=",".join(call.team.scopes))


def _answer(call: Call, channel: Channel) -> dict[str, Any]:
    is_member = channels.is_member(channel, call.bot)
    return {"channel": payloads.channel(channel, is_member=is_member)}
