from typing import Any

from response.core.models import Incident
from response.slack.decorators import event_handler, slack_event

seen = []


@slack_event("pin_added")
def note_pin(incident: Incident, payload: Any):
    seen.append((incident.pk, payload["item"]["message"]["text"]))


@event_handler("pin_removed")
def note_unpin(incident: Incident, payload: Any):
    incident.comms_channel().post_in_channel(f"📌 <@{payload['user']}> took a pin out.")
