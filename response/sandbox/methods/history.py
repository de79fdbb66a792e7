"""``conversations.history`` and ``conversations.replies``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from response.sandbox import channels, paging, payloads
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import Channel, Message, Pin

SCOPES = "channels:history groups:history im:history"
_WINDOW = "channel cursor inclusive include_all_metadata limit latest oldest"


@method("conversations.history", args=_WINDOW, scopes=SCOPES, writes=False)
def history(call: Call) -> dict[str, Any]:
    """Newest first; replies are not among them."""
    channel = _channel(call)
    rows = _window(call, channel.messages.filter(only_for=None, thread_ts="")).order_by("-ts")
    return _answer(call, channel, rows)


@method("conversations.replies", args=f"{_WINDOW} ts", scopes=SCOPES, writes=False)
def replies(call: Call) -> dict[str, Any]:
    """The parent, then its replies, oldest first."""
    channel = _channel(call)
    ts = call.args.required("ts")
    if not channel.messages.filter(ts=ts, only_for=None).exists():
        raise ApiError("thread_not_found")
    thread = channel.messages.filter(Q(ts=ts) | Q(thread_ts=ts), only_for=None)
    return _answer(call, channel, _window(call, thread).order_by("ts"))


def _channel(call: Call) -> Channel:
    channel = channels.find(call.args.required("channel"), call.bot)
    if not channels.is_member(channel, call.bot):
        raise ApiError("not_in_channel")
    return channel


def _window(call: Call, rows: QuerySet[Message]) -> QuerySet[Message]:
    bound = "e" if call.args.boolean("inclusive") else ""
    for name, comparison in (("latest", "lt"), ("oldest", "gt")):
        value = call.args.string(name)
        if value and value != "0":
            rows = rows.filter(**{f"ts__{comparison}{bound}": value})
    return rows


def _answer(call: Call, channel: Channel, rows: QuerySet[Message]) -> dict[str, Any]:
    found = list(rows.prefetch_related("reactions"))
    chosen, metadata = paging.page(found, call.args, default=100, most=999)
    pinned = set(Pin.objects.filter(message__channel=channel).values_list("message_id", flat=True))
    cursor = metadata["response_metadata"]["next_cursor"]
    answer = {
        "messages": list(_shown(call, chosen, pinned)),
        "has_more": bool(cursor),
        "pin_count": len(pinned),
    }
    return {**answer, **metadata} if cursor else answer


def _shown(call: Call, rows: Iterable[Message], pinned: set[int]) -> Iterable[dict[str, Any]]:
    with_metadata = call.args.boolean("include_all_metadata")
    for row in rows:
        shown = payloads.message(call.team, row)
        if not with_metadata:
            shown.pop("metadata", None)
        reactions = payloads.reactions(row.reactions.all())
        if reactions:
            shown["reactions"] = reactions
        if row.pk in pinned:
            shown["pinned_to"] = [row.channel_id]
        yield shown
