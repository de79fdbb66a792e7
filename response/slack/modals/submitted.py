"""What somebody filled in: checked, and in wire form, or errors beside the fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from response import text
from response.conf import conf
from response.core.models import Incident
from response.core.severity import SEVERITIES
from response.exceptions import ResponseError
from response.slack import remembered
from response.slack.context import ModalContext
from response.slack.modals import fields
from response.slack.modals.fingerprints import TEXTS, fingerprint
from response.slack.modals.forms import PRIVATE
from response.slack.remembered import Remembered

Errors = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A new incident, its texts in wire form; None for what was left empty.

    ``channel_id`` and ``response_url`` are those of the command that opened the form.
    """

    report: str
    report_only: bool
    summary: str | None
    impact: str | None
    lead_id: str | None
    severity: str | None
    private: bool
    channel_id: str
    response_url: str


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What somebody changed: ``changes`` has values by field, ``people`` Slack ids (or None)."""

    incident_id: int
    changes: Mapping[str, str | None]
    people: Mapping[str, str | None]


def parse_declaration(context: ModalContext) -> Declaration | Errors:
    """The incident that the declare form describes, or ``{block_id: what is wrong}``."""
    values = {"report": "", **_values(context)}
    errors = _errors(values)
    private = bool(context.submission.get(PRIVATE))
    if private and not conf.private_incidents:
        # Allowed when the form was opened: it must not become public for that.
        errors[PRIVATE] = "Private incidents were just switched off here. Untick this to declare."
    if errors:
        return errors
    form = remembered.read(context.private_metadata)
    return Declaration(
        report=_title(values["report"]),
        report_only=values.get("incident_type") == "report",
        summary=_text(values.get("summary", "")),
        impact=_text(values.get("impact", "")),
        lead_id=values.get("lead") or None,
        severity=values.get("severity") or None,
        private=private,
        channel_id=remembered.channel_id(form),
        response_url=remembered.response_url(form),
    )


def parse_edit(context: ModalContext) -> Edit | Errors:
    """What differs from what the form was opened with, or ``{block_id: what is wrong}``."""
    form = remembered.read(context.private_metadata)
    was = form.get("was")
    was = was if isinstance(was, dict) else {}
    values = {
        name: value
        for name, value in _values(context).items()
        if fingerprint(value) != was.get(name)
    }
    errors = _errors(values)
    if values.get("severity") == "":
        errors["severity"] = "The severity cannot be unset: please choose another one."
    if errors:
        return errors
    changes: dict[str, str | None] = {name: _text(values[name]) for name in TEXTS if name in values}
    if "report" in values:
        changes["report"] = _title(values["report"])
    if "severity" in values:
        changes["severity"] = values["severity"]
    people = {"lead": values["lead"] or None} if "lead" in values else {}
    return Edit(incident_id=_incident_id(form), changes=changes, people=people)


def parse_changed_text(context: ModalContext) -> tuple[Incident, str, str | None]:
    """The incident as it is now, the field (``summary`` or ``impact``), and its new text.

    Raises ``ResponseError`` if the incident is gone.
    """
    form = remembered.read(context.private_metadata)
    field = form.get("field")
    if field not in TEXTS:
        raise ResponseError("This form is out of date: close it and open it again.")
    incident = Incident.objects.filter(pk=_incident_id(form)).first()
    if incident is None:
        raise ResponseError("That incident is gone.")
    return incident, field, _text(_values(context).get(field, ""))


def _values(context: ModalContext) -> dict[str, str]:
    """What each block holds, as a string; empty for nothing."""
    return {
        name: value.strip() if isinstance(value, str) else ""
        for name, value in context.submission.items()
    }


def _incident_id(form: Remembered) -> int:
    incident_id = remembered.incident_number(form)
    if incident_id is None:
        raise ResponseError("This form is out of date: close it and open it again.")
    return incident_id


def _errors(values: Mapping[str, str]) -> Errors:
    """What is wrong with the values that are there, by block id."""
    checks = {"report": _title_error, "lead": _lead_error, "severity": _severity_error}
    found = {name: check(values[name]) for name, check in checks.items() if name in values}
    return {name: error for name, error in found.items() if error}


def _title_error(value: str) -> str:
    wire = _title(value)
    length = text.visible_length(wire)
    if not wire:
        return "Please give it a title: what's happened, in a sentence?"
    if length > fields.TITLE_LENGTH:
        return (
            f"The title has {length} characters, and {fields.TITLE_LENGTH} are the most. "
            "Please put the rest in the summary."
        )
    if len(wire) > fields.STORED_TITLE_LENGTH:
        return "The links in the title are too long. Please put them in the summary."
    return ""


def _lead_error(value: str) -> str:
    return "" if re.fullmatch(r"([UW][A-Z0-9]{1,48})?", value) else "Please choose a person."


def _severity_error(value: str) -> str:
    if not value or value in dict(SEVERITIES):
        return ""
    return f"Please choose one of: {', '.join(name for _, name in SEVERITIES)}."


def _title(value: str) -> str:
    return text.from_editable(" ".join(value.split()))


def _text(value: str) -> str | None:
    return text.from_editable(value.replace("\r\n", "\n")) or None
