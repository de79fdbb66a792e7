"""The models of core."""

from response.core.models.action import Action
from response.core.models.event import Event
from response.core.models.external_user import ExternalUser
from response.core.models.incident import Incident
from response.core.models.incident_member import IncidentMember
from response.core.models.timeline import TimelineEvent, add_incident_update_event

__all__ = (
    "Action",
    "Event",
    "ExternalUser",
    "Incident",
    "IncidentMember",
    "TimelineEvent",
    "add_incident_update_event",
)
