"""What happens every minute: nudges fall due, and the heart beats."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from response.slack import notifications
from response.slack.models import Heartbeat

logger = logging.getLogger("response.slack.tick")

PERIOD = timedelta(minutes=1)


def tick(now: datetime) -> int:
    """Beat, and store the nudges that are due; how many there were."""
    _beat(Q(), now)
    return notifications.deliver_due(now)


def stand_in(now: datetime) -> None:
    """Tick in place of a scheduler whose last beat is over a minute old."""
    # A beat from the future means that the clock was set back since.
    if _beat(Q(at__lt=now - PERIOD) | Q(at__gt=now + PERIOD), now):
        notifications.deliver_due(now)


def _beat(condition: Q, now: datetime) -> bool:
    """Store the beat where the last one meets the condition; of many processes one does."""
    beats = Heartbeat.objects.filter(condition, name=Heartbeat.TICK)
    if beats.update(at=now):
        return True
    if Heartbeat.objects.filter(name=Heartbeat.TICK).exists():
        return False
    _, created = Heartbeat.objects.get_or_create(name=Heartbeat.TICK, defaults={"at": now})
    return created
