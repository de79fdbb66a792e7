"""``bookmarks.add``."""

from __future__ import annotations

from typing import Any

from response.sandbox import channels, clock, state
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import Bookmark

TITLE_LIMIT = 256
LINK_LIMIT = 2048
MOST = 100


@method(
    "bookmarks.add",
    args="channel_id title type emoji entity_id link parent_id",
    scopes="bookmarks:write",
)
def add(call: Call) -> dict[str, Any]:
    channel = channels.find(call.args.required("channel_id"), call.bot)
    if not channels.is_member(channel, call.bot):
        raise ApiError("not_in_channel")
    title, link = call.args.required("title"), call.args.required("link")
    if call.args.required("type") != "link":
        raise ApiError("invalid_bookmark_type")
    if not link.startswith(("https://", "http://")) or len(link) > LINK_LIMIT:
        raise ApiError("invalid_link")
    if len(title) > TITLE_LIMIT:
        raise ApiError("invalid_arguments", f"[ERROR] title: at most {TITLE_LIMIT} characters")
    if channel.bookmarks.count() >= MOST:
        raise ApiError("too_many_bookmarks")
    row = Bookmark.objects.create(
        id=state.next_id("Bk"),
        channel=channel,
        title=title,
        link=link,
        emoji=call.args.string("emoji"),
        created=int(clock.now()),
    )
    return {"bookmark": _shown(row)}


def _shown(row: Bookmark) -> dict[str, Any]:
    return {
        "id": row.id,
        "channel_id": row.channel_id,
        "title": row.title,
        "link": row.link,
        "emoji": row.emoji,
        "type": "link",
        "date_created": row.created,
    }
