"""Slash commands. https://docs.slack.dev/interactivity/implementing-slash-commands"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from response.slack.payloads.fields import Fields


@dataclass(frozen=True, kw_only=True)
class SlashCommand:
    """``/incident …`` as somebody sent it; ``text`` is what follows the command."""

    command: str
    text: str
    user_id: str
    channel_id: str
    trigger_id: str = field(repr=False)
    user_name: str = ""
    channel_name: str = ""
    team_id: str = ""
    enterprise_id: str = ""
    response_url: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class SslCheck:
    """Slack tries whether our certificate is good; wants a 200 and nothing else."""


def parse_slash_command(form: Mapping[str, str]) -> SlashCommand | SslCheck:
    """Read the form that Slack posts to a slash command's URL."""
    if form.get("ssl_check") and not form.get("command"):
        return SslCheck()
    fields = Fields(form)
    return SlashCommand(
        command=fields.id("command"),
        text=fields.maybe_text("text"),
        user_id=fields.id("user_id"),
        channel_id=fields.id("channel_id"),
        trigger_id=fields.id("trigger_id"),
        user_name=fields.maybe_id("user_name"),
        channel_name=fields.maybe_id("channel_name"),
        team_id=fields.maybe_id("team_id"),
        enterprise_id=fields.maybe_id("enterprise_id"),
        response_url=fields.maybe_text("response_url"),
    )
