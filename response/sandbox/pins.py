"""Pins and reactions on messages."""

from __future__ import annotations

from response.sandbox import clock, emoji, events, payloads, state
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Message, Pin, Reaction, User

MOST_PINS = 100


def pin(user: User, row: Message) -> None:
    with state.change() as team:
        _require_member(user, row.channel)
        if Pin.objects.filter(message=row).exists():
            raise ApiError("already_pinned")
        if _count(row.channel) >= MOST_PINS:
            raise ApiError("too_many_pins")
        added = Pin.objects.create(message=row, user=user, created=int(clock.now()))
        event = payloads.pin_event(team, added, row, _count(row.channel))
        events.emit({"type": "pin_added", "user": user.id, **event}, row.channel)


def unpin(user: User, row: Message) -> None:
    with state.change() as team:
        _require_member(user, row.channel)
        removed = Pin.objects.filter(message=row).first()
        if removed is None:
            raise ApiError("no_pin")
        removed.delete()
        count = _count(row.channel)
        event = payloads.pin_event(team, removed, row, count) | {"has_pins": count > 0}
        events.emit({"type": "pin_removed", "user": user.id, **event}, row.channel)


def react(user: User, row: Message, name: str) -> None:
    with state.change():
        _require_reactable(user, row, name)
        _, created = Reaction.objects.get_or_create(message=row, user=user, name=name)
        if not created:
            raise ApiError("already_reacted")
        _emit_reaction("reaction_added", user, row, name)


def unreact(user: User, row: Message, name: str) -> None:
    with state.change():
        _require_reactable(user, row, name)
        removed, _ = Reaction.objects.filter(message=row, user=user, name=name).delete()
        if not removed:
            raise ApiError("no_reaction")
        _emit_reaction("reaction_removed", user, row, name)


def _require_reactable(user: User, row: Message, name: str) -> None:
    if not emoji.is_known(name):
        raise ApiError("invalid_name")
    _require_member(user, row.channel)


def _require_member(user: User, channel: Channel) -> None:
    if not channel.memberships.filter(user=user).exists():
        raise ApiError("not_in_channel")
    if channel.is_archived:
        raise ApiError("is_archived")


def _emit_reaction(kind: str, user: User, row: Message, name: str) -> None:
    item = {"type": "message", "channel": row.channel_id, "ts": row.ts}
    event = {"type": kind, "user": user.id, "reaction": name, "item_user": row.user_id}
    events.emit({**event, "item": item}, row.channel)


def _count(channel: Channel) -> int:
    return Pin.objects.filter(message__channel=channel).count()
