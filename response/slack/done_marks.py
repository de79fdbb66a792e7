"""Done marks: what was run is marked in the transaction of its effects, under the lease.

Each command and each batch of talk has one. Django makes these statements anew each time, which
took a fifth of all that a drain does under a load of commands; so they are made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.db import connections

from response import database
from response.slack.leases import INBOX, Held, LeaseLost
from response.slack.models import Conversation, Delivery, HandlerRun

State = HandlerRun.State


def set_on(runs: Sequence[HandlerRun], lease: Held, now: datetime) -> None:
    """Mark ``runs``; raises ``LeaseLost`` unless all are ours to mark.

    What is done needs no payload any more, and no crash can leave it behind. What is parked
    keeps it, to be run again.
    """
    keys = [run.pk for run in runs]
    deliveries = sorted({run.delivery_id for run in runs})
    finished_at = HandlerRun._meta.get_field("finished_at")
    at = finished_at.get_db_prep_save(now, connections[database.alias()])
    marked = [State.DONE.value, at, *keys, State.PENDING.value, INBOX, lease.token]
    if database.execute(_mark(database.alias(), len(keys)), marked) != len(keys):
        raise LeaseLost(str(lease))
    emptied = [*deliveries, State.DONE.value, State.DROPPED.value]
    database.execute(_empty(database.alias(), len(deliveries)), emptied)


@lru_cache
def _mark(alias: str, count: int) -> str:
    """SQL: ``count`` runs of lanes whose lease is still ours."""
    runs, conversations = _table(alias, HandlerRun), _table(alias, Conversation)
    return (
        f"UPDATE {runs} SET state = %s, finished_at = %s, error = '' "  # noqa: S608 (names)
        f"WHERE id IN ({_places(count)}) AND state = %s AND EXISTS "
        f"(SELECT 1 FROM {conversations} c WHERE c.key = %s || {runs}.lane AND c.lease_token = %s)"
    )


@lru_cache
def _empty(alias: str, count: int) -> str:
    """SQL: the payloads of ``count`` deliveries of which every run is over."""
    deliveries, runs = _table(alias, Delivery), _table(alias, HandlerRun)
    return (
        f"UPDATE {deliveries} SET payload = '' "  # noqa: S608 (names)
        f"WHERE id IN ({_places(count)}) AND payload <> '' AND NOT EXISTS "
        f"(SELECT 1 FROM {runs} r WHERE r.delivery_id = {deliveries}.id "
        "AND r.state NOT IN (%s, %s))"
    )


def _table(alias: str, model: type[Delivery | HandlerRun | Conversation]) -> str:
    return connections[alias].ops.quote_name(model._meta.db_table)


def _places(count: int) -> str:
    return ", ".join(["%s"] * count)
