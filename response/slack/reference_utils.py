"""0.5.1's names for reading and writing references: each warns, and names today's.

They are in ``response.text``, which has the other ways in and out of Slack's wire form, too.
"""

from __future__ import annotations

import warnings

from response import text
from response.core.names import names_mentioned_in


def channel_reference(channel_id: str | None) -> str | None:
    """``<#C…>``, None without an id. Deprecated: ``response.text.channel_reference``."""
    _warn("channel_reference", "channel_reference(channel_id)")
    return None if channel_id is None else text.channel_reference(channel_id)


def user_reference(user_id: str) -> str:
    """``<@U…>``. Deprecated: ``response.text.user_reference``."""
    _warn("user_reference", "user_reference(user_id)")
    return text.user_reference(user_id)


def reference_to_id(value: str | None) -> str | None:
    """The id of the person who is mentioned first, None if nobody is.

    Deprecated: ``response.text.first_user_id``.
    """
    _warn("reference_to_id", "first_user_id(value)")
    return text.first_user_id(value or "")


def slack_to_human_readable(value: str | None) -> str:
    """References as names: ``@ana``, ``#general``; entities stay, so that it is no markup.

    Names are those that we know; Slack is not asked. Deprecated: ``response.text.to_plain``,
    which is text for reading, or ``response.text.to_html``.
    """
    _warn("slack_to_human_readable", "to_plain(value, names), or to_html(value, names)")
    wire = value or ""
    return text.from_plain(text.to_plain(wire, names_mentioned_in([wire])))


def _warn(old: str, new: str) -> None:
    warnings.warn(
        f"response.slack.reference_utils.{old} is deprecated: use response.text.{new}.",
        DeprecationWarning,
        stacklevel=3,
    )
