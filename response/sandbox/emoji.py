"""The emoji that the workspace knows, by Slack's short names.

The names are those of the ``emoji`` library, whose aliases are GitHub's and thereby nearly
Slack's, with Slack's own where they differ. Another name is refused as ``invalid_name``.
"""

from __future__ import annotations

import re
from typing import Any

import emoji

_FULLY_QUALIFIED = 2
_SLACKS_OWN = {
    "thinking_face": "🤔",
    "face_palm": "🤦",
    "shrug": "🤷",
    "raised_hand": "✋",
    "memo": "📝",
    "open_book": "📖",
    "satellite_antenna": "📡",
    "medal": "🎖️",
    "sports_medal": "🏅",
    "octagonal_sign": "🛑",
    "large_orange_circle": "🟠",
    "large_yellow_circle": "🟡",
    "large_green_circle": "🟢",
    "large_purple_circle": "🟣",
    "large_brown_circle": "🟤",
    "double_vertical_bar": "⏸️",
    "black_square_for_stop": "⏹️",
    "email": "✉️",
    "waving_white_flag": "🏳️",
}


def _library() -> dict[str, str]:
    """Short name -> character. Skin tones are written behind a name, and have none."""
    names: dict[str, str] = {}
    for character, entry in emoji.EMOJI_DATA.items():
        if entry["status"] != _FULLY_QUALIFIED or "_skin_tone" in entry["en"]:
            continue
        for name in entry.get("alias") or [entry["en"]]:
            if re.fullmatch(r":[a-z0-9_'+-]+:", name):
                names.setdefault(name.strip(":"), character)
    return names


EMOJI: dict[str, str] = {**_library(), **_SLACKS_OWN}
# The name that Slack gives back for a character: its own, else the first.
_SHORT_NAMES = {
    character: name for name, character in [*reversed(EMOJI.items()), *_SLACKS_OWN.items()]
}
_TONES = frozenset(f"skin-tone-{number}" for number in range(2, 7))


def is_known(name: str) -> bool:
    """Whether a reaction may have this name; a skin tone may follow ``::``."""
    base, _, tone = name.partition("::")
    return base in EMOJI and (not tone or tone in _TONES)


def to_short_names(text: str) -> str:
    """Characters as Slack stores them: ``🔥`` -> ``:fire:``."""
    return emoji.replace_emoji(text, _short_name)


def _short_name(character: str, entry: dict[str, Any]) -> str:
    # Without the selector that asks for the coloured form, it is the same emoji.
    name = _SHORT_NAMES.get(character) or _SHORT_NAMES.get(f"{character}\ufe0f")
    return f":{name}:" if name else character
