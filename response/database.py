"""Transactions on the database that holds the incidents, whichever the host's router says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.apps import apps
from django.db import connections, models, router, transaction

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
    fields = _fields(model)
    statement = _insert_statement(model, len(rows))
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(statement, _prepared(fields, rows))
        return [pk for (pk,) in cursor.fetchall()]


def insert_with(
    model: type[models.Model],
    values: Values,
    child: type[models.Model],
    link: str,
    rows: Sequence[Values],
) -> int:
    """Write a row of ``model``, and ``rows`` of ``child`` whose ``link`` is its key: all or none.

    Returns the key. PostgreSQL is asked once, where a transaction would take four round trips.
    """
    connection = transaction.get_connection(alias())
    # Refused rows must not spoil a transaction of the caller's: there it takes a savepoint.
    if not _is_postgresql() or connection.in_atomic_block or not rows:
        with atomic():
            (pk,) = insert(model, [values])
            insert(child, [{**row, link: pk} for row in rows])
            return pk
    own, linked = _fields(model), _fields(child, link)
    statement = _insert_with_statement(model, child, link, len(rows))
    with connection.cursor() as cursor:
        cursor.execute(statement, _prepared(own, [values]) + _prepared(linked, rows))
        ((key,),) = cursor.fetchall()
        return int(key)


def insert_new(model: type[models.Model], rows: Sequence[Values], key: str) -> dict[Any, int]:
    """Write those of ``rows`` whose ``key``, which must be unique, no row has yet.

    One statement however many they are, in their order; returns what it wrote, the primary key
    by ``key``. A row that another transaction is writing is waited for.
    """
    if not rows:
        return {}
    column = _columns([_field(model, key)])
    statement = (
        f"{_insert_many_statement(model)} "
        f"ON CONFLICT ({column}) DO NOTHING RETURNING {column}, {_key(model)}"
    )
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(statement, _packed(_fields(model), rows))
        return dict(cursor.fetchall())


def insert_many(model: type[models.Model], rows: Sequence[Values]) -> None:
    """Write ``rows`` in one statement however many they are, in their order."""
    if rows:
        with transaction.get_connection(alias()).cursor() as cursor:
            cursor.execute(_insert_many_statement(model), _packed(_fields(model), rows))


def add_up(
    model: type[models.Model], rows: Sequence[Values], *, keys: Sequence[str], sums: Sequence[str]
) -> None:
    """Add the ``sums`` of each row to the one that has its ``keys``, or make it: one statement.

    ``keys`` are what a constraint of the model makes unique.
    """
    if not rows:
        return
    fields = _fields(model)
    with transaction.get_connection(alias()).cursor() as cursor:
        statement = _add_up_statement(model, len(rows), tuple(keys), tuple(sums))
        cursor.execute(statement, _prepared(fields, rows))


def first_row(sql: str, values: Sequence[object]) -> tuple[Any, ...] | None:
    """The first row that ``sql`` finds, for look-ups that happen hundreds of times a second."""
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


@lru_cache
def _fields(model: type[models.Model], besides: str = "") -> list[models.Field[Any, Any]]:
    """What an INSERT names: all but the key, which the database gives, and ``besides``."""
    fields = model._meta.concrete_fields
    return [field for field in fields if not field.primary_key and field.attname != besides]


def _field(model: type[models.Model], attname: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


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
    """The parameters of ``_insert_many_statement``: as few as a row has, or one."""
    values, width = _prepared(fields, rows), len(fields)
    if _is_postgresql():
        return [values[column::width] for column in range(width)]
    return [json.dumps([values[at : at + width] for at in range(0, len(values), width)])]


@lru_cache
def _insert_many_statement(model: type[models.Model]) -> str:
    """Of any number of rows; a parameter for each value would be too many for SQLite.

    Django allows it 999 of them, which are a hundred rows.
    """
    fields = _fields(model)
    if _is_postgresql():
        connection = transaction.get_connection(alias())
        arrays = ", ".join(f"%s::{_type(field, connection)}[]" for field in fields)
        names = ", ".join(f"c{number}" for number in range(len(fields)))
        picked, order = names, "v.row"
        source = f"unnest({arrays}) WITH ORDINALITY AS v ({names}, row)"
    else:
        picked = ", ".join(f"json_extract(v.value, '$[{n}]')" for n in range(len(fields)))
        source, order = "json_each(%s) AS v", "v.key"
    # Without a WHERE, SQLite would take an ON CONFLICT after it for that of a join.
    return (
        f"INSERT INTO {_table(model)} ({_columns(fields)}) "  # noqa: S608 (names)
        f"SELECT {picked} FROM {source} WHERE TRUE ORDER BY {order}"
    )


def _type(field: models.Field[Any, Any], connection: Any) -> str:
    """What PostgreSQL calls it; no length, since a cast to one would cut without a word."""
    return str(field.db_type(connection)).partition("(")[0]


def _is_postgresql() -> bool:
    return bool(transaction.get_connection(alias()).vendor == "postgresql")


@lru_cache
def _insert_statement(model: type[models.Model], count: int) -> str:
    fields = _fields(model)
    row = f"({_places(fields)})"
    return (
        f"INSERT INTO {_table(model)} ({_columns(fields)}) "  # noqa: S608 (names)
        f"VALUES {', '.join([row] * count)} RETURNING {_key(model)}"
    )


@lru_cache
def _add_up_statement(
    model: type[models.Model], count: int, keys: tuple[str, ...], sums: tuple[str, ...]
) -> str:
    fields = _fields(model)
    row, table = f"({_places(fields)})", _table(model)
    named = {field.attname: _columns([field]) for field in fields}
    added = [f"{named[name]} = {table}.{named[name]} + EXCLUDED.{named[name]}" for name in sums]
    return (
        f"INSERT INTO {table} ({_columns(fields)}) "  # noqa: S608 (names)
        f"VALUES {', '.join([row] * count)} "
        f"ON CONFLICT ({', '.join(named[name] for name in keys)}) DO UPDATE SET {', '.join(added)}"
    )


@lru_cache
def _insert_with_statement(
    model: type[models.Model], child: type[models.Model], link: str, count: int
) -> str:
    """In order: keys are given out so, and tell later in which order the rows are meant."""
    fields, key = _fields(child, link), _key(model)
    connection = transaction.get_connection(alias())
    into = [_field(child, link), *fields]
    # Without its type a NULL, or a date, would be taken for text.
    typed = [f"v.c{number}::{field.db_type(connection)}" for number, field in enumerate(fields)]
    names = ", ".join(f"c{number}" for number in range(len(fields)))
    rows = ", ".join(f"({row}, {_places(fields)})" for row in range(count))
    return (
        f"WITH one AS ({_insert_statement(model, 1)}), "  # noqa: S608 (names)
        f"others AS (INSERT INTO {_table(child)} ({_columns(into)}) "
        f"SELECT one.{key}, {', '.join(typed)} FROM one, (VALUES {rows}) AS v (row, {names}) "
        f"ORDER BY v.row) SELECT {key} FROM one"
    )


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _key(model: type[models.Model]) -> str:
    return _quoted(model._meta.pk.column)


def _columns(fields: Sequence[models.Field[Any, Any]]) -> str:
    return ", ".join(_quoted(field.column) for field in fields)


def _places(fields: Sequence[models.Field[Any, Any]]) -> str:
    return ", ".join(["%s"] * len(fields))


def _quoted(name: Any) -> str:
    quoted: str = transaction.get_connection(alias()).ops.quote_name(str(name))
    return quoted
