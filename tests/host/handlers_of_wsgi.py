"""Handlers as a host of 0.5.1 registers them: its `wsgi.py` imports this module."""

from response.models import Incident
from response.slack.decorators import incident_command


@incident_command(["host-wsgi-command"], helptext="Another command of the tests' host.")
def command(incident: Incident, user_id: str, message: str) -> tuple[bool, str | None]:
    return True, None
