"""By which key a delivery is recognised when Slack delivers it again."""

from __future__ import annotations

import json
from hashlib import sha256

from response.slack.payloads.commands import SlashCommand
from response.slack.payloads.events import EventCallback
from response.slack.payloads.interactions import (
    DialogSubmission,
    Interaction,
    ViewClosed,
    ViewSubmission,
)

MAX_KEY = 255


def dedup_key(parsed: EventCallback | SlashCommand | Interaction) -> str:
    """The key of a delivery, 255 characters at most.

    ``event_id`` of an event, ``view.id`` of a modal, a hash of the rest's ``trigger_id``: keys
    stand in logs, and whoever has a trigger may open modals in our name.
    """
    key = _key(parsed)
    if len(key) <= MAX_KEY:
        return key
    kind = key.partition(":")[0]
    return f"{kind}:{sha256(key.encode()).hexdigest()}"


def step_key(submission: ViewSubmission) -> str:
    """The key of one step of a modal that goes on: its view as it was, and what was typed."""
    state = json.dumps([submission.hash, submission.values], sort_keys=True, default=str)
    return f"step:{submission.view_id}:{sha256(state.encode()).hexdigest()}"


def _key(parsed: EventCallback | SlashCommand | Interaction) -> str:
    if isinstance(parsed, EventCallback):
        return f"event:{parsed.event_id}"
    if isinstance(parsed, ViewSubmission):
        return f"view:{parsed.view_id}"
    if isinstance(parsed, ViewClosed):
        return f"closed:{parsed.view_id}"
    if isinstance(parsed, DialogSubmission):
        return f"dialog:{parsed.callback_id}:{parsed.user_id}:{parsed.action_ts}"
    return f"trigger:{sha256(parsed.trigger_id.encode()).hexdigest()[:40]}"
