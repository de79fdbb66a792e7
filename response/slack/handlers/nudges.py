"""The built-in nudges."""

from __future__ import annotations

from django.utils import timezone

from response.conf import conf
from response.core.models import Incident
from response.slack import messages
from response.slack.decorators import recurring_notification

SATURDAY = 5


@recurring_notification(
    interval_mins=5, max_notifications=5, when=lambda incident: not incident.severity, atomic=True
)
def remind_severity(incident: Incident) -> None:
    """Nobody has said how bad it is."""
    incident.comms_channel().post_in_channel(messages.no_severity())


@recurring_notification(
    interval_mins=2,
    max_notifications=5,
    when=lambda incident: incident.lead_id is None,
    atomic=True,
)
def remind_incident_lead(incident: Incident) -> None:
    """Nobody leads."""
    incident.comms_channel().post_in_channel(messages.no_lead())


def in_office_hours() -> bool:
    """What is not urgent can wait for weekdays and office hours."""
    now = timezone.now()
    local = timezone.localtime(now) if timezone.is_aware(now) else now
    first, last = conf.office_hours
    return local.weekday() < SATURDAY and first <= local.hour < last


@recurring_notification(
    interval_mins=24 * 60, max_notifications=5, during=in_office_hours, atomic=True
)
def remind_close_incident(incident: Incident) -> None:
    """Still open after a day."""
    incident.comms_channel().post_in_channel(messages.still_open(incident))
