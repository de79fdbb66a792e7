"""What single events say. The argument is the inner event, as ``@event_handler`` gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from response.slack.payloads.events import channel_of, id_or_object
from response.slack.payloads.fields import Fields, MalformedPayload

MAX_CHANNEL_NAME = 80
# Subtypes of messages that a person typed; the others tell of joins, topics, edits …
TYPED_BY_PEOPLE = frozenset({"", "file_share", "me_message", "thread_broadcast"})


@dataclass(frozen=True, kw_only=True)
class Message:
    """A ``message`` or ``app_mention``; ``user_id`` is empty for most bots."""

    channel_id: str
    user_id: str
    bot_id: str
    subtype: str
    text: str
    ts: str
    thread_ts: str

    @property
    def is_typed(self) -> bool:
        """Whether it is something said (by a person or a bot), not news of the channel."""
        return self.subtype in TYPED_BY_PEOPLE or self.subtype == "bot_message"

    @property
    def is_by_a_person(self) -> bool:
        """Whether a person said it."""
        return self.subtype in TYPED_BY_PEOPLE and bool(self.user_id) and not self.bot_id


@dataclass(frozen=True, kw_only=True)
class MessageEdit:
    """A message was edited or deleted; ``text`` is the new one, empty when deleted."""

    channel_id: str
    ts: str
    text: str
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A message was pinned or unpinned. ``author_id`` is a bot's id where a bot wrote it."""

    channel_id: str
    message_ts: str
    author_id: str
    by_bot: bool
    text: str
    pinned_by: str


@dataclass(frozen=True, kw_only=True)
class ChannelName:
    """A channel has a new name."""

    channel_id: str
    name: str


def parse_message(event: Mapping[str, Any]) -> Message:
    """A ``message`` or ``app_mention`` event."""
    fields = Fields(event, "event")
    return Message(
        channel_id=channel_of(fields),
        user_id=id_or_object(fields, "user"),
        bot_id=fields.maybe_id("bot_id"),
        subtype=fields.maybe_id("subtype"),
        text=fields.maybe_text("text"),
        ts=fields.maybe_id("ts"),
        thread_ts=fields.maybe_id("thread_ts"),
    )


def parse_message_edit(event: Mapping[str, Any]) -> MessageEdit | None:
    """A ``message`` event that edits or deletes an earlier one; None for any other."""
    fields = Fields(event, "event")
    subtype = fields.maybe_id("subtype")
    if subtype == "message_changed":
        message = fields.child("message")
        ts, text = message.id("ts"), message.maybe_text("text")
        # Slack leaves a tombstone where a deleted message has replies.
        deleted = message.maybe_id("subtype") == "tombstone"
    elif subtype == "message_deleted":
        ts, text, deleted = fields.id("deleted_ts"), "", True
    else:
        return None
    text = "" if deleted else text
    return MessageEdit(channel_id=channel_of(fields), ts=ts, text=text, deleted=deleted)


def parse_pin(event: Mapping[str, Any]) -> Pin | None:
    """A ``pin_added`` or ``pin_removed`` event; None if what was pinned is no message."""
    fields = Fields(event, "event")
    message = fields.child("item").maybe_child("message")
    if not message.raw:
        return None
    person, bot = message.maybe_id("user"), message.maybe_id("bot_id")
    return Pin(
        channel_id=channel_of(fields),
        message_ts=message.time_stamp("ts"),
        author_id=person or bot,
        by_bot=not person,
        text=message.maybe_text("text"),
        pinned_by=id_or_object(fields, "user"),
    )


def parse_channel_name(event: Mapping[str, Any]) -> ChannelName:
    """A ``channel_rename`` or ``group_rename`` event."""
    channel = Fields(event, "event").child("channel")
    name = channel.id("name")
    if len(name) > MAX_CHANNEL_NAME:
        raise MalformedPayload(f"'{channel.path('name')}' is longer than any of Slack's")
    return ChannelName(channel_id=channel.id("id"), name=name)


def parse_user(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The user object of ``team_join`` and ``user_change``, for ``users.update_from_profile``."""
    user = Fields(event, "event").child("user")
    user.id("id")
    return user.raw


def parse_time(event: Mapping[str, Any]) -> datetime | None:
    """When an event happened by Slack's clock, not when it arrived; None if it does not say."""
    try:
        seconds = float(Fields(event, "event").maybe_id("event_ts"))
        moment = datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if timezone.is_aware(timezone.now()) else timezone.make_naive(moment)
