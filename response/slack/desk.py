"""What an operator does about the rows of both boxes: run again, give up.

Rows are taken by their state, in the UPDATE itself: what a process is at, or has done in the
meantime, is left alone. A thousand at a time, so that any number can be dealt with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from response import database
from response.background import schedule_drain
from response.slack.models import Call, Delivery, HandlerRun

CHUNK = 1000

Key = int


def run_again(rows: QuerySet[Any], now: datetime) -> list[Key]:
    """Have what is parked begin anew, and what waits for its next try be tried now.

    ``rows`` are ``HandlerRun``s or ``Call``s; the keys of those that will run are returned. What
    is done has no content any more, and stays done.
    """
    fresh: dict[str, Any] = {"attempts": 0} if rows.model is HandlerRun else {"strikes": 0}
    fresh |= {"state": "pending", "next_try": now, "finished_at": None}
    keys: list[Key] = []
    for chunk in _chunks(rows.filter(_may_run(rows.model, now))):
        with database.atomic():
            waiting = chunk.filter(state="pending", next_try__gt=now)
            parked = chunk.filter(state="parked")
            keys += _taken(waiting, next_try=now) + _taken(parked, **fresh)
            schedule_drain()
    return keys


def give_up(rows: QuerySet[Any], now: datetime, by: str) -> list[Key]:
    """Take what is parked or waits out of the box, with its content; ``by`` says who did.

    The keys of those are returned. A handler that is at work just now loses its lease: what it
    did in the database is undone.
    """
    error = Concat(Value(f"given up by {by}; "), F("error"))
    over: dict[str, Any] = {"state": "dropped", "finished_at": now, "error": error}
    if rows.model is Call:
        over |= {"key": None, "arguments": "", "memo": ""}
    keys: list[Key] = []
    for chunk in _chunks(rows.filter(state__in=("pending", "parked"))):
        with database.atomic():
            given_up = _taken(chunk.filter(state__in=("pending", "parked")), **over)
            if rows.model is HandlerRun:
                _drop_payloads(given_up)
            keys += given_up
    return keys


def _may_run(model: type[Any], now: datetime) -> Q:
    wanted = Q(state="parked") | Q(state="pending", next_try__gt=now)
    # Once it is empty there is nothing to hand to a handler.
    return wanted & ~Q(delivery__payload="") if model is HandlerRun else wanted


def _chunks(rows: QuerySet[Any]) -> Iterator[QuerySet[Any]]:
    """The rows as they are now, by their keys, so that no filter loses them halfway."""
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield rows.model._base_manager.filter(pk__in=keys[start : start + CHUNK])


def _taken(rows: QuerySet[Any], **values: Any) -> list[Key]:
    """Lock the rows, change them, and say which they were."""
    keys: Sequence[Key] = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    if keys:
        rows.model._base_manager.filter(pk__in=keys).update(**values)
    return list(keys)


def _drop_payloads(runs: Sequence[Key]) -> None:
    """What no handler will be given any more is not kept."""
    unfinished = HandlerRun.objects.filter(delivery=OuterRef("pk"), state__in=("pending", "parked"))
    deliveries = Delivery.objects.filter(runs__in=runs).exclude(Exists(unfinished))
    Delivery.objects.filter(pk__in=deliveries.values("pk")).update(payload="")
