"""The SQL of rows that are written hundreds of times a second: see ``database.insert`` and its kin.

Names only: values are always parameters, in the order of ``fields``. ``alias`` is the database's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connections, models

Model = type[models.Model]
Fields = Sequence["models.Field[Any, Any]"]


@lru_cache
def fields(model: Model, besides: str = "") -> Fields:
    """What an INSERT names: all but the key, which the database gives, and ``besides``."""
    concrete = model._meta.concrete_fields
    return [field for field in concrete if not field.primary_key and field.attname != besides]


@lru_cache
def insert(alias: str, model: Model, count: int) -> str:
    """``count`` rows; returns their keys."""
    names = _Names(alias)
    return (
        f"INSERT INTO {names.table(model)} ({names.columns(fields(model))}) "  # noqa: S608 (names)
        f"VALUES {_rows(fields(model), count)} RETURNING {names.key(model)}"
    )


@lru_cache
def insert_many(alias: str, model: Model) -> str:
    """Any number of rows; a parameter for each value would be too many for SQLite.

    Django allows it 999 of them, which are a hundred rows. So PostgreSQL is given an array a
    column, SQLite one JSON text: an array of rows.
    """
    names, of = _Names(alias), fields(model)
    if connections[alias].vendor == "postgresql":
        arrays = ", ".join(f"%s::{_type(alias, field)}[]" for field in of)
        picked, order = ", ".join(f"c{at}" for at in range(len(of))), "v.row"
        source = f"unnest({arrays}) WITH ORDINALITY AS v ({picked}, row)"
    else:
        picked = ", ".join(f"json_extract(v.value, '$[{at}]')" for at in range(len(of)))
        source, order = "json_each(%s) AS v", "v.key"
    # Without a WHERE, SQLite would take an ON CONFLICT after it for that of a join.
    return (
        f"INSERT INTO {names.table(model)} ({names.columns(of)}) "  # noqa: S608 (names)
        f"SELECT {picked} FROM {source} WHERE TRUE ORDER BY {order}"
    )


@lru_cache
def insert_new(alias: str, model: Model, key: str) -> str:
    """The same, less rows whose ``key`` is there; returns it and the primary key of the rest."""
    names = _Names(alias)
    column = names.columns([_field(model, key)])
    return (
        f"{insert_many(alias, model)} "
        f"ON CONFLICT ({column}) DO NOTHING RETURNING {column}, {names.key(model)}"
    )


@lru_cache
def add_up(
    alias: str, model: Model, count: int, keys: tuple[str, ...], sums: tuple[str, ...]
) -> str:
    """``count`` rows, whose ``sums`` are added to those that have the same ``keys`` already."""
    names = _Names(alias)
    table = names.table(model)
    named = {field.attname: names.columns([field]) for field in fields(model)}
    added = [f"{named[name]} = {table}.{named[name]} + EXCLUDED.{named[name]}" for name in sums]
    return (
        f"INSERT INTO {table} ({names.columns(fields(model))}) "  # noqa: S608 (names)
        f"VALUES {_rows(fields(model), count)} "
        f"ON CONFLICT ({', '.join(named[name] for name in keys)}) DO UPDATE SET {', '.join(added)}"
    )


@dataclass(frozen=True)
class Family:
    """A row of ``model``, and ``count`` rows of ``child`` whose field ``link`` is its key."""

    model: Model
    child: Model
    link: str
    count: int

    @property
    def own(self) -> Fields:
        """What is given for the row of ``model``."""
        return fields(self.model)

    @property
    def linked(self) -> Fields:
        """What is given for each row of ``child``."""
        return fields(self.child, self.link)

    @property
    def into(self) -> Fields:
        """What is written of each row of ``child``."""
        return [_field(self.child, self.link), *self.linked]


@lru_cache
def insert_family(alias: str, family: Family) -> str:
    """PostgreSQL's statement: in order, since keys tell later in which order rows are meant."""
    names = _Names(alias)
    # Without its type a NULL, or a date, would be taken for text.
    typed = [f"v.c{at}::{_type(alias, field)}" for at, field in enumerate(family.linked)]
    columns = ", ".join(f"c{at}" for at in range(len(family.linked)))
    rows = ", ".join(f"({row}, {places(family.linked)})" for row in range(family.count))
    return (
        f"WITH one AS ({insert(alias, family.model, 1)}) "  # noqa: S608 (names)
        f"INSERT INTO {names.table(family.child)} ({names.columns(family.into)}) "
        f"SELECT one.{names.key(family.model)}, {', '.join(typed)} "
        f"FROM one, (VALUES {rows}) AS v (row, {columns}) ORDER BY v.row"
    )


@dataclass(frozen=True)
class Way:
    """A temporary view, which each connection to SQLite has to make for itself.

    What is inserted into it is inserted into both tables. A statement of its own has SQLite's
    lock for 0.1 ms. The same rows in a transaction have it for as long as Python's threads wait
    for one another between its statements: ten times as long, under load, and everybody waits.

    https://www.sqlite.org/lang_createtrigger.html#instead_of_triggers
    """

    make: tuple[str, ...]
    insert: str


@lru_cache
def way_in(alias: str, family: Family) -> Way:
    """SQLite's view for a family, and the statement that inserts one."""
    names = _Names(alias)
    own = [f"own_{at}" for at in range(len(family.own))]
    linked = [
        [f"row_{row}_{at}" for at in range(len(family.linked))] for row in range(family.count)
    ]
    columns = [*own, *(name for row in linked for name in row)]
    name = f"new_{family.model._meta.db_table}_{family.child._meta.db_table}_{family.count}"
    view, trigger = names.quoted(name), names.quoted(f"{name}_insert")
    children = ", ".join(f"(last_insert_rowid(), {_new(row)})" for row in linked)
    make = (
        f"CREATE TEMP VIEW IF NOT EXISTS {view} "
        f"AS SELECT {', '.join(f'NULL AS {column}' for column in columns)}",
        f"CREATE TEMP TRIGGER IF NOT EXISTS {trigger} "  # noqa: S608 (names)
        f"INSTEAD OF INSERT ON {view} BEGIN "
        f"INSERT INTO {names.table(family.model)} ({names.columns(family.own)}) "
        f"VALUES ({_new(own)}); "
        f"INSERT INTO {names.table(family.child)} ({names.columns(family.into)}) "
        f"VALUES {children}; END",
    )
    return Way(make, f"INSERT INTO {view} VALUES ({places(columns)})")  # noqa: S608 (names)


def _field(model: Model, attname: str) -> models.Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.attname == attname)


def _type(alias: str, field: models.Field[Any, Any]) -> str:
    """What PostgreSQL calls it; no length, since a cast to one would cut without a word."""
    return str(field.db_type(connections[alias])).partition("(")[0]


class _Names:
    """Names as the database wants them quoted."""

    def __init__(self, alias: str) -> None:
        self._ops = connections[alias].ops

    def table(self, model: Model) -> str:
        return self.quoted(model._meta.db_table)

    def key(self, model: Model) -> str:
        return self.quoted(model._meta.pk.column)

    def columns(self, of: Fields) -> str:
        return ", ".join(self.quoted(field.column) for field in of)

    def quoted(self, name: Any) -> str:
        quoted: str = self._ops.quote_name(str(name))
        return quoted


def _rows(of: Fields, count: int) -> str:
    return ", ".join([f"({places(of)})"] * count)


def places(of: Sequence[object]) -> str:
    """A parameter for each."""
    return ", ".join(["%s"] * len(of))


def _new(columns: Iterable[str]) -> str:
    return ", ".join(f"NEW.{column}" for column in columns)
