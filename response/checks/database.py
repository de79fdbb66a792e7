"""What only the database tells: whether a scheduler ticks, whether SQLite is set up for this."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import connections
from django.utils import timezone

from response import database

SILENCE = timedelta(minutes=10)
# Milliseconds that a writer waits for another, at the least: what Python's own default is.
PATIENCE = 5000


def check(aliases: Iterable[str]) -> list[CheckMessage]:
    """The messages about the database of the incidents, if it is among ``aliases``."""
    alias = database.alias()
    if alias not in aliases:
        return []
    return [*_sqlite(connections[alias]), *_scheduler(connections[alias])]


def _sqlite(connection: Any) -> list[CheckMessage]:
    if connection.vendor != "sqlite" or connection.is_in_memory_db():
        return []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        (mode,) = cursor.fetchone()
        cursor.execute("PRAGMA busy_timeout")
        (patience,) = cursor.fetchone()
    options = connection.settings_dict["OPTIONS"]
    missing = []
    if str(mode).lower() != "wal":
        missing.append('"init_command": "PRAGMA journal_mode=WAL;"')
    if str(options.get("transaction_mode", "")).upper() != "IMMEDIATE":
        missing.append('"transaction_mode": "IMMEDIATE"')
    if int(patience) < PATIENCE:
        missing.append('"timeout": 20')
    if not missing:
        return []
    return [
        Warning(
            f"The SQLite database {connection.alias!r} is not set up for several writers: under "
            "load requests of Slack fail with 'database is locked'.",
            hint=f"Set {' and '.join(missing)} in its OPTIONS, or use PostgreSQL.",
            obj="DATABASES",
            id="response.W016",
        )
    ]


def _scheduler(connection: Any) -> list[CheckMessage]:
    models = import_module("response.models")
    if models.Heartbeat._meta.db_table not in connection.introspection.table_names():
        return []
    beats = models.Heartbeat.objects.filter(name=models.Heartbeat.SCHEDULER)
    last = beats.values_list("at", flat=True).first()
    if last is None and not models.Incident.objects.exists():
        # Nothing is late in an installation that nobody has used.
        return []
    if last is not None and timezone.now() - last <= SILENCE:
        return []
    since = f"since {last:%Y-%m-%d %H:%M:%S}" if last else "ever"
    return [
        Warning(
            f"No scheduler was seen {since}: reminders are late or missing, and what a dead "
            "process left behind waits.",
            hint="Run 'manage.py response_tick' every minute, by cron or the like, or have your "
            "cron call the URL cron_minute with RESPONSE_CRON_TOKEN.",
            id="response.W008",
        )
    ]
