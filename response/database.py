"""Transactions on the database that holds the incidents, whichever the host's router says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import models, router, transaction


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


def in_atomic_block() -> bool:
    """Whether a transaction is running."""
    return bool(transaction.get_connection(alias()).in_atomic_block)


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write ``rows`` (values by attribute name, e.g. ``incident_id``) in one statement.

    Returns their primary keys, in no certain order; raises ``django.db.IntegrityError``, as
    ``save`` does. For what happens hundreds of times a second: it costs a third of ``save`` and
    sends none of its signals.
    """
    connection = transaction.get_connection(alias())
    fields = _fields(model)
    values: list[object] = []
    for row in rows:
        for field in fields:
            value = row[field.attname] if field.attname in row else field.get_default()
            values.append(field.get_db_prep_save(value, connection))
    with connection.cursor() as cursor:
        cursor.execute(_insert_statement(model, len(rows), connection.ops.quote_name), values)
        return [pk for (pk,) in cursor.fetchall()]


def first_row(sql: str, values: Sequence[object]) -> tuple[Any, ...] | None:
    """The first row that ``sql`` finds, for look-ups that happen hundreds of times a second."""
    with transaction.get_connection(alias()).cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


@lru_cache
def _fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _insert_statement(model: type[models.Model], count: int, quote: Callable[[str], str]) -> str:
    columns = [quote(str(field.column)) for field in _fields(model)]
    row = f"({', '.join(['%s'] * len(columns))})"
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) "  # noqa: S608 (names)
        f"VALUES {', '.join([row] * count)} RETURNING {quote(str(model._meta.pk.column))}"
    )
