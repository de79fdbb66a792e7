"""Transactions on the database that holds the incidents, whichever the host's router says."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.apps import apps
from django.db import OperationalError, connections, models, router, transaction

from response import statements

# Milliseconds for which SQLite itself waits for a lock, looking every millisecond, in between.
LOOK_AGAIN = 2
# Seconds for which a drain leaves SQLite's lock alone: a request looks in that time.
LEFT_TO_OTHERS = 0.002
Values = Mapping[str, Any]
View = TypeVar("View", bound=Callable[..., Any])


def alias() -> str:
    """The connection that incidents, and all that must commit with them, are written through."""
    name: str = router.db_for_write(apps.get_model("response", "Incident"))
    return name


def atomic(*, savepoint: bool = True, durable: bool = False) -> transaction.Atomic:
    """A context manager: all rows that are written inside are there together, or none is."""
    return transaction.Atomic(alias(), savepoint, durable)


def on_commit(func: Callable[[], object], *, robust: bool = True) -> None:
    """Call ``func`` once the running transaction is committed; at once without one.

    ``robust``: an error in ``func`` is logged and keeps no other callback from running.
    """
    transaction.on_commit(func, using=alias(), robust=robust)


def in_no_transaction(view: View) -> View:
    """The view without ATOMIC_REQUESTS' transaction, on whichever database the incidents are."""
    for name in connections:
        view = transaction.non_atomic_requests(using=name)(view)
    return view


def let_others_write() -> None:
    """To be called after each of many transactions that follow each other closely.

    SQLite has one lock for all who write, and gives it to whoever asks while it is free, not to
    who waits longest. Those who wait look every millisecond at best (``_execute_soon``), and
    would seldom do so in the moment between two transactions.
    """
    connection = transaction.get_connection(alias())
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        time.sleep(LEFT_TO_OTHERS)


def in_atomic_block() -> bool:
    """Whether a transaction is running."""
    return bool(transaction.get_connection(alias()).in_atomic_block)


def insert(model: type[models.Model], rows: Sequence[Values]) -> list[int]:
    """Write ``rows`` (values by attribute name, e.g. ``incident_id``) in one statement.

    Returns their primary keys, in no certain order; raises ``django.db.IntegrityError``, as
    ``save`` does. For what happens hundreds of times a second: it costs a third of ``save`` and
    sends none of its signals.
    """
    if not rows:
        return []
    values = _prepared(statements.fields(model), rows)
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(statements.insert(alias(), model, len(rows)), values)
        return [pk for (pk,) in cursor.fetchall()]


