"""Slack's rules for the name of a channel.

Lower-case letters, digits, hyphens and underscores, 80 at most.
https://docs.slack.dev/reference/methods/conversations.create
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHANNEL_NAME = 80


def channel_name(text: str, limit: int = MAX_CHANNEL_NAME) -> str:
    """``text`` as Slack takes it for a channel's name: "DB down!" becomes "db-down".

    Accents are dropped. Letters outside ASCII stay where nothing else would be left, for
    Slack to judge; empty where ``text`` holds no letter or digit at all.
    """
    folded = unicodedata.normalize("NFKD", text.casefold())
    ascii_only = folded.encode("ascii", "ignore").decode()
    return _slug(ascii_only, limit) or _slug(unicodedata.normalize("NFKC", text.lower()), limit)


def prefixed_channel_name(text: str, prefix: str = "inc-") -> str:
    """The same with ``prefix`` in front, unless it is there; empty if no name is left."""
    name = channel_name(text)
    if not name or name.startswith(prefix):
        return name
    return (prefix + name)[:MAX_CHANNEL_NAME].rstrip("-_")


def _slug(text: str, limit: int) -> str:
    hyphenated = re.sub(r"[^\w]+", "-", text)
    return re.sub(r"-{2,}", "-", hyphenated).strip("-_")[:limit].rstrip("-_")
