"""Done marks: what was run is marked in the transaction of its effects, under the lease.

Each command and each batch of talk has one. Django would make these statements anew each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.db import connections

from response import database, statements
from response.slack.leases import INBOX, Held, LeaseLost, guarded
from response.slack.models import Delivery, HandlerRun

State = HandlerRun.State


def mark(runs: Sequence[HandlerRun], lease: Held, now: datetime) -> None:
    """Mark ``runs``; raises ``LeaseLost`` unless all are ours to mark.

    What is done needs no payload any more, and no crash can leave it behind. What is parked
    keeps it, to be run again.
    """
    keys = [run.pk for run in runs]
    deliveries = sorted({run.delivery_id for run in runs})
    finished_at = HandlerRun._meta.get_field("finished_at")
    at = finished_at.get_db_prep_save(now, connections[database.alias()])
    marked = [State.DONE.value, at, *keys, State.PENDING.value, INBOX, lease.token]
    if database.execute(_marking(database.alias(), len(keys)), marked) != len(keys):
        raise LeaseLost(str(lease))
    emptied = [*deliveries, State.DONE.value, State.DROPPED.value]
    database.execute(_emptying(database.alias(), len(deliveries)), emptied)


@lru_cache
def _marking(alias: str, count: int) -> str:
    """SQL: ``count`` runs of lanes whose lease is still ours."""
    runs = database.table(HandlerRun)
    return (
        f"UPDATE {runs} SET state = %s, finished_at = %s, error = '' "  # noqa: S608 (names)
        f"WHERE id IN ({statements.places(range(count))}) AND state = %s AND {guarded(runs)}"
    )


@lru_cache
def _emptying(alias: str, count: int) -> str:
    """SQL: the payloads of ``count`` deliveries of which every run is over."""
    deliveries, runs = database.table(Delivery), database.table(HandlerRun)
    return (
        f"UPDATE {deliveries} SET payload = '' "  # noqa: S608 (names)
        f"WHERE id IN ({statements.places(range(count))}) AND payload <> '' AND NOT EXISTS "
        f"(SELECT 1 FROM {runs} r WHERE r.delivery_id = {deliveries}.id "
        "AND r.state NOT IN (%s, %s))"
    )
