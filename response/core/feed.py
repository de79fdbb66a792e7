"""Incidents, actions and changes as the change feed shows them (pure: rows in, JSON out).

The shapes are those of 0.5.1's feed, which other systems parse.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from response.core.changes import Changes

if TYPE_CHECKING:
    from response.core.models.action import Action
    from response.core.models.external_user import ExternalUser
    from response.core.models.incident import Incident


def time(value: datetime | None) -> str | None:
    """ISO 8601; ``…Z`` in UTC, and naive where the project keeps naive times."""
    if value is None:
        return None
    if timezone.is_naive(value):
        return value.isoformat()
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def person(user: ExternalUser | None) -> dict[str, Any] | None:
    """A person, with the fields of the API."""
    return None if user is None else user.as_metadata()


def incident_payload(incident: Incident) -> dict[str, Any]:
    """The incident without its actions, which have entries of their own."""
    channel = incident.comms_channel()
    return {
        "comms_channel": channel
        and {"channel_id": channel.channel_id, "channel_name": channel.channel_name},
        "end_time": time(incident.end_time),
        "impact": incident.impact,
        "is_closed": incident.is_closed(),
        "lead": person(incident.lead),
        "id": incident.pk,
        "report": incident.report,
        "report_time": time(incident.report_time),
        "report_only": incident.report_only,
        "reporter": person(incident.reporter),
        "severity": incident.severity,
        "start_time": time(incident.start_time),
        "summary": incident.summary,
    }


def action_payload(action: Action) -> dict[str, Any]:
    """The action, and the incident that it belongs to."""
    return {
        "id": action.pk,
        "details": action.details,
        "done": action.done,
        "user": person(action.user),
        "created_date": time(action.created_date),
        "done_date": time(action.done_date),
        "due_date": time(action.due_date),
        "priority": action.priority,
        "type": action.type,
        "incident_id": action.incident_id,
    }


def changes_payload(changes: Changes) -> dict[str, dict[str, Any]]:
    """``{field: {"old": …, "new": …}}``; people by our primary key, times in ISO 8601."""
    return {
        name: {"old": value(change.old), "new": value(change.new)}
        for name, change in changes.items()
    }


def value(raw: Any) -> Any:
    """A field's value as JSON has it."""
    return time(raw) if isinstance(raw, datetime) else raw
