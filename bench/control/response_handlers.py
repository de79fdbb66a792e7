"""A host's command that asks nothing of Slack: what it costs is ours alone."""

from response.models import Incident
from response.slack.decorators import incident_command


@incident_command(["note"], atomic=True)
def note(incident: Incident, user_id: str, message: str) -> None:
    """Take note, and say nothing."""
