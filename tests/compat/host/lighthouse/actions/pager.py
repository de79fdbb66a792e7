"""Where the real host calls PagerDuty."""

from lighthouse.models import Specialist
from response.core.models import Incident
from response.slack.models import CommsChannel

paged = []


def page_specialist(incident: Incident, specialist: Specialist, message: str):
    comms_channel = CommsChannel.objects.get(incident=incident)
    message = f"{message}. Please join us in #{comms_channel.channel_name}"
    paged.append((specialist.name, message))
    comms_channel.post_in_channel(
        f"We've sent a page to {specialist.name} with the message: \n>{message}"
    )
