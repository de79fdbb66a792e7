"""The modals that we open, filled in with what is there.

https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import json
from typing import Any

from response import text
from response.core.models import Incident
from response.core.severity import SEVERITIES
from response.slack import limits
from response.slack.block_kit import Section, Text, plain_text
from response.slack.messages import wording
from response.slack.modals import fields
from response.slack.modals.fingerprints import TEXTS, editable_values, fingerprints

Json = dict[str, Any]

DECLARE_MODAL = "incident-report-dialog"
EDIT_MODAL = "incident-edit-dialog"
CHANGE_TEXT_MODAL = "incident-text-dialog"
# They remember which.
OF_AN_INCIDENT = frozenset({EDIT_MODAL, CHANGE_TEXT_MODAL})

# Block ids, and the ids of the one element in each.
REPORT = "report"
INCIDENT_TYPE = "incident_type"
SUMMARY = "summary"
IMPACT = "impact"
LEAD = "lead"
SEVERITY = "severity"
PRIVATE = "private"

INCIDENT_TYPES = (
    ("live", "Yes - this is a live incident happening right now"),
    ("report", "No - this is just a report of something that happened"),
)
HINTS = {IMPACT: "Think about affected people, systems, and processes"}
PLACEHOLDERS = {
    SUMMARY: "Can you share any more details?",
    IMPACT: "Who or what might be affected?",
}


def declare_modal(
    *,
    title: str = "",
    report_channel: bool = False,
    may_be_private: bool = False,
    private_metadata: str = "",
) -> Json:
    """The form that declares an incident.

    ``title`` is what was typed after the command; what a title cannot hold of it stands in
    the summary. ``report_channel``: whether there is a place for a mere report;
    ``may_be_private``: whether it offers to keep the incident private.
    """
    kept, summary = fields.split_title(title)
    # A command's text is shorter than title and summary together; should Slack change that,
    # the end is not lost either.
    summary, impact = summary[: limits.INPUT_VALUE], summary[limits.INPUT_VALUE :]
    blocks = [_title_block(" ".join(kept.split()))]
    if report_channel:
        choice = fields.radio_buttons(INCIDENT_TYPES, "live")
        label = "Is this a live incident?"
        blocks.append(fields.input_block(INCIDENT_TYPE, label, choice, optional=False))
    blocks += [
        _text_block(SUMMARY, summary),
        _text_block(IMPACT, impact[: limits.INPUT_VALUE]),
        _lead_block(""),
        _severity_block(""),
    ]
    if may_be_private:
        blocks.append(_private_block())
    return _modal(DECLARE_MODAL, "Declare an incident", "Declare", blocks, private_metadata)


def edit_modal(incident: Incident, *, channel_id: str = "") -> Json:
    """The form that changes an incident, with everything filled in.

    ``channel_id`` is where it is opened.
    """
    values = editable_values(incident)
    blocks = [_title_block(values[REPORT])]
    for name in TEXTS:
        fits = len(values[name]) <= limits.INPUT_VALUE
        blocks.append(_text_block(name, values[name]) if fits else _too_long(incident, name))
    blocks += [_lead_block(values[LEAD]), _severity_block(values[SEVERITY])]
    metadata = _remembered(incident, channel_id, was=fingerprints(values))
    return _modal(EDIT_MODAL, f"Edit Incident {incident.pk}", "Save", blocks, metadata)


def change_text_modal(incident: Incident, field: str, *, channel_id: str = "") -> Json:
    """The form that changes the summary or the impact alone, opened in ``channel_id``."""
    value = editable_values(incident)[field]
    title = f"Update {field}".title()
    metadata = _remembered(incident, channel_id, field=field)
    if len(value) > limits.INPUT_VALUE:
        return _modal(CHANGE_TEXT_MODAL, title, "", [_too_long(incident, field)], metadata)
    return _modal(CHANGE_TEXT_MODAL, title, "Update", [_text_block(field, value)], metadata)


def _remembered(incident: Incident, channel_id: str, **also: object) -> str:
    """What ``response.slack.remembered`` reads when the form comes back.

    Who opens it in a private incident's channel is in there, and may save it. In a channel
    that becomes private later, they need not be.
    """
    channel = {"channel": channel_id} if incident.private else {}
    return json.dumps({"incident": incident.pk, **channel, **also})


def _modal(callback_id: str, title: str, submit: str, blocks: list[Json], metadata: str) -> Json:
    view = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain_text(title, limits.VIEW_TITLE),
        "close": plain_text("Cancel", limits.VIEW_TITLE),
        "private_metadata": metadata,
        "blocks": blocks,
    }
    return view | {"submit": plain_text(submit, limits.VIEW_TITLE)} if submit else view


def _title_block(editable: str) -> Json:
    element = fields.title_input(editable)
    placeholder = "What's happened, in a sentence?"
    return fields.input_block(REPORT, "Title", element, optional=False, placeholder=placeholder)


def _text_block(name: str, editable: str) -> Json:
    return fields.input_block(
        name,
        name.capitalize(),
        fields.text_input(editable),
        optional=True,
        hint=HINTS.get(name, ""),
        placeholder=PLACEHOLDERS[name],
    )


def _lead_block(external_id: str) -> Json:
    element = fields.people_select(external_id)
    placeholder = "Who leads?"
    return fields.input_block(LEAD, "Lead", element, optional=True, placeholder=placeholder)


def _severity_block(severity: str) -> Json:
    """Optional until one is set; after that another can be chosen, and none cannot."""
    options = [(value, name.capitalize()) for value, name in SEVERITIES]
    element = fields.static_select(options, severity)
    optional = "initial_option" not in element
    placeholder = "How bad is it?"
    return fields.input_block(
        SEVERITY, "Severity", element, optional=optional, placeholder=placeholder
    )


def _private_block() -> Json:
    element = fields.checkboxes([(PRIVATE, "Keep it private")])
    hint = (
        "It is announced nowhere, its channel is private, and it exists only for you, its lead, "
        "who is in the channel, and those who may see all private incidents."
    )
    return fields.input_block(PRIVATE, "Privacy", element, optional=True, hint=hint)


def _too_long(incident: Incident, name: str) -> Json:
    """Says why a field is missing: cut in the form it would be saved cut."""
    length = text.visible_length(getattr(incident, name) or "")
    written = (
        f"*{name.capitalize()}*\nIt has {length:,} characters, and Slack's forms hold "
        f"{limits.INPUT_VALUE:,}. You can read it in {wording.document(incident)}; it stays as "
        "it is."
    )
    return Section(block_id=f"{name}-too-long", text=Text(written)).serialize()
