"""Saying, editing and deleting; the events of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Greatest

from response.sandbox import block_kit, events, payloads, state, text
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Membership, Message, Team, User

Object = dict[str, Any]
TYPED_LIMIT = 12_000
POSTED_LIMIT = 40_000
UPDATED_LIMIT = 4_000


def find(channel: Channel, ts: str) -> Message:
    """The message at ``ts`` that everyone in the channel sees."""
    row = channel.messages.filter(ts=ts, only_for=None).select_related("user", "channel").first()
    if row is None:
        raise ApiError("message_not_found")
    return row


def say(person: User, channel: Channel, typed: str, thread_ts: str = "") -> Message:
    """A person types a message into a channel that they are in."""
    with state.change():
        _require_speaker(person, channel)
        wire = _typed(typed)
        row = _new(channel, person, text=wire, **_thread(channel, thread_ts))
        row.client_msg_id = str(uuid.uuid4())
        row.blocks = [text.rich_text(wire, state.next_id("rt"))]
        row.save()
        _announce(row)
    return row


def post_as_app(
    channel: Channel,
    *,
    text: str = "",
    blocks: list[Object] | None = None,
    attachments: list[Object] | None = None,
    metadata: Object | None = None,
    thread_ts: str = "",
    username: str = "",
    only_for: User | None = None,
) -> Message:
    """The app's bot posts; the caller has checked that it may."""
    with state.change() as team:
        bot = User.objects.get(id=team.bot_user_id)
        content = _app_content(text, blocks, attachments, POSTED_LIMIT)
        content |= _thread(channel, thread_ts)
        row = _new(channel, bot, bot_id=team.bot_id, only_for=only_for, **content)
        row.metadata = metadata or {}
        row.username = username
        row.subtype = "bot_message" if username else ""
        row.save()
        if only_for is None:
            _announce(row)
    return row


def system(channel: Channel, user: User, subtype: str, tail: str, **extra: Any) -> Message:
    """What Slack itself writes into a channel: joins, topics, names."""
    row = _new(channel, user, text=f"<@{user.id}> {tail}", subtype=subtype, extra=extra)
    row.save()
    _announce(row)
    return row


def edit(person: User, row: Message, typed: str) -> Message:
    """A person edits a message of their own."""
    with state.change():
        if row.user_id != person.id or row.subtype or row.bot_id:
            raise ApiError("cant_update_message")
        _require_open(row.channel)
        wire = _typed(typed)
        blocks = [text.rich_text(wire, state.next_id("rt"))]
        return _changed(row, person, text=wire, blocks=blocks, attachments=[])


def update_as_app(
    row: Message,
    *,
    text: str | None,
    blocks: list[Object] | None,
    attachments: list[Object] | None,
    metadata: Object | None,
) -> Message:
    """``chat.update``: what is ``None`` stays as it was; an empty list removes."""
    with state.change() as team:
        if row.bot_id != team.bot_id:
            raise ApiError("cant_update_message")
        if row.channel.is_archived:
            raise ApiError("is_inactive")
        given = {"text": text, "blocks": blocks, "attachments": attachments}
        content = _app_content(text or "", blocks, attachments, UPDATED_LIMIT)
        changes = {name: content[name] for name, value in given.items() if value is not None}
        if metadata is not None:
            changes["metadata"] = metadata
        return _changed(row, row.user, **changes)


def replace(row: Message, *, text: str, blocks: list[Object] | None) -> Message:
    """Through a ``response_url``: ephemeral messages can be replaced, too."""
    with state.change():
        return _changed(row, row.user, **_app_content(text, blocks, None, POSTED_LIMIT))


def delete(user: User, row: Message) -> None:
    """Delete one's own message."""
    with state.change():
        if row.user_id != user.id or row.subtype not in {"", "bot_message"}:
            raise ApiError("cant_delete_message")
        _require_open(row.channel)
        remove(row)


def remove(row: Message) -> None:
    with state.change() as team:
        previous = payloads.message(team, row)
        was_ephemeral = row.only_for_id is not None
        deleted_ts = row.ts
        row.delete()
        if was_ephemeral:
            return
        event = {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "ts": state.next_ts(),
            "deleted_ts": deleted_ts,
            "previous_message": previous,
        }
        events.emit(event, row.channel)


def _new(channel: Channel, user: User, **fields: Any) -> Message:
    row = Message(
        channel=channel,
        user=user,
        author_team_id=user.other_team_id,
        ts=state.next_ts(),
        **fields,
    )
    # What one says oneself is read.
    Membership.objects.filter(channel=channel, user=user).update(
        last_read=Greatest(F("last_read"), Value(row.ts))
    )
    return row


def _announce(row: Message) -> None:
    team = state.team()
    events.emit(payloads.message(team, row), row.channel)
    _announce_mention(team, row)


def _announce_mention(team: Team, row: Message) -> None:
    by_bot = row.user_id == team.bot_user_id
    if row.subtype or by_bot or row.channel.is_im or not text.mentions(row.text, team.bot_user_id):
        return
    mention = payloads.message(team, row) | {"type": "app_mention", "channel": row.channel_id}
    events.emit(mention | {"event_ts": row.ts}, row.channel)


def _changed(row: Message, editor: User, **fields: Any) -> Message:
    team = state.team()
    previous = payloads.message(team, row)
    for name, value in fields.items():
        setattr(row, name, value)
    row.edited_by, row.edited_ts = editor.id, state.next_ts()
    row.save()
    if row.only_for_id is None:
        event = {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "ts": row.edited_ts,
            "message": payloads.message(team, row),
            "previous_message": previous,
        }
        events.emit(event, row.channel)
    return row


def _app_content(
    wire: str, blocks: list[Object] | None, attachments: list[Object] | None, limit: int
) -> Object:
    if blocks:
        block_kit.check_blocks(blocks)
    if attachments:
        block_kit.check_attachments(attachments)
    if not (wire.strip() or blocks or attachments):
        raise ApiError("no_text")
    if len(wire) > limit:
        raise ApiError("msg_too_long")
    return {
        "text": text.from_app(wire),
        "blocks": block_kit.stored_blocks(blocks or []),
        "attachments": attachments or [],
    }


def _typed(typed: str) -> str:
    if not typed.strip():
        raise ApiError("no_text")
    if len(typed) > TYPED_LIMIT:
        raise ApiError("msg_too_long")
    return text.from_typed(typed.strip())


def _thread(channel: Channel, thread_ts: str) -> Object:
    """What makes a message a reply; a reply itself has none."""
    if not thread_ts:
        return {}
    parent = channel.messages.filter(ts=thread_ts, only_for=None, thread_ts="").first()
    if parent is None:
        raise ApiError("thread_not_found")
    return {"thread_ts": thread_ts, "extra": {"parent_user_id": parent.user_id}}


def _require_speaker(person: User, channel: Channel) -> None:
    if not channel.memberships.filter(user=person).exists():
        raise ApiError("not_in_channel")
    _require_open(channel)


def _require_open(channel: Channel) -> None:
    if channel.is_archived:
        raise ApiError("is_archived")
