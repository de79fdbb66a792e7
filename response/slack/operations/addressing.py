"""Where a call about a private incident goes: to its private channel, and never past it."""

from __future__ import annotations

from typing import Any

from response.core.models import Incident
from response.slack import outbox
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, CommsChannel
from response.slack.pace import Paced

# Seconds until it is looked again whether the private channel is there.
LOOK_AGAIN = 2.0
# What a call of these shows, people of the channel read; of the others only their own message.
SHOWING = frozenset(
    {
        "chat.postMessage",
        "chat.postEphemeral",
        "conversations.invite",
        "conversations.rename",
        "conversations.setPurpose",
        "conversations.setTopic",
    }
)


def addressed(call: Call) -> dict[str, Any] | None:
    """The arguments of ``call``, to the channel where its incident is worked on now.

    None: it must not be sent. What was meant for the channel that a private incident has left
    goes to the one it has moved to; while it is moving, it waits (raises ``Paced``).
    """
    arguments = call.args
    incident = call.incident
    if incident is None or not incident.private:
        return arguments
    channel = CommsChannel.objects.filter(incident=incident).first()
    place = arguments.get("channel")
    if channel is None or place not in (channel.channel_id, channel.public_channel_id):
        return arguments
    shows = call.method in SHOWING
    if place == channel.public_channel_id:
        arguments.pop("thread_ts", None)
        return arguments | {"channel": channel.channel_id} if shows else None
    if channel.is_private or not shows:
        return arguments
    _ask_for_private_channel(incident)
    raise Paced(LOOK_AGAIN)


def _ask_for_private_channel(incident: Incident) -> None:
    """It should be under way, but 0.5.1 had private incidents in public channels.

    Raises ``SlackPermanentError`` where Slack refused it: an operator finds both rows.
    """
    move = Call.objects.filter(key=opening_key(incident)).first()
    if move is None:
        key, place = opening_key(incident), opening_lane(incident)
        outbox.perform("comms_channel", lane=place, key=key, incident=incident)
    elif move.state == Call.State.PARKED:
        raise SlackPermanentError("The private channel that this was for could not be created")


def opening_lane(incident: Incident) -> str:
    """The lane in which an incident's channel is opened, and moved."""
    return f"incident:{incident.pk}"


def opening_key(incident: Incident) -> str:
    """Of the one call that opens the incident's channel, or the private one in its place."""
    return f"comms-channel:{incident.pk}"
