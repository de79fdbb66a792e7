"""The submissions of the declare and edit modals."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone

from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import messages, modals, outbox, people, permissions
from response.slack.context import ModalContext
from response.slack.decorators import modal_handler


@modal_handler(modals.DECLARE_MODAL)
def declare(context: ModalContext) -> Mapping[str, str] | None:
    """Store the incident; its headline follows from that. The reporter is told where to go."""
    declaration = modals.parse_declaration(context)
    if isinstance(declaration, Mapping):
        return declaration
    if reason := _why_not_lead(declaration.lead_id):
        return reason
    incident = Incident.objects.create_incident(
        report=declaration.report,
        reporter=people.meet(context.user_id),
        report_time=timezone.now(),
        report_only=declaration.report_only,
        private=declaration.private,
        summary=declaration.summary,
        impact=declaration.impact,
        lead=people.meet(declaration.lead_id) if declaration.lead_id else None,
        severity=declaration.severity,
    )
    outbox.whisper(
        context.user_id,
        (messages.declared_privately if incident.private else messages.declared)(incident),
        channel_id=declaration.channel_id,
        response_url=declaration.response_url,
        incident=incident,
    )
    return None


@modal_handler(modals.EDIT_MODAL)
def edit(context: ModalContext) -> Mapping[str, str] | None:
    """Store what was changed against what the modal showed, and nothing else."""
    edited = modals.parse_edit(context)
    if not isinstance(edited, modals.Edit):
        return edited
    incident = Incident.objects.filter(pk=edited.incident_id).first()
    if incident is None:
        raise ResponseError("That incident is gone.")
    if reason := _why_not_lead(edited.people.get("lead")):
        return reason
    for field, value in edited.changes.items():
        setattr(incident, field, value)
    if "lead" in edited.people:
        lead_id = edited.people["lead"]
        incident.lead = people.meet(lead_id) if lead_id else None
    incident.save()
    return None


def _why_not_lead(user_id: str | None) -> Mapping[str, str]:
    """The error beside the lead's field, none if that person can lead."""
    reason = permissions.why_not_lead(user_id) if user_id else ""
    return {modals.LEAD: reason} if reason else {}
