"""Migrations of hosts that depend on one of 0.5.1's by its name."""

import sys

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from response.core.schema import MIGRATIONS_OF_0_5_1
from tests.upgrade.databases import ALIAS, migrate

MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    initial = True
    dependencies = [("response", "{name}")]
    operations = [
        migrations.CreateModel("Postmortem", [
            ("id", models.BigAutoField(primary_key=True)),
            ("url", models.URLField()),
            ("incident", models.ForeignKey("response.Incident", models.CASCADE)),
        ]),
    ]
"""


@pytest.fixture(params=MIGRATIONS_OF_0_5_1)
def host(request, tmp_path, monkeypatch, settings):
    """The migrations of the host app of these tests, made to depend on that name."""
    package = tmp_path / "migrations_of_host"
    package.mkdir()
    (package / "__init__.py").touch()
    source = MIGRATION.format(name=request.param)
    (package / "0001_initial.py").write_text(source, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"host": "migrations_of_host"}
    yield "host"
    for name in [name for name in sys.modules if name.startswith("migrations_of_host")]:
        del sys.modules[name]


def planned(app):
    """Which migrations would run up to the end of that app, in order."""
    executor = MigrationExecutor(connections[ALIAS])
    executor.loader.check_consistent_history(connections[ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes(app))
    return [(migration.app_label, migration.name) for migration, _ in plan]


def test_it_resolves_in_a_new_database(empty_to_read, host):
    plan = planned(host)

    assert plan[-1] == (host, "0001_initial")
    assert ("response", "0001_response_0_5_1") in plan


def test_it_resolves_in_a_database_of_0_5_1(old_to_read, host):
    assert planned(host) == [(host, "0001_initial")]


def test_it_resolves_where_it_was_applied_under_0_5_1(old_to_read, host):
    old_to_read.run(
        "INSERT INTO django_migrations (id, app, name, applied) "
        "VALUES (1000, 'host', '0001_initial', '2021-01-01 00:00:00')"
    )
    try:
        assert planned(host) == []
        assert ("response", "0002_wider_text_columns") in planned("response")
    finally:
        old_to_read.run("DELETE FROM django_migrations WHERE id = 1000")


def test_it_runs_after_the_upgrade(upgraded_to_read):
    upgraded_to_read.select("SELECT incident_id, url FROM host_postmortem")


def test_it_runs_in_a_new_database(empty):
    migrate()

    empty.select("SELECT incident_id, url FROM host_postmortem")
