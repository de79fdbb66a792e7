"""What the page shows: the workspace as one person sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery

from response.sandbox import channels, emoji, faults, modals, payloads, state, worker
from response.sandbox.conf import conf
from response.sandbox.models import (
    ApiCall,
    Channel,
    Delivery,
    Membership,
    Message,
    Pin,
    Team,
    User,
)
from response.sandbox.page_api.people import person

Object = dict[str, Any]
Read = Callable[[Mapping[str, str]], Object]
BELL_ITEMS = 20


def bootstrap(query: Mapping[str, str]) -> Object:
    """What does not change while the page is open."""
    worker.wake()  # a restart may have left events behind
    team = state.team()
    users = {user.id: user for user in User.objects.filter(deleted=False)}
    bot = users.pop(team.bot_user_id)
    return {
        "team": {"id": team.id, "name": team.name, "domain": team.domain},
        "people": [_person(user) for user in users.values()],
        "bot": {"id": bot.id, "name": bot.label},
        "commands": team.commands,
        "emoji": emoji.EMOJI,
        "app_url": conf.app_url,
    }


def read_state(query: Mapping[str, str]) -> Object:
    """The sidebar, the bell and the modal; only the version if nothing has changed."""
    team = state.team()
    if query.get("since") == str(team.version):
        return {"version": team.version}
    user = person(query)
    return {
        "version": team.version,
        "channels": _channels(user),
        "bell": _bell(user),
        "modal": _modal(team, user),
        "faults_on": faults.current().any_on(),
    }


def read_messages(query: Mapping[str, str]) -> Object:
    """The newest messages of one channel, oldest first."""
    team = state.team()
    user = person(query)
    channel = channels.find(query.get("channel", ""), user)
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 200
    rows = channel.messages.filter(Q(only_for=None) | Q(only_for=user))
    newest = rows.order_by("-ts").prefetch_related("reactions")[: min(limit, 1000)]
    pinned = set(Pin.objects.filter(message__channel=channel).values_list("message_id", flat=True))
    members = channel.memberships.order_by("pk").values_list("user_id", flat=True)
    return {
        "version": team.version,
        "channel": {**_channel(channel), "members": list(members)},
        "messages": [_message(team, row, row.pk in pinned) for row in reversed(newest)],
    }


def read_faults(query: Mapping[str, str]) -> Object:
    return asdict(faults.current())


def log(query: Mapping[str, str]) -> Object:
    """What went to the app and what came from it, newest first."""
    limit = min(int(query["limit"]), 1000) if query.get("limit", "").isdigit() else 50
    return {
        "deliveries": [_delivery(row) for row in Delivery.objects.order_by("-pk")[:limit]],
        "calls": [_call(row) for row in ApiCall.objects.order_by("-pk")[:limit]],
    }


READS: dict[str, Read] = {
    "bootstrap": bootstrap,
    "state": read_state,
    "messages": read_messages,
    "faults": read_faults,
    "log": log,
}


def _person(user: User) -> Object:
    return {
        "id": user.id,
        "name": user.label,
        "real_name": user.real_name,
        "is_bot": user.is_bot,
        "is_restricted": user.is_restricted,
        "color": f"#{user.color}",
    }


def _channel(row: Channel) -> Object:
    return {
        "id": row.id,
        "name": row.name,
        "topic": row.topic,
        "purpose": row.purpose,
        "is_private": row.is_private,
        "is_archived": row.is_archived,
        "is_im": row.is_im,
    }


def _channels(user: User) -> list[Object]:
    """All that this person sees, in the same few queries however many there are."""
    seen_by_me = Q(only_for=None) | Q(only_for=user)
    newest = Message.objects.filter(seen_by_me, channel=OuterRef("pk")).order_by("-ts")
    rows = channels.visible_to(user).annotate(last_ts=Subquery(newest.values("ts")[:1]))
    unread = dict(_unread(user))
    counted = Membership.objects.values("channel").annotate(count=Count("pk"))
    member_counts = dict(counted.values_list("channel", "count"))
    return [
        {
            **_channel(row),
            "is_member": row.id in unread,
            "im_user": _other_of_im(row, user) if row.is_im else None,
            "unread": unread.get(row.id, 0),
            "last_ts": row.last_ts,
            "member_count": member_counts.get(row.id, 0),
        }
        for row in rows
    ]


def _unread(user: User) -> list[tuple[str, int]]:
    """For each channel that the person is in: messages that were not read.

    One's own are: saying something reads what is above it.
    """
    messages = "channel__messages__"
    new = (
        Q(**{f"{messages}ts__gt": F("last_read")})
        & Q(**{f"{messages}subtype__in": ["", "bot_message"]})
        & (Q(**{f"{messages}only_for": None}) | Q(**{f"{messages}only_for": user}))
    )
    mine = Membership.objects.filter(user=user)
    counted = mine.annotate(unread=Count("channel__messages", filter=new))
    return list(counted.values_list("channel_id", "unread"))


def _other_of_im(row: Channel, user: User) -> str:
    ids = row.name.split(":")[1:]
    return next((one for one in ids if one != user.id), user.id)


def _bell(user: User) -> Object:
    """Direct messages that were not read."""
    new = Message.objects.filter(
        channel__is_im=True,
        channel__memberships__user=user,
        ts__gt=F("channel__memberships__last_read"),
    )
    newest = new.order_by("-ts")[:BELL_ITEMS]
    items = [{"channel": row.channel_id, "ts": row.ts, "text": row.text} for row in newest]
    return {"unread_dms": new.count(), "items": items}


def _modal(team: Team, user: User) -> Object | None:
    row = modals.top(user)
    if row is None:
        return None
    return {"view": payloads.view(team, row), "state": "open", "depth": row.depth}


def _message(team: Team, row: Message, pinned: bool) -> Object:
    shown = payloads.message(team, row)
    return {
        **shown,
        "reactions": payloads.reactions(row.reactions.all()),
        "pinned": pinned,
        "ephemeral": row.only_for_id is not None,
    }


def _delivery(row: Delivery) -> Object:
    return {
        "id": row.pk,
        "at": row.created_at,
        "kind": row.kind,
        "name": row.name,
        "event_id": row.event_id,
        "state": row.state,
        "status": row.status,
        "error": row.error or None,
        "ms": row.ms,
        "retry": max(0, row.attempts - 1),
    }


def _call(row: ApiCall) -> Object:
    ok = bool(row.answer.get("ok")) and not row.dropped
    error = "connection dropped" if row.dropped else row.answer.get("error")
    return {
        "id": row.pk,
        "at": row.at,
        "method": row.method,
        "ok": ok,
        "error": error,
        "status": row.status,
        "ms": row.ms,
    }
