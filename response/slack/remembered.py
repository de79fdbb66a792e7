"""What a form remembers while it is open: a JSON object in its ``private_metadata``.

Slack sends it back as it was, and shows it to nobody. A host's own form may remember anything.
https://docs.slack.dev/reference/views/modal-views
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from response.slack.payloads import row_number

Remembered = Mapping[str, Any]


def read(private_metadata: str) -> Remembered:
    """The object; empty for anything else."""
    try:
        found = json.loads(private_metadata or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def incident_number(remembered: Remembered) -> int | None:
    """The incident that one of our own forms was opened for."""
    number = remembered.get("incident")
    return row_number(str(number)) if isinstance(number, int) else None


def channel_id(remembered: Remembered) -> str:
    """Where the form was opened; empty if it does not say."""
    return _text(remembered, "channel")


def response_url(remembered: Remembered) -> str:
    """Where who opened it can be answered; empty if it does not say."""
    return _text(remembered, "response_url")


def _text(remembered: Remembered, name: str) -> str:
    value = remembered.get(name)
    return value if isinstance(value, str) else ""
