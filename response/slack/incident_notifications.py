"""0.5.1's name for the built-in nudges; hosts import it to have them registered."""

from response.slack.handlers.nudges import (
    remind_close_incident,
    remind_incident_lead,
    remind_severity,
)

__all__ = ("remind_close_incident", "remind_incident_lead", "remind_severity")
