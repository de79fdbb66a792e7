"""What the database knows of the work: the same in whichever process it is asked.

The queries touch what waits, never what is done: their cost does not grow with the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from response.slack.models import Call, HandlerRun, Heartbeat


@dataclass(frozen=True, kw_only=True)
class Box:
    """What waits in a box, and how much of it is ``due`` or being ``retried``.

    ``lag`` is for how many seconds the oldest has waited. In the inbox that is since it, or its
    next try, fell due; in the outbox since it was wanted, so that an outage of Slack is seen.
    """

    waiting: int
    due: int
    retried: int
    lag: float


def inbox(now: datetime) -> Box:
    """The work of handlers: one query."""
    rows = HandlerRun.objects.filter(state=HandlerRun.State.PENDING)
    return _box(rows, "next_try", now)


def outbox(now: datetime) -> Box:
    """The calls for Slack: one query."""
    rows = Call.objects.filter(state__in=(Call.State.PENDING, Call.State.SENDING))
    return _box(rows, "created_at", now)


def _box(rows: QuerySet[Any], since: str, now: datetime) -> Box:
    found = rows.aggregate(
        waiting=Count("pk"),
        due=Count("pk", filter=Q(next_try__lte=now)),
        retried=Count("pk", filter=Q(attempts__gt=0)),
        since=Min(since),
    )
    since_when = found.pop("since")
    lag = (now - since_when).total_seconds() if since_when else 0.0
    return Box(**found, lag=max(lag, 0.0))


def parked() -> dict[str, int]:
    """How much was given up in each box and waits for a person: two queries."""
    return {
        "inbox": HandlerRun.objects.filter(state=HandlerRun.State.PARKED).count(),
        "outbox": Call.objects.filter(state=Call.State.PARKED).count(),
    }


def beats() -> dict[str, datetime]:
    """When what must happen regularly last did, by ``Heartbeat``'s names: one query."""
    names = (Heartbeat.TICK, Heartbeat.SCHEDULER)
    return dict(Heartbeat.objects.filter(name__in=names).values_list("name", "at"))
