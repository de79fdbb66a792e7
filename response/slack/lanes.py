"""Which lanes have something waiting, and what is at their heads: found by skipping in an index.

A query that groups or sorts reads every row that waits, round after round, and gets slower the
longer a backlog is. These look up the first row of a lane, then the first lane behind it, and so
on: their cost grows with the lanes, of which there are few, not with the rows in them.

https://wiki.postgresql.org/wiki/Loose_indexscan
https://www.sqlite.org/lang_with.html#recursive_query_examples
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connections, models, transaction
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from response import database
from response.slack.models import Call, Delivery, HandlerRun

M = TypeVar("M", bound=models.Model)


def read(rows: QuerySet[M]) -> list[M]:
    """The rows of a query that has one of the subqueries below in it, by their keys.

    The query itself must not be ordered: see ``by_index``.
    """
    with by_index(rows.db):
        return sorted(rows, key=lambda row: row.pk)


@contextmanager
def by_index(alias: str) -> Iterator[None]:
    """Have PostgreSQL read lanes in the order of their index, whatever it expects to find.

    Its statistics may be from before there was a backlog. For the few rows that it then expects,
    sorting all of them looks as cheap as reading the first; and it would sort anew for each lane.

    https://www.postgresql.org/docs/current/runtime-config-query.html
    """
    if connections[alias].vendor != "postgresql":
        yield
        return
    with transaction.atomic(using=alias):
        with connections[alias].cursor() as cursor:
            cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        yield


@dataclass(frozen=True)
class Box:
    """Rows with a lane each, and an index on (lane, id) of those that wait.

    ``waiting`` is that index's condition: in other words it would not be used.
    """

    rows: type[models.Model]
    waiting: str

    @property
    def table(self) -> str:
        """Its name, quoted."""
        return database.table(self.rows)

    def first(self, *conditions: str, limit: str = "1") -> str:
        """SQL for the keys of the first rows, by lane and id, that wait and meet them.

        No condition may be an equation of lanes: PostgreSQL might then take the primary key's
        order for as good as the index's, and read everything that was done before.
        """
        met = " AND ".join([self.waiting, *conditions])
        return (
            f"SELECT r.id FROM {self.table} r "  # noqa: S608 (names)
            f"WHERE {met} ORDER BY r.lane, r.id LIMIT {limit}"
        )

    def first_of_each_lane(self, *conditions: str) -> str:
        """SQL for the keys of the first rows of all lanes, and for a NULL at their end."""
        lane = f"(SELECT h.lane FROM {self.table} h WHERE h.id = skip.id)"  # noqa: S608 (names)
        return (
            "WITH RECURSIVE skip(id) AS ("  # noqa: S608 (names)
            f"SELECT ({self.first(*conditions)}) UNION ALL "
            f"SELECT ({self.first(*conditions, f'r.lane > {lane}')}) "
            "FROM skip WHERE skip.id IS NOT NULL) SELECT id FROM skip"
        )


INBOX = Box(HandlerRun, "r.state = 'pending'")
OUTBOX = Box(Call, "r.state IN ('pending', 'sending')")


def heads() -> RawSQL:
    """The first call of each lane of the outbox, as a subquery for ``pk__in``."""
    return _keys(OUTBOX.first_of_each_lane())


def head(lane: str) -> RawSQL:
    """The first call of one lane of the outbox, as a subquery for ``pk__in``."""
    return _keys(OUTBOX.first("r.lane BETWEEN %s AND %s"), lane, lane)


def first_due(now: datetime) -> RawSQL:
    """The first run of each lane of the inbox that is due now, as a subquery for ``pk__in``."""
    at = _prepared(now)
    # As a truth value it is no reason to take another index, whose rows would have to be sorted.
    return _keys(INBOX.first_of_each_lane("(r.next_try <= %s) IS TRUE"), at, at)


def due_in(lanes: Sequence[str], now: datetime, limit: int) -> RawSQL:
    """Runs that are due in these lanes, as a subquery for ``pk__in``.

    The first of each lane, then the second of each, up to ``limit`` in all: a long lane leaves
    room for short ones, and takes what they leave.
    """
    due = _due()
    at_first = INBOX.first("r.lane BETWEEN wanted.column1 AND wanted.column1", due)
    behind = INBOX.first("(r.lane, r.id) > (walk.lane, walk.id)", "r.lane <= walk.lane", due)
    sql = (
        "WITH RECURSIVE walk(lane, id) AS ("  # noqa: S608 (names)
        f"SELECT wanted.column1, ({at_first}) "
        f"FROM (VALUES {', '.join(['(%s)'] * len(lanes))}) AS wanted UNION ALL "
        f"SELECT walk.lane, ({behind}) FROM walk WHERE walk.id IS NOT NULL"
        ") SELECT id FROM walk WHERE id IS NOT NULL LIMIT %s"
    )
    at = _prepared(now)
    return _keys(sql, at, *lanes, at, limit)


def next_in(lane: str, now: datetime, limit: int) -> RawSQL:
    """The next runs that are due in one lane, as a subquery for ``pk__in``."""
    sql = INBOX.first("r.lane BETWEEN %s AND %s", _due(), limit="%s")
    return _keys(sql, lane, lane, _prepared(now), limit)


def _due() -> str:
    """SQL for what a lane's holder must run now, in the order of ids.

    A run that was never put off keeps the time of its delivery, and is due whatever the clock
    says: one that was set back since, or another machine's that is a little late, would have
    what came later overtake it.
    """
    since = f"(SELECT d.received_at FROM {database.table(Delivery)} d WHERE d.id = r.delivery_id)"  # noqa: S608 (names)
    return f"(r.next_try <= %s OR r.next_try = {since})"


def _keys(sql: str, *values: object) -> RawSQL:
    # Of names, and parameters: B611 of bandit and S611 of ruff see no more than the class.
    return RawSQL(sql, values)  # noqa: S611 # nosec


def _prepared(at: datetime) -> Any:
    """As the database compares it with what it stored."""
    connection = connections[database.alias()]
    return HandlerRun._meta.get_field("next_try").get_db_prep_value(at, connection)
