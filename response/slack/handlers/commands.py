"""What people tell the bot in a comms channel: ``@incident <command>``."""

from __future__ import annotations

import re

from response import text
from response.conf import conf
from response.core.models import Action, Incident
from response.core.severity import SEVERITIES
from response.exceptions import ResponseError
from response.slack import messages, operations, outbox, people, permissions
from response.slack.channel_names import prefixed_channel_name
from response.slack.decorators import incident_command
from response.slack.decorators.incident_command import get_help

Result = tuple[bool | None, str | None]


@incident_command(["help"], helptext="Show what you can ask me", atomic=True)
def show_help(incident: Incident, user_id: str, message: str) -> Result:
    """List the commands."""
    return True, messages.help_text(get_help(conf.incident_bot_name))


@incident_command(
    ["lead"], helptext="Lead the incident yourself, or `lead @person` to name somebody", atomic=True
)
def set_lead(incident: Incident, user_id: str, message: str) -> Result:
    """Make who says it, or who is mentioned, the lead."""
    mentioned = text.first_user_id(message)
    if message and not mentioned:
        raise ResponseError(
            f"I don't know who “{text.truncate(text.to_slack(message), 80)}” is: mention the "
            "person, as in `lead @ana`, or say `lead` alone to lead it yourself."
        )
    if reason := permissions.why_not_lead(mentioned or user_id):
        raise ResponseError(reason)
    incident.lead = people.meet(mentioned or user_id)
    incident.save()
    return True, None


@incident_command(
    ["severity", "sev"],
    helptext="Set the severity: `critical`, `major`, `minor`, `trivial`, or `1` to `4`",
    atomic=True,
)
def set_severity(incident: Incident, user_id: str, message: str) -> Result:
    """Set the severity to the one that is named, by a whole word in any case."""
    words = set(re.findall(r"[^\W_]+", message.lower()))
    # "minor, since 10:14" names one severity; a bare number counts only alone.
    named = [value for value, name in SEVERITIES if name in words]
    numbered = [value for value, name in SEVERITIES if message.strip() == value]
    found = named or numbered
    if len(found) != 1:
        raise ResponseError(messages.severity_wanted(message, incident))
    incident.severity = found[0]
    incident.save()
    return True, None


@incident_command(["status"], helptext="Show how the incident stands", atomic=True)
def show_status(incident: Incident, user_id: str, message: str) -> Result:
    """Title, status, severity, lead, duration, and where to read more."""
    return True, messages.status(incident)


@incident_command(["rename"], helptext="Rename this channel: `rename db-outage`", atomic=True)
def rename(incident: Incident, user_id: str, message: str) -> Result:
    """Rename the comms channel, with the letters that Slack allows."""
    channel = incident.comms_channel()
    name = prefixed_channel_name(text.to_plain(message))
    if not name:
        raise ResponseError(
            "What shall the channel be called? Say `rename db-outage`: letters, digits and "
            "hyphens, 80 at most."
        )
    outbox.enqueue(
        "conversations.rename",
        {"channel": channel.channel_id, "name": name},
        lane=channel.channel_id,
        operation="rename_channel",
        incident=incident,
    )
    return True, None


@incident_command(
    ["duration"], helptext="Tell how long the incident has been going on", atomic=True
)
def show_duration(incident: Incident, user_id: str, message: str) -> Result:
    """How long it has been going on, or went on."""
    return True, messages.duration(incident)


@incident_command(["close"], helptext="Close the incident", atomic=True)
def close(incident: Incident, user_id: str, message: str) -> Result:
    """Close it once; who comes later is told when it was closed."""
    if incident.close():
        return True, None
    return True, messages.closed_already(incident)


@incident_command(["reopen"], helptext="Open a closed incident again", atomic=True)
def reopen(incident: Incident, user_id: str, message: str) -> Result:
    """Take the end back."""
    if incident.reopen():
        return True, None
    return True, messages.OPEN_ALREADY


@incident_command(
    ["private"], helptext="Make the incident private, where that is allowed", atomic=True
)
def make_private(incident: Incident, user_id: str, message: str) -> Result:
    """Take it out of everybody's sight; said again, it tries again what Slack had refused."""
    if not conf.private_incidents:
        raise ResponseError(messages.NOT_ALLOWED)
    if not incident.private:
        incident.private = True
        incident.save()
        return True, None
    if not incident.comms_channel().is_private:
        operations.open_comms_channel(incident, user_id)
    return True, messages.PRIVATE_ALREADY


@incident_command(
    ["action"], helptext="Log a follow-up action: `action rotate the keys`", atomic=True
)
def add_action(incident: Incident, user_id: str, message: str) -> Result:
    """Log a follow-up action of who says it."""
    if not message:
        raise ResponseError("What is to be done? Say, for instance, `action rotate the keys`.")
    details = text.from_slack(message)
    Action.objects.create(incident=incident, details=details, user=people.meet(user_id))
    return True, None
