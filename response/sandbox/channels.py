"""Channels and who is in them: names, topics, invitations, archive; the events of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from response.sandbox import clock, events, messages, payloads, state, text
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Membership, User

NAME_LIMIT = 80
TOPIC_LIMIT = 250


def visible_to(user: User) -> QuerySet[Channel]:
    """Public channels, and what the person is in; a guest sees only the latter."""
    allowed = Q(memberships__user=user)
    if not user.is_restricted:
        allowed |= Q(is_private=False, is_im=False)
    return Channel.objects.filter(allowed).distinct()


def find(channel_id: str, user: User) -> Channel:
    row = visible_to(user).filter(id=channel_id).first()
    if row is None:
        raise ApiError("channel_not_found")
    return row


def is_member(channel: Channel, user: User) -> bool:
    return Membership.objects.filter(channel=channel, user=user).exists()


def create(creator: User, name: str, *, is_private: bool = False) -> Channel:
    with state.change():
        if creator.is_restricted:
            raise ApiError("user_is_restricted")
        _check_name(name)
        row = Channel.objects.create(
            id=state.next_id("C"),
            name=name,
            is_private=is_private,
            creator=creator,
            created=int(clock.now()),
        )
        if not is_private:
            _emit_created(row)
        _add(row, creator)
    return row


def join(user: User, channel: Channel) -> bool:
    """Whether the person was not in it before."""
    with state.change():
        if channel.is_im or channel.is_private:
            raise ApiError("method_not_supported_for_channel_type")
        if user.is_restricted:
            raise ApiError("user_is_restricted")
        _require_open(channel)
        if is_member(channel, user):
            return False
        _add(channel, user)
    return True


def invite(
    inviter: User, channel: Channel, user_ids: Sequence[str], *, force: bool = False
) -> None:
    """Add people. One bad id and nobody is added, unless ``force``, which skips the bad ones."""
    with state.change():
        _require_member(channel, inviter)
        _require_open(channel)
        if not user_ids:
            raise ApiError("no_user")
        reasons = {one: _why_not_invited(inviter, channel, one) for one in user_ids}
        refused = {one: why for one, why in reasons.items() if why}
        welcome = reasons.keys() - refused.keys()
        if refused and not (force and welcome):
            errors = [{"user": u, "ok": False, "error": why} for u, why in refused.items()]
            raise ApiError(next(iter(refused.values())), errors=errors)
        for user in User.objects.filter(id__in=welcome):
            _add(channel, user, inviter=inviter)


def leave(user: User, channel: Channel) -> bool:
    """Whether the person was in it."""
    with state.change():
        if channel.is_general:
            raise ApiError("cant_leave_general")
        if channel.is_im:
            raise ApiError("method_not_supported_for_channel_type")
        if not is_member(channel, user):
            return False
        _take_out(channel, user, "has left the channel")
    return True


def remove(remover: User, channel: Channel, user: User) -> None:
    """A person of the channel puts another out of it."""
    with state.change():
        _require_member(channel, remover)
        if channel.is_general:
            raise ApiError("cant_kick_from_general")
        if remover.id == user.id:
            raise ApiError("cant_kick_self")
        if remover.is_restricted:
            raise ApiError("user_is_restricted")
        _require_member(channel, user)
        _take_out(channel, user, "was removed from the channel")


def rename(user: User, channel: Channel, name: str) -> None:
    with state.change():
        _require_member(channel, user)
        _require_open(channel)
        if channel.creator_id != user.id:
            raise ApiError("not_authorized")
        if name == channel.name:
            return
        _check_name(name)
        old_name, channel.name = channel.name, name
        channel.save(update_fields=["name"])
        tail = f'has renamed the channel from "{old_name}" to "{name}"'
        messages.system(channel, user, "channel_name", tail, old_name=old_name, name=name)
        kind = "group_rename" if channel.is_private else "channel_rename"
        events.emit({"type": kind, "channel": payloads.channel_renamed(channel)}, channel)


def set_topic(user: User, channel: Channel, topic: str) -> None:
    _describe(user, channel, "topic", topic)


def set_purpose(user: User, channel: Channel, purpose: str) -> None:
    _describe(user, channel, "purpose", purpose)


def archive(user: User, channel: Channel) -> None:
    """Nobody writes there any more; its bot is put out, as Slack does."""
    with state.change() as team:
        _require_member(channel, user)
        if channel.is_general:
            raise ApiError("cant_archive_general")
        if channel.is_archived:
            raise ApiError("already_archived")
        messages.system(channel, user, "channel_archive", "archived the channel")
        channel.is_archived = True
        channel.save(update_fields=["is_archived"])
        kind = "group_archive" if channel.is_private else "channel_archive"
        events.emit({"type": kind, "channel": channel.id, "user": user.id}, channel)
        Membership.objects.filter(channel=channel, user_id=team.bot_user_id).delete()


def unarchive(user: User, channel: Channel) -> None:
    """Bots cannot: they were put out when it was archived, and cannot come back."""
    with state.change():
        if not channel.is_archived:
            raise ApiError("not_archived")
        _require_member(channel, user)
        channel.is_archived = False
        channel.save(update_fields=["is_archived"])
        messages.system(channel, user, "channel_unarchive", "un-archived the channel")
        if not channel.is_private:
            event = {"type": "channel_unarchive", "channel": channel.id, "user": user.id}
            events.emit(event, channel, everywhere=True)


def open_dm(one: User, other: User) -> tuple[Channel, bool]:
    """The direct messages of two, and whether they had none before."""
    if other.deleted:
        raise ApiError("user_disabled")
    if one.id == other.id:
        raise ApiError("cannot_dm_bot" if one.is_bot else "user_not_found")
    first, second = sorted([one.id, other.id])
    name = f"im:{first}:{second}"
    with state.change():
        row = Channel.objects.filter(name=name).first()
        if row is not None:
            return row, False
        row = Channel.objects.create(
            id=state.next_id("D"),
            name=name,
            is_private=True,
            is_im=True,
            creator=one,
            created=int(clock.now()),
        )
        Membership.objects.bulk_create(Membership(channel=row, user=u) for u in (one, other))
    return row, True


def mark_read(user: User, channel: Channel) -> None:
    newest = channel.messages.order_by("-ts").values_list("ts", flat=True).first()
    memberships = Membership.objects.filter(channel=channel, user=user)
    if newest and memberships.exclude(last_read__gte=newest).exists():
        with state.change():
            memberships.update(last_read=newest)


def _add(channel: Channel, user: User, inviter: User | None = None) -> None:
    newest = channel.messages.order_by("-ts").values_list("ts", flat=True).first()
    Membership.objects.create(channel=channel, user=user, last_read=newest or "0")
    extra = {"inviter": inviter.id} if inviter else {}
    messages.system(channel, user, "channel_join", "has joined the channel", **extra)
    _emit_membership("member_joined_channel", channel, user, **extra)


def _take_out(channel: Channel, user: User, tail: str) -> None:
    messages.system(channel, user, "channel_leave", tail)
    _emit_membership("member_left_channel", channel, user)
    Membership.objects.filter(channel=channel, user=user).delete()


def _emit_membership(kind: str, channel: Channel, user: User, **extra: str) -> None:
    event = {
        "type": kind,
        "user": user.id,
        "channel": channel.id,
        "channel_type": "G" if channel.is_private else "C",
        "team": state.team().id,
        **extra,
    }
    events.emit(event, channel)


def _emit_created(channel: Channel) -> None:
    created = {
        "id": channel.id,
        "name": channel.name,
        "created": channel.created,
        "creator": channel.creator_id,
    }
    events.emit({"type": "channel_created", "channel": created}, channel, everywhere=True)


def _describe(user: User, channel: Channel, what: str, value: str) -> None:
    with state.change():
        if channel.is_im:
            raise ApiError("method_not_supported_for_channel_type")
        _require_member(channel, user)
        _require_open(channel)
        if len(value) > TOPIC_LIMIT:
            raise ApiError("too_long")
        wire = text.from_app(value)
        if wire == getattr(channel, what):
            return
        setattr(channel, what, wire)
        channel.save(update_fields=[what])
        tail = f"set the channel {what}: {wire}" if wire else f"cleared the channel {what}"
        messages.system(channel, user, f"channel_{what}", tail, **{what: wire})


def _why_not_invited(inviter: User, channel: Channel, user_id: str) -> str:
    user = User.objects.filter(id=user_id, deleted=False).first()
    if user is None:
        return "user_not_found"
    if user.id == inviter.id:
        return "cant_invite_self"
    if user.is_restricted and inviter.is_bot:
        return "user_is_restricted"
    return "already_in_channel" if is_member(channel, user) else ""


def _check_name(name: str) -> None:
    if not name:
        raise ApiError("invalid_name_required")
    if len(name) > NAME_LIMIT:
        raise ApiError("invalid_name_maxlength")
    if not re.fullmatch(r"[a-z0-9_-]+", name):
        raise ApiError("invalid_name_specials")
    if not re.search(r"[a-z0-9]", name):
        raise ApiError("invalid_name_punctuation")
    if Channel.objects.filter(name=name).exists():
        raise ApiError("name_taken")


def _require_member(channel: Channel, user: User) -> None:
    if not is_member(channel, user):
        raise ApiError("not_in_channel")


def _require_open(channel: Channel) -> None:
    if channel.is_archived:
        raise ApiError("is_archived")
