"""What the app was installed with: scopes, event subscriptions, slash commands.

Defaults of a new workspace, the same as in the app manifest that the product documents.
A row of ``Team`` holds the copy that counts, so a test can take a scope away.
"""

from __future__ import annotations

from typing import Any

SCOPES = (
    "app_mentions:read",
    "bookmarks:write",
    "canvases:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "usergroups:read",
    "users:read",
    "users:read.email",
)

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_rename",
    "channel_unarchive",
    "group_archive",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "team_join",
    "tokens_revoked",
    "user_change",
)


def scopes() -> list[str]:
    return list(SCOPES)


def events() -> list[str]:
    return list(EVENTS)


def commands() -> list[dict[str, Any]]:
    return [
        {
            "command": "/incident",
            "description": "Declare an incident",
            "usage_hint": "[what is happening?]",
            "should_escape": True,
        }
    ]
