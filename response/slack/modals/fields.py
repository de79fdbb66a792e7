"""Input blocks of our modals, and the lengths that their texts may have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from response import text
from response.slack import limits
from response.slack.block_kit import StaticSelect, StaticSelectOption, plain_text

Json = dict[str, Any]

# As a person counts them.
TITLE_LENGTH = 200
# The column of the title: entities and links make it longer than what is seen.
STORED_TITLE_LENGTH = 1200


def input_block(
    name: str, label: str, element: Json, *, optional: bool, hint: str = "", placeholder: str = ""
) -> Json:
    """An input block; ``name`` is the id of the block and of its element."""
    element = {**element, "action_id": name}
    if placeholder:
        element["placeholder"] = plain_text(placeholder, limits.PLACEHOLDER)
    block: Json = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, limits.INPUT_LABEL),
        "optional": optional,
        "element": element,
    }
    return block | {"hint": plain_text(hint, limits.INPUT_HINT)} if hint else block


def title_input(line: str) -> Json:
    """A line of text, prefilled; references in it count as what a person sees of them."""
    unseen = len(line) - text.visible_length(text.from_editable(line))
    longest = min(max(TITLE_LENGTH + unseen, len(line)), limits.INPUT_VALUE)
    element: Json = {"type": "plain_text_input", "multiline": False, "max_length": longest}
    return element | {"initial_value": line[:longest]} if line else element


def text_input(editable: str) -> Json:
    """Several lines of text, prefilled; ``editable`` must fit in 3,000 characters."""
    element: Json = {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": limits.INPUT_VALUE,
    }
    return element | {"initial_value": editable} if editable else element


def people_select(external_id: str) -> Json:
    """A choice of one person."""
    element: Json = {"type": "users_select"}
    return element | {"initial_user": external_id} if external_id else element


def static_select(options: Sequence[tuple[str, str]], chosen: str) -> Json:
    """A choice of one of ``options``, each ``(value, words)``."""
    choices = [StaticSelectOption(words, value) for value, words in options]
    return StaticSelect(choices, "", initial_value=chosen or None).serialize()


def radio_buttons(options: Sequence[tuple[str, str]], chosen: str) -> Json:
    """The same with all options in sight."""
    choices = [StaticSelectOption(words, value).serialize() for value, words in options]
    initial = next(choice for choice in choices if choice["value"] == chosen)
    return {"type": "radio_buttons", "options": choices, "initial_option": initial}


def checkboxes(options: Sequence[tuple[str, str]]) -> Json:
    """Any of ``options``, none of them chosen."""
    choices = [StaticSelectOption(words, value).serialize() for value, words in options]
    return {"type": "checkboxes", "options": choices}


def split_title(editable: str) -> tuple[str, str]:
    """The title that fits, and what has to go elsewhere: nothing of it is lost.

    The title is the first line, as far as whole words (and references) of it fit.
    """
    first, _, below = editable.strip().partition("\n")
    kept = ""
    for piece in re.findall(r"<[^<>\n]*>|[^\s<]+|<|\s+", first):
        if not _fits(kept + piece):
            kept = kept or _as_much_as_fits(piece)
            break
        kept += piece
    rest = "\n".join(part for part in (first[len(kept) :].strip(), below.strip()) if part)
    return kept.strip(), rest


def _fits(editable: str) -> bool:
    wire = text.from_editable(editable)
    return text.visible_length(wire) <= TITLE_LENGTH and len(wire) <= STORED_TITLE_LENGTH


def _as_much_as_fits(word: str) -> str:
    """The beginning of a word that alone is too long; a reference is not cut."""
    return "" if word.startswith("<") else word[:TITLE_LENGTH]