def insert_with(
    model: type[models.Model],
    values: Values,
    child: type[models.Model],
    link: str,
    rows: Sequence[Values],
) -> None:
    """Write a row of ``model``, and ``rows`` of ``child`` whose ``link`` is its key: all or none.

    It is one statement; in a transaction of the caller's it is as many as there are tables, in
    a savepoint, so that refused rows do not spoil it.
    """
    connection = transaction.get_connection(alias())
    if connection.in_atomic_block or not rows:
        with atomic():
            (pk,) = insert(model, [values])
            insert(child, [{**row, link: pk} for row in rows])
        return
    family = statements.Family(model, child, link, len(rows))
    prepared = _prepared(family.own, [values]) + _prepared(family.linked, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            _insert_by_view(cursor, statements.way_in(alias(), family), prepared)
        else:
            cursor.execute(statements.insert_family(alias(), family), prepared)


def _insert_by_view(cursor: Any, way: statements.Way, values: Sequence[object]) -> None:
    """Insert into SQLite's view, which is made on each connection when it is first missed."""
    try:
        _execute_soon(cursor, way.insert, values)
    except OperationalError as error:
        if "no such table" not in str(error):
            raise
        for statement in way.make:
            cursor.execute(statement)
        _execute_soon(cursor, way.insert, values)


def _execute_soon(cursor: Any, statement: str, values: Sequence[object]) -> None:
    """Execute a statement that writes as soon as the others let it.

    Who comes to a locked SQLite looks again after 1, 2, 5, 10, 15 ms and so on, and under load
    always finds somebody else's lock there. A request, for which Slack waits, looks every
    millisecond; and for as long as the connection's timeout says, as everybody does.

    https://www.sqlite.org/c3ref/busy_timeout.html
    """
    connection = cursor.db.connection
    ((timeout,),) = connection.execute("PRAGMA busy_timeout")
    until = time.monotonic() + timeout / 1000
    connection.execute(f"PRAGMA busy_timeout = {LOOK_AGAIN}")
    try:
        while True:
            try:
                cursor.execute(statement, values)
            except OperationalError as error:
                if not _is_busy(error) or time.monotonic() > until:
                    raise
            else:
                return
    finally:
        connection.execute(f"PRAGMA busy_timeout = {timeout}")


def _is_busy(error: OperationalError) -> bool:
    code = getattr(error.__cause__, "sqlite_errorcode", 0)
    return bool(code & 0xFF == sqlite3.SQLITE_BUSY)


def insert_new(model: type[models.Model], rows: Sequence[Values], key: str) -> dict[Any, int]:
    """Write those of ``rows`` whose ``key``, which must be unique, no row has yet.

    One statement however many they are, in their order; returns what it wrote, the primary key
    by ``key``. A row that another transaction is writing is waited for.
    """
    if not rows:
        return {}
    packed = _packed(statements.fields(model), rows)
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(statements.insert_new(alias(), model, key), packed)
        return dict(cursor.fetchall())


def insert_many(model: type[models.Model], rows: Sequence[Values]) -> None:
    """Write ``rows`` in one statement however many they are, in their order."""
    if rows:
        packed = _packed(statements.fields(model), rows)
        with transaction.get_connection(alias()).cursor() as cursor:
            cursor.execute(statements.insert_many(alias(), model), packed)


def add_up(
    model: type[models.Model], rows: Sequence[Values], *, keys: Sequence[str], sums: Sequence[str]
) -> None:
    """Add the ``sums`` of each row to the one that has its ``keys``, or make it: one statement.

    ``keys`` are what a constraint of the model makes unique. Where several processes add to the
    same rows, they give them in the same order, so that no two wait for each other.
    """
    if not rows:
        return
    statement = statements.add_up(alias(), model, len(rows), tuple(keys), tuple(sums))
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(statement, _prepared(statements.fields(model), rows))


def first_row(sql: str, values: Sequence[object]) -> tuple[Any, ...] | None:
    """The first row that ``sql`` finds, for look-ups that happen hundreds of times a second."""
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def execute(sql: str, values: Sequence[object]) -> int:
    """Execute a statement that is made once and used often; returns how many rows it changed."""
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(sql, values)
        changed: int = cursor.rowcount
    return changed


def table(model: type[models.Model]) -> str:
    """The name of its table, quoted."""
    return str(connections[alias()].ops.quote_name(model._meta.db_table))


def _prepared(fields: Sequence[models.Field[Any, Any]], rows: Sequence[Values]) -> list[object]:
    """What the database is given for ``fields`` of each row, one after the other."""
    connection = transaction.get_connection(alias())
    return [
        field.get_db_prep_save(
            row[field.attname] if field.attname in row else field.get_default(), connection
        )
        for row in rows
        for field in fields
    ]


def _packed(fields: Sequence[models.Field[Any, Any]], rows: Sequence[Values]) -> list[object]:
    """The parameters of ``statements.insert_many``: as few as a row has, or one."""
    values, width = _prepared(fields, rows), len(fields)
    if transaction.get_connection(alias()).vendor == "postgresql":
        return [values[column::width] for column in range(width)]
    return [json.dumps([values[at : at + width] for at in range(0, len(values), width)])]
