"""Processes of the host that are no web server: its database is upgraded, its cron ticks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.compat import hosts
from tests.slack.web_api_server import Server

DUMP = hosts.ROOT / "tests" / "upgrade" / "data" / "response-0.5.1.sqlite.sql"
# What the host's first migration had made, under 0.5.1.
OF_THE_HOST = """
CREATE TABLE lighthouse_statuspage (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    statuspage_incident_id varchar(100) NULL UNIQUE,
    incident_id integer NOT NULL REFERENCES response_incident (id));
CREATE TABLE lighthouse_specialist (
    id integer NOT NULL PRIMARY KEY AUTOINCREMENT,
    name varchar(100) NOT NULL UNIQUE,
    summary text NOT NULL);
INSERT INTO django_migrations (app, name, applied)
    VALUES ('lighthouse', '0001_initial', '2021-01-01 00:00:00');
INSERT INTO lighthouse_statuspage (statuspage_incident_id, incident_id)
    SELECT 'sp' || id, id FROM response_incident;
"""


@pytest.fixture
def slack() -> Iterator[Server]:
    with hosts.slack() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The host's database, as it was when it ran 0.5.1."""
    path = tmp_path / "lighthouse.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8") + OF_THE_HOST)
    return path


def manage(slack: Server, database: Path, *arguments: str) -> str:
    """Run ``manage.py`` with the host's own settings; what it printed."""
    command = ["manage_here.py", *arguments]
    done = hosts.run(command, slack, "base", LIGHTHOUSE_DATABASE=str(database))
    assert done.returncode == 0, done.stdout
    return done.stdout


def rows(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(sql).fetchall()


def test_its_database_is_upgraded_and_its_cron_ticks(slack: Server, database: Path):
    """One story, since each process costs a second: migrate, then a minute of the cron."""
    incidents = rows(database, "SELECT id, report FROM response_incident ORDER BY id")
    assert incidents
    printed = manage(slack, database, "migrate")
    assert "Applying response.0002" in printed
    assert "Applying lighthouse" not in printed
    after = rows(database, "SELECT id, report FROM response_incident ORDER BY id")
    assert [pk for pk, _ in after] == [pk for pk, _ in incidents]
    pages = rows(database, "SELECT incident_id FROM lighthouse_statuspage ORDER BY incident_id")
    assert pages == [(pk,) for pk, _ in incidents]
    assert "No changes detected" in manage(
        slack, database, "makemigrations", "--check", "--dry-run", "response"
    )

    # Its handlers are imported by wsgi.py alone, which the tick loads.
    manage(slack, database, "response_tick")
    said = [call.get("text", "") for call in slack.calls("chat.postMessage")]
    assert any("our Incident Response process" in text for text in said), said


def test_a_new_database_is_made_and_checked(slack: Server, tmp_path: Path):
    database = tmp_path / "new.sqlite3"
    printed = manage(slack, database, "migrate")
    assert "Applying lighthouse.0001_initial" in printed
    made = rows(database, "SELECT name FROM sqlite_master WHERE name LIKE 'lighthouse_%'")
    assert ("lighthouse_statuspage",) in made
    assert "no issues" in manage(slack, database, "check", "--fail-level", "ERROR")
