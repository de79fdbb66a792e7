"""Opening a comms channel while the caller waits, for host code that did so with 0.5.1."""

from __future__ import annotations

import time

from response.core.models import Incident
from response.slack import operations
from response.slack.errors import SlackError
from response.slack.models import Call, CommsChannel
from response.slack.sender import Sender

# So long another thread or process, which took the work, is waited for; in seconds.
PATIENCE = 10.0
LOOK_AGAIN = 0.2


def create_comms_channel_now(incident: Incident) -> CommsChannel:
    """The incident's channel, created in Slack if it has none yet.

    Raises ``SlackError`` if Slack did not make it now; the row that asks for it stays, and is
    tried again in the background.
    """
    channel = CommsChannel.objects.filter(incident=incident).first()
    if channel is not None:
        return channel
    operations.open_comms_channel(incident, "")
    _send(f"incident:{incident.pk}")
    channel = CommsChannel.objects.filter(incident=incident).first()
    if channel is None:
        key = f"comms-channel:{incident.pk}"
        error = Call.objects.filter(key=key).values_list("error", flat=True).first()
        raise SlackError(f"The comms channel could not be created yet: {error or 'in progress'}")
    return channel


def _send(lane: str) -> None:
    """Send the lane; the drain may have been quicker, then its end is waited for."""
    until = time.monotonic() + PATIENCE
    while Sender().send_lane(lane) is None and time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
