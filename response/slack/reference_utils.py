"""0.5.1's names for reading and writing references; see ``response.text`` for the rest."""

from __future__ import annotations

from response import text
from response.core.names import names_mentioned_in


def channel_reference(channel_id: str | None) -> str | None:
    """``<#C…>``, None without an id."""
    return None if channel_id is None else text.channel_reference(channel_id)


def user_reference(user_id: str) -> str:
    """``<@U…>``."""
    return text.user_reference(user_id)


def reference_to_id(value: str | None) -> str | None:
    """The id of the person who is mentioned first, None if nobody is."""
    return text.first_user_id(value or "")


def slack_to_human_readable(value: str | None) -> str:
    """References as names: ``@ana``, ``#general``; entities stay, so that it is no markup.

    Names are those that we know; Slack is not asked.
    """
    wire = value or ""
    return text.from_plain(text.to_plain(wire, names_mentioned_in([wire])))
