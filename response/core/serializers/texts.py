"""Texts within JSON that is stored as it was."""

from __future__ import annotations

from typing import Any

from response import text

#: Keys under which payloads and changes hold text in Slack's wire form.
TEXT_KEYS = frozenset({"report", "summary", "impact", "details"})


def as_typed(value: Any) -> Any:
    """Text in wire form as a person typed it; other values as they are."""
    return text.to_editable(value) if isinstance(value, str) else value
