"""How values are shown: texts as people read them, JSON without secrets and addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from response import text
from response.core.names import names_mentioned_in

# Where the page of a list leaves the names of whom its texts mention.
NAMES = "_response_names"
EMPTY = "-"
SHORT = 80
# Browsers are slow with more, and nobody reads it.
LONGEST_JSON = 50_000


@cache
def shown_plain(field: str, limit: int | None = None) -> Callable[[Model], str]:
    """A column (or read-only field) that shows the wire form in ``field`` as plain text.

    The same function for the same arguments, since the admin compares them. At most ``limit``
    characters.
    """

    def show(row: Model) -> str:
        wire = getattr(row, field) or ""
        names = getattr(row, NAMES, None)
        if names is None:
            names = names_mentioned_in([wire])
        cut = wire if limit is None else text.truncate(wire, limit)
        return text.to_plain(cut, names) or EMPTY

    show.__name__ = field
    show.short_description = field.replace("_", " ")  # type: ignore[attr-defined]
    return show


def pretty_json(value: Any) -> SafeString | str:
    """JSON over many lines, whatever characters are in it."""
    if value in (None, "", {}, []):
        return EMPTY
    lines = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    # Half a surrogate cannot be sent to a browser.
    lines = lines.encode("utf-8", "backslashreplace").decode()
    if len(lines) > LONGEST_JSON:
        lines = f"{lines[:LONGEST_JSON]}\n… ({len(lines)} characters in all)"
    return format_html('<pre class="response-json">{}</pre>', lines)
