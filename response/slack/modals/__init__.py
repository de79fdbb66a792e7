"""The modals: what they show of an incident, and what somebody filled in.

Block ids are those of 0.5.1's dialog elements, each with one element of the same id.
"""

from response.slack.modals.forms import (
    CHANGE_TEXT_MODAL,
    DECLARE_MODAL,
    EDIT_MODAL,
    IMPACT,
    INCIDENT_TYPE,
    LEAD,
    OF_AN_INCIDENT,
    PRIVATE,
    REPORT,
    SEVERITY,
    SUMMARY,
    change_text_modal,
    declare_modal,
    edit_modal,
)
from response.slack.modals.submitted import (
    Declaration,
    Edit,
    parse_changed_text,
    parse_declaration,
    parse_edit,
)

# Seconds for opening one: Slack waits 3 for our answer, of which some is our own work.
PATIENCE = 2.2

__all__ = [
    "CHANGE_TEXT_MODAL",
    "DECLARE_MODAL",
    "EDIT_MODAL",
    "IMPACT",
    "INCIDENT_TYPE",
    "LEAD",
    "OF_AN_INCIDENT",
    "PATIENCE",
    "PRIVATE",
    "REPORT",
    "SEVERITY",
    "SUMMARY",
    "Declaration",
    "Edit",
    "change_text_modal",
    "declare_modal",
    "edit_modal",
    "parse_changed_text",
    "parse_declaration",
    "parse_edit",
]
