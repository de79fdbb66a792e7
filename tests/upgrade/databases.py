"""Throw-away databases beside the one of the tests, and what is in them."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

ALIAS = "upgrade"
DATA = Path(__file__).with_name("data")
TABLES = (
    "response_action",
    "response_commschannel",
    "response_event",
    "response_externaluser",
    "response_headlinepost",
    "response_incident",
    "response_notification",
    "response_pinnedmessage",
    "response_timelineevent",
    "response_userstats",
)

Rows = dict[str, list[dict[str, Any]]]


class SQLite:
    """A SQLite file; read with the bare driver, so that nothing is converted."""

    vendor = "sqlite"

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / f"{name}.sqlite3"

    def settings(self) -> dict[str, Any]:
        # Nobody needs these files after a power cut.
        options = {"init_command": "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;"}
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(self.path),
            "OPTIONS": options,
        }

    def create(self, template: SQLite | None = None) -> None:
        self.drop()
        if template is not None:
            shutil.copy(template.path, self.path)

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)

    def run(self, sql: str) -> None:
        connection = sqlite3.connect(self.path)
        connection.executescript(f"PRAGMA synchronous=OFF;{sql}")
        connection.close()

    def select(self, sql: str) -> list[dict[str, Any]]:
        connection = sqlite3.connect(self.path)
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        connection.close()
        return rows


class PostgreSQL:
    """A database of its own on the server of the tests."""

    vendor = "postgresql"

    def __init__(self, folder: Path, name: str) -> None:
        server = settings.DATABASES["default"]
        self.server = {
            "host": server["HOST"],
            "port": server["PORT"] or None,
            "user": server["USER"],
            "password": server["PASSWORD"] or None,
        }
        self.name = f"response_{name}_{os.getpid()}"

    def settings(self) -> dict[str, Any]:
        return {**settings.DATABASES["default"], "NAME": self.name, "TEST": {}}

    def connect(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(dbname=name, autocommit=True, **self.server)

    def create(self, template: PostgreSQL | None = None) -> None:
        self.drop()
        source = f' TEMPLATE "{template.name}"' if template else ""
        self._on_server(f'CREATE DATABASE "{self.name}"{source}')

    def drop(self) -> None:
        self._on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _on_server(self, sql: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql)

    def run(self, sql: str) -> None:
        # `\restrict` and `\unrestrict` are for psql.
        plain = re.sub(r"^\\.*$", "", sql, flags=re.MULTILINE)
        with self.connect(self.name) as connection:
            connection.execute(plain)

    def select(self, sql: str) -> list[dict[str, Any]]:
        with self.connect(self.name) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            cursor = connection.execute(sql)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]


Database = SQLite | PostgreSQL


def load_0_5_1(database: Database) -> None:
    """Fill it with a real database of 0.5.1."""
    dump = DATA / f"response-0.5.1.{database.vendor}.sql"
    database.run(dump.read_text(encoding="utf-8"))


def rows(database: Database) -> Rows:
    """Every row of 0.5.1's tables, as the driver gives it."""
    return {table: database.select(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}  # noqa: S608


@contextmanager
def connected(database: Database) -> Iterator[str]:
    """The alias under which Django knows the database."""
    connections.databases[ALIAS] = connections.configure_settings(
        {"default": settings.DATABASES["default"], ALIAS: database.settings()}
    )[ALIAS]
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def migrate(*target: str) -> None:
    """Run `migrate` as an operator does, with its checks."""
    call_command("migrate", *target, database=ALIAS, verbosity=0, skip_checks=False)
