"""A database that is older than 0.5.1 is left alone, and the operator is told what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db.migrations.exceptions import NodeNotFoundError

from response.core.schema import MIGRATIONS_OF_0_5_1
from tests.upgrade.databases import ALIAS, migrate, rows

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(params=[1, 10, 16])
def older(request, old):
    """A database in which so many of the seventeen migrations were applied."""
    missing = ", ".join(f"'{name}'" for name in MIGRATIONS_OF_0_5_1[request.param :])
    old.run(f"DELETE FROM django_migrations WHERE app = 'response' AND name IN ({missing})")  # noqa: S608
    return old


def test_migrate_stops_before_anything_is_changed(older):
    before = rows(older), older.select("SELECT * FROM django_migrations")

    with pytest.raises(SystemCheckError) as raised:
        migrate()

    told = str(raised.value)
    assert "older than those of version 0.5.1" in told
    assert "Upgrade to 0.5.1 first" in told
    assert "response.E051" in told
    assert (rows(older), older.select("SELECT * FROM django_migrations")) == before


def test_migrate_without_checks_leaves_the_tables_alone(older, settings):
    settings.MIGRATION_MODULES = {"host": None}
    before = rows(older)

    with pytest.raises(CommandError, match=r"Upgrade to 0\.5\.1 first"):
        call_command("migrate", "response", database=ALIAS, verbosity=0, skip_checks=True)

    assert rows(older) == before


def test_migrate_without_checks_and_with_a_dependent_host_leaves_the_tables_alone(older):
    before = rows(older)

    with pytest.raises(NodeNotFoundError, match="response_0_5_1"):
        call_command("migrate", database=ALIAS, verbosity=0, skip_checks=True)

    assert rows(older) == before


def test_the_operator_reads_it_on_the_command_line(older):
    settings = REPOSITORY / "tests" / "upgrade" / "settings.py"
    assert settings.exists()
    finished = subprocess.run(
        [sys.executable, "-m", "django", "migrate"],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.upgrade.settings",
            "UPGRADE_DATABASE": repr(older.settings()),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    assert "Upgrade to 0.5.1 first" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_a_database_of_0_5_1_passes_the_check(old_to_read):
    call_command("check", databases=[ALIAS])


def test_a_new_database_passes_the_check(empty_to_read):
    call_command("check", databases=[ALIAS])
