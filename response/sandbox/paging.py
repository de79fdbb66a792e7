"""Cursors: pages of what the Web API lists."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from response.sandbox.arguments import Arguments
from response.sandbox.errors import ApiError

Item = TypeVar("Item")


def page(
    items: Sequence[Item], args: Arguments, *, default: int, most: int
) -> tuple[list[Item], dict[str, Any]]:
    """One page, and the ``response_metadata`` with the cursor of the next."""
    limit = args.integer("limit", 0, 0, most) or default
    start = _offset(args.string("cursor"))
    chosen = list(items[start : start + limit])
    following = start + limit
    cursor = _cursor(following) if following < len(items) else ""
    return chosen, {"response_metadata": {"next_cursor": cursor}}


def _cursor(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        label, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        if label == "next":
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise ApiError("invalid_cursor")
