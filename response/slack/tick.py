"""What happens every minute, nudges and a heartbeat, and every day: who is where in Slack."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.views.decorators.debug import sensitive_variables

from response import logs
from response.slack import notifications, operations, set_back
from response.slack.models import Heartbeat

logger = logs.get_logger("response.slack.tick")

PERIOD = timedelta(minutes=1)
DAY = timedelta(days=1)


@sensitive_variables()
def tick(now: datetime) -> int:
    """What a scheduler has done: beat, and store the nudges that are due; how many there were."""
    names = (Heartbeat.TICK, Heartbeat.SCHEDULER)
    # A beat from the future means that the clock was set back since.
    beats = Heartbeat.objects.filter(name__in=names, at__lte=now + PERIOD)
    if beats.update(at=now) < len(names):
        set_back.make_due(now)
        for name in names:
            Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
    _daily_if_due(now)
    return notifications.deliver_due(now)


def daily(now: datetime) -> None:
    """Ask Slack who is in the workspace, and in private channels; in the background."""
    Heartbeat.objects.update_or_create(name=Heartbeat.USERS, defaults={"at": now})
    _ask_who_is_where()


def stand_in(now: datetime) -> None:
    """Tick in place of a scheduler whose last beat is over a minute old."""
    if _beat(Q(at__lt=now - PERIOD) | Q(at__gt=now + PERIOD), now):
        set_back.make_due(now)
        _daily_if_due(now)
        notifications.deliver_due(now)


def _daily_if_due(now: datetime) -> None:
    """For those whose scheduler knows only minutes; of many processes one does it."""
    today = Q(at__gt=now - DAY, at__lte=now + PERIOD)
    if Heartbeat.objects.filter(today, name=Heartbeat.USERS).exists():
        return
    if _beat(~today, now, Heartbeat.USERS):
        _ask_who_is_where()


def _ask_who_is_where() -> None:
    operations.refresh_users()
    operations.refresh_members()


def _beat(condition: Q, now: datetime, name: str = Heartbeat.TICK) -> bool:
    """Store the beat where the last one meets the condition; of many processes one does."""
    beats = Heartbeat.objects.filter(condition, name=name)
    if beats.update(at=now):
        return True
    if Heartbeat.objects.filter(name=name).exists():
        return False
    _, created = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    return created
