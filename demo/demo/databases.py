"""The two kinds of database that the demo runs on."""

from pathlib import Path
from typing import Any

import dj_database_url


def sqlite(path: Path) -> dict[str, Any]:
    """A SQLite file that several threads and processes write to.

    WAL lets readers go on while one writes. IMMEDIATE takes the write lock when a
    transaction begins: taken later, SQLite refuses at once instead of waiting its turn.
    Connections are kept: closing the last one moves the whole log into the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
        },
    }


def from_url(url: str, *, keep_connections: bool) -> dict[str, Any]:
    """The database of a `DATABASE_URL`, e.g. postgres://user:password@host:5432/name."""
    config = dj_database_url.parse(url, conn_health_checks=True)
    if config["ENGINE"].endswith("sqlite3"):
        return sqlite(Path(config["NAME"]))
    return {**config, "CONN_MAX_AGE": 60 if keep_connections else 0}
