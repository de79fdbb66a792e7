"""Blocks as Slack keeps them and sends them back: with ids, and text in wire form."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from response.sandbox import text

Object = dict[str, Any]
_WITHOUT_ACTION = {"image", "plain_text", "mrkdwn"}


def stored_blocks(blocks: list[Object]) -> list[Object]:
    """A copy with a ``block_id`` and ``action_id`` wherever the app gave none.

    Texts come back escaped, so what an app compares with what it sent differs, as at Slack.
    """
    return [_stored_block(block) for block in blocks]


def elements_of(block: Object) -> list[Object]:
    """What a person can use in this block."""
    kind = block["type"]
    if kind == "section":
        found = [block["accessory"]] if "accessory" in block else []
    elif kind == "actions":
        found = block["elements"]
    else:
        found = [block["element"]] if kind == "input" else []
    return [element for element in found if element["type"] not in _WITHOUT_ACTION]


def find_element(
    blocks: list[Object], block_id: str, action_id: str
) -> tuple[Object, Object] | None:
    """The block and the element in it, by their ids."""
    for block, element in _all_elements(blocks):
        if block.get("block_id") == block_id and element.get("action_id") == action_id:
            return block, element
    return None


def _all_elements(blocks: list[Object]) -> Iterator[tuple[Object, Object]]:
    for block in blocks:
        for element in elements_of(block):
            yield block, element


def _stored_block(block: Object) -> Object:
    copy: Object = _with_wire_text(block)
    if copy["type"] == "markdown" or "block_id" not in copy:
        copy["block_id"] = _short_id()
    for element in elements_of(copy):
        element.setdefault("action_id", _short_id())
    return copy


def _with_wire_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_wire_text(item) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {name: _with_wire_text(item) for name, item in value.items()}
    if copy.get("type") in {"plain_text", "mrkdwn"} and isinstance(copy.get("text"), str):
        plain = copy["type"] == "plain_text"
        copy["text"] = text.from_app(copy["text"], plain=plain)
        copy.setdefault("emoji" if plain else "verbatim", plain)
    return copy


def _short_id() -> str:
    return secrets.token_urlsafe(4)
