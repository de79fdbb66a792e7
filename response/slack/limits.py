"""Slack's limits, and the one place that cuts to them.

One field that is too long rejects a whole message, so that everything we send is cut here
first; a cut never goes through an entity or a reference.
https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from response import text
from response.slack.channel_names import MAX_CHANNEL_NAME as CHANNEL_NAME

__all__ = ["CHANNEL_NAME", "cut_mrkdwn", "cut_plain"]

MESSAGE_TEXT = 4000
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
TOPIC = 250

SECTION_TEXT = 3000
SECTION_FIELDS = 10
FIELD_TEXT = 2000
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
ACTIONS_ELEMENTS = 25

BUTTON_TEXT = 75
BUTTON_VALUE = 2000
OPTION_TEXT = 75
OPTION_VALUE = 150
OPTIONS = 100
OVERFLOW_OPTIONS = 5
PLACEHOLDER = 150
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30

INPUT_LABEL = 2000
INPUT_HINT = 2000
INPUT_VALUE = 3000
VIEW_TITLE = 24
PRIVATE_METADATA = 3000
IDENTIFIER = 255


def cut_plain(plain: str, limit: int) -> str:
    """Plain text of ``limit`` characters at most, "…" where something is missing."""
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def cut_mrkdwn(wire: str, limit: int) -> str:
    """Wire form of ``limit`` characters at most as Slack counts them, entities and all."""
    if len(wire) <= limit:
        return wire
    # How many characters a person sees of those is found by halving.
    fits, too_many = 0, limit + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if len(text.truncate(wire, middle)) <= limit:
            fits = middle
        else:
            too_many = middle
    return text.truncate(wire, fits)
