"""The headline post: what it shows of an incident, and its row of buttons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from response import logs, text
from response.core.models import Incident
from response.slack import limits, registry
from response.slack.block_kit import Confirm, Section, Text
from response.slack.discretion import log_exception
from response.slack.messages import wording
from response.slack.models import CommsChannel, HeadlinePost

logger = logs.get_logger("response.slack.messages")

Json = dict[str, Any]


def headline(post: HeadlinePost) -> tuple[list[Json], str]:
    """The blocks of an incident's headline post, and the text that stands for them."""
    incident = post.incident
    return headline_blocks(incident, post.comms_channel, _elements(post)), _fallback(incident)


def headline_blocks(
    incident: Incident, comms_channel: CommsChannel | None, elements: Sequence[Json]
) -> list[Json]:
    """Title, people, state and links; below them ``elements``, the buttons."""
    blocks = [
        _text("report", wording.title(incident, limits.SECTION_TEXT - 2)),
        Section(block_id="facts", fields=_facts(incident)).serialize(),
        _text("links", _links(incident, comms_channel)),
    ]
    rows = range(0, len(elements), limits.ACTIONS_ELEMENTS)
    for number, start in enumerate(rows):
        block_id = f"actions-{number}" if number else "actions"
        row = list(elements[start : start + limits.ACTIONS_ELEMENTS])
        blocks.append({"type": "actions", "block_id": block_id, "elements": row})
    return blocks


def close_confirmation(incident: Incident) -> Confirm:
    """What the Close button asks first."""
    asked = wording.title(incident, limits.CONFIRM_TEXT - 120)
    return Confirm(
        title="Close this incident?",
        text=f"{asked}\nThe lead, or else the reporter, will be asked for the report. "
        "It can be opened again.",
        confirm="Close it",
        deny="Keep it open",
    )


def _facts(incident: Incident) -> list[Text]:
    severity = (incident.severity_text() or wording.NOBODY).capitalize()
    lines = (
        f"🙋 *Reporter:* {wording.person(incident.reporter)}",
        f"👩‍🚒 *Lead:* {wording.person(incident.lead)}",
        f"{incident.status_emoji()} *Status:* {incident.status_text().capitalize()}",
        f"{incident.severity_emoji()} *Severity:* {severity}",
    )
    return [Text(line, verbatim=True) for line in lines]


def _links(incident: Incident, comms_channel: CommsChannel | None) -> str:
    lines = [f"📄 *Document:* {wording.document(incident)}"]
    if comms_channel is not None:
        reference = text.channel_reference(comms_channel.channel_id)
        lines.append(f"🗣 *Comms channel:* {reference}")
    return "\n".join(lines)


def _fallback(incident: Incident) -> str:
    state = f"{incident.status_emoji()} {incident.status_text().capitalize()}"
    return f"{state}: {wording.title(incident)} reported by {wording.person(incident.reporter)}"


def _text(block_id: str, written: str) -> Json:
    return Section(block_id=block_id, text=Text(written, verbatim=True)).serialize()


def _elements(post: HeadlinePost) -> list[Json]:
    """What each ``@headline_post_action`` for this state adds; one that fails is left out.

    Of two with the same ``action_id`` the first stays: Slack would refuse the whole post.
    """
    found: dict[str, Json] = {}
    state = "closed" if post.incident.is_closed() else "open"
    for handler in registry.headline_actions:
        if handler.name not in (state, "always"):
            continue
        try:
            element = handler.function(post)
            shown = element.serialize() if hasattr(element, "serialize") else element
        except Exception:  # noqa: BLE001 (logged below)
            failure = "The headline action %s failed"
            log_exception(logger, failure, handler.path, incident=post.incident)
            continue
        if shown:
            found.setdefault(str(shown.get("action_id", handler.path)), shown)
    return list(found.values())
