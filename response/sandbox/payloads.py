"""Slack's JSON for the things of the workspace: one function for each, no queries inside.

Shapes: https://docs.slack.dev/reference/objects and /reference/events.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from response.sandbox.conf import conf
from response.sandbox.models import Channel, Message, Pin, Reaction, Team, User, View

Object = dict[str, Any]


def permalink(channel_id: str, ts: str) -> str:
    return f"{conf.url}?channel={channel_id}&ts={ts}"


def message(team: Team, row: Message) -> Object:
    """A message as history, events and interactions show it."""
    body: Object = {"type": "message", "user": row.user_id, "text": row.text, "ts": row.ts}
    if row.subtype:
        body["subtype"] = row.subtype
    else:
        body["team"] = row.author_team_id or team.id
    body |= {name: value for name, value in _optional_members(row).items() if value}
    if row.bot_id:
        body |= {"app_id": team.app_id, "bot_profile": _bot_profile(team)}
    if row.edited_ts:
        body["edited"] = {"user": row.edited_by, "ts": row.edited_ts}
    body |= row.extra
    return body


def _optional_members(row: Message) -> Object:
    return {
        "bot_id": row.bot_id,
        "username": row.username,
        "client_msg_id": row.client_msg_id,
        "blocks": row.blocks,
        "attachments": row.attachments,
        "metadata": row.metadata,
        "thread_ts": row.thread_ts,
    }


def _bot_profile(team: Team) -> Object:
    return {
        "id": team.bot_id,
        "app_id": team.app_id,
        "user_id": team.bot_user_id,
        "name": "incident",
        "deleted": False,
        "team_id": team.id,
    }


def reactions(rows: Iterable[Reaction]) -> list[Object]:
    by_name: dict[str, list[str]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row.user_id)
    return [{"name": name, "users": users, "count": len(users)} for name, users in by_name.items()]


def pin_item(team: Team, pin: Pin, row: Message) -> Object:
    pinned = message(team, row) | {
        "permalink": permalink(row.channel_id, row.ts),
        "pinned_to": [row.channel_id],
        "pinned_info": _pinned_info(pin, row),
    }
    return {
        "type": "message",
        "channel": row.channel_id,
        "created": pin.created,
        "created_by": pin.user_id,
        "message": pinned,
    }


def _pinned_info(pin: Pin, row: Message) -> Object:
    return {"channel": row.channel_id, "pinned_by": pin.user_id, "pinned_ts": pin.created}


def pin_event(team: Team, pin: Pin, row: Message, count: int) -> Object:
    """What ``pin_added`` and ``pin_removed`` have in common."""
    return {
        "channel_id": row.channel_id,
        "item": pin_item(team, pin, row),
        "item_user": row.user_id,
        "pin_count": count,
        "pinned_info": _pinned_info(pin, row),
    }


def channel(row: Channel, *, is_member: bool) -> Object:
    shared = {"id": row.id, "created": row.created, "is_archived": row.is_archived}
    if row.is_im:
        return {**shared, "is_im": True, "is_org_shared": False, "priority": 0}
    return {
        **shared,
        "name": row.name,
        "name_normalized": row.name,
        # Since 2021 private channels are channels, too; what counts is `is_private`.
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": row.is_private,
        "is_general": row.is_general,
        "is_member": is_member,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "creator": row.creator_id,
        "topic": {"value": row.topic, "creator": row.creator_id, "last_set": row.created},
        "purpose": {"value": row.purpose, "creator": row.creator_id, "last_set": row.created},
        "previous_names": [],
    }


def channel_renamed(row: Channel) -> Object:
    """The object inside ``channel_rename`` and ``group_rename``."""
    return {
        "id": row.id,
        "name": row.name,
        "name_normalized": row.name,
        "created": row.created,
        "is_channel": True,
        "is_mpim": False,
    }


def user(team: Team, row: User, *, with_email: bool = True) -> Object:
    team_id = row.other_team_id or team.id
    profile: Object = {
        "display_name": row.display_name,
        "display_name_normalized": row.display_name,
        "real_name": row.real_name,
        "real_name_normalized": row.real_name,
        "team": team_id,
    }
    if with_email and row.email:
        profile["email"] = row.email
    if row.is_bot:
        profile |= {"bot_id": team.bot_id, "api_app_id": team.app_id}
    stranger = {"is_stranger": True} if row.other_team_id else {}
    return {
        **stranger,
        "id": row.id,
        "team_id": team_id,
        "name": row.name,
        "real_name": row.real_name,
        "deleted": row.deleted,
        "color": row.color,
        "tz": row.tz,
        "is_bot": row.is_bot,
        "is_app_user": False,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": row.is_restricted,
        "is_ultra_restricted": False,
        "profile": profile,
        "updated": row.updated,
    }


def view(team: Team, row: View, values: Object | None = None) -> Object:
    """A modal; ``values`` are what the person entered, if they are not the stored ones."""
    definition = row.definition
    return {
        "id": row.id,
        "team_id": team.id,
        "type": "modal",
        "title": definition["title"],
        "submit": definition.get("submit"),
        "close": definition.get("close"),
        "blocks": definition["blocks"],
        "private_metadata": definition.get("private_metadata", ""),
        "callback_id": definition.get("callback_id", ""),
        "external_id": row.external_id,
        "clear_on_close": definition.get("clear_on_close", False),
        "notify_on_close": definition.get("notify_on_close", False),
        "submit_disabled": definition.get("submit_disabled", False),
        "state": {"values": row.values if values is None else values},
        "hash": row.hash,
        "root_view_id": row.root_id,
        "previous_view_id": row.previous_id or None,
        "app_id": team.app_id,
        "app_installed_team_id": team.id,
        "bot_id": team.bot_id,
    }
