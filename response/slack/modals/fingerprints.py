"""What a form was opened with, so that only what somebody changed is saved.

Two people who edit different fields at the same time so both keep their change.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from response import text
from response.core.models import Incident

TEXTS = ("summary", "impact")


def editable_values(incident: Incident) -> dict[str, str]:
    """Every field of the edit form as the form shows it."""
    lead = incident.lead
    return {
        "report": " ".join(text.to_editable(incident.report).split()),
        "summary": text.to_editable(incident.summary or ""),
        "impact": text.to_editable(incident.impact or ""),
        "lead": lead.external_id if lead is not None and lead.app_id == "slack" else "",
        "severity": incident.severity or "",
    }


def fingerprints(values: Mapping[str, str]) -> dict[str, str]:
    """A short digest of each value: a form's ``private_metadata`` holds 3,000 characters."""
    return {name: fingerprint(value) for name, value in values.items()}


def fingerprint(value: str) -> str:
    """The same for what Slack's form gives back unchanged: spaces at the end of lines may
    have gone, and emoji may have become their names."""
    lines = [" ".join(line.split()) for line in text.emojize(value).strip().splitlines()]
    return sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:16]
