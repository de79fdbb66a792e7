"""What happens to an incident in Slack, told as core tells what happens to the incident itself.

The signals are sent inside the transaction that stored it, from whichever code did: an error in
a receiver undoes it, and what a receiver writes, or has posted, commits with it.
"""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import Signal, receiver

from response.core.actor import current_actor
from response.slack.models import CommsChannel, UserStats

#: ``sender=CommsChannel, comms_channel, incident, actor``: it exists in Slack, and has its row
comms_channel_opened = Signal()
#: ``sender=UserStats, incident, user, actor``: an ``ExternalUser`` came into the comms channel
participant_joined = Signal()


@receiver(post_save, sender=CommsChannel)
def _tell_opened(instance: CommsChannel, created: bool, raw: bool, **kwargs: Any) -> None:
    if created and not raw:
        comms_channel_opened.send(
            sender=CommsChannel,
            comms_channel=instance,
            incident=instance.incident,
            actor=current_actor(),
        )


@receiver(post_save, sender=UserStats)
def _tell_joined(instance: UserStats, created: bool, raw: bool, **kwargs: Any) -> None:
    if created and not raw:
        participant_joined.send(
            sender=UserStats,
            incident=instance.incident,
            user=instance.user,
            actor=current_actor(),
        )
