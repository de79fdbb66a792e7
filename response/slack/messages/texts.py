"""Summary and impact in the channel: the present text, and a proposed one with a Yes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response import text
from response.core.models import Incident
from response.slack import limits
from response.slack.block_kit import Button, Context, Section, Text
from response.slack.messages import wording
from response.slack.models import Proposal
from response.slack.payloads import section_text

Json = dict[str, Any]

CHANGE_SUMMARY_ACTION = "update-current-summary-action"
CHANGE_IMPACT_ACTION = "update-current-impact-action"
SET_PROPOSED_ACTION = "set-proposed-text-action"
# 0.5.1's Yes, below texts that it posted: the text stood in the message alone.
SET_POSTED_SUMMARY_ACTION = "set-new-summary-action"
SET_POSTED_IMPACT_ACTION = "set-new-impact-action"

CHANGE_ACTIONS = {"summary": CHANGE_SUMMARY_ACTION, "impact": CHANGE_IMPACT_ACTION}
NOT_SET = {
    "summary": "This incident doesn't have a summary yet.",
    "impact": "The impact of this incident hasn't been set yet.",
}
PROPOSED_BLOCK = "proposed"
# Room for the line above the text.
TEXT_LENGTH = limits.SECTION_TEXT - 100


def current_text(
    incident: Incident, field: str, proposal: Proposal | None
) -> tuple[str, list[Json]]:
    """The text of ``field`` with a Change button, and ``proposal`` with a Yes button.

    Returns the text that stands for the blocks, and the blocks.
    """
    present = getattr(incident, field) or ""
    change = Button("Change", CHANGE_ACTIONS[field], value=incident.pk, label=f"Change the {field}")
    if present:
        blocks = _text_section("update", f"This is the current {field}:", present, change)
    else:
        blocks = [Section("update", Text(NOT_SET[field]), accessory=change).serialize()]
    if proposal is not None:
        yes = Button("Yes", SET_PROPOSED_ACTION, value=proposal.pk, label=f"Set this {field}")
        blocks += _text_section(PROPOSED_BLOCK, _question(field), proposal.text, yes)
    if len(present) > TEXT_LENGTH:
        more = Text(f"The whole {field} is in {wording.document(incident)}.")
        blocks.append(Context([more], block_id="more").serialize())
    return _fallback(field, present, proposal), blocks


def posted_proposal(message: Mapping[str, Any], field: str) -> str:
    """The text that a message of 0.5.1 proposes, in wire form; empty if it proposes none."""
    heading, _, proposed = section_text(message, PROPOSED_BLOCK).partition("\n")
    return text.from_slack(proposed).strip() if heading == f"*{_question(field)}*" else ""


def text_set(incident: Incident, field: str) -> str:
    """The announcement that ``field`` has a new text."""
    new = getattr(incident, field) or ""
    if not new:
        return f"The {field} has been removed."
    return f"*The {field} has been updated to:*\n{wording.said(new, TEXT_LENGTH)}"


def _question(field: str) -> str:
    return f"Or would you like to update the {field} to this?"


def _text_section(block_id: str, heading: str, wire: str, button: Button) -> list[Json]:
    written = Text(f"*{heading}*\n{wording.said(wire, TEXT_LENGTH)}", verbatim=True)
    return [Section(block_id, written, accessory=button).serialize()]


def _fallback(field: str, present: str, proposal: Proposal | None) -> str:
    written = wording.said(present, TEXT_LENGTH) if present else NOT_SET[field]
    question = f" Update the {field} to what was just proposed?" if proposal else ""
    return f"{written}{question}"
