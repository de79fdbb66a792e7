"""A person as Slack describes them. https://docs.slack.dev/reference/objects/user-object"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from response.slack.payloads.fields import Fields

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Names and standing of a person.

    ``email`` is None where Slack does not tell it (without the scope ``users:read.email``,
    and of most bots). A guest is restricted, in one channel only even ultra-restricted.
    """

    user_id: str
    handle: str
    display_name: str
    full_name: str
    email: str | None
    team_id: str
    deleted: bool
    is_bot: bool
    is_restricted: bool
    is_ultra_restricted: bool


def parse_profile(user: Mapping[str, Any]) -> Profile:
    """The user object of ``users.info``, ``users.list``, ``user_change`` and ``team_join``."""
    fields = Fields(user, "user")
    profile = fields.maybe_child("profile")
    user_id = fields.id("id")
    handle = fields.maybe_text("name")
    real_name = profile.maybe_text("real_name") or fields.maybe_text("real_name")
    display_name = profile.maybe_text("display_name") or profile.maybe_text(
        "display_name_normalized"
    )
    return Profile(
        user_id=user_id,
        handle=handle,
        display_name=display_name or handle or real_name or user_id,
        full_name=real_name or handle or user_id,
        email=profile.maybe_text("email") or None,
        team_id=fields.maybe_id("team_id"),
        deleted=fields.flag("deleted"),
        is_bot=fields.flag("is_bot") or user_id == SLACKBOT,
        is_restricted=fields.flag("is_restricted"),
        is_ultra_restricted=fields.flag("is_ultra_restricted"),
    )
