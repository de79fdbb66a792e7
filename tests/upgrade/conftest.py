"""An empty database, one of 0.5.1, and one of 0.5.1 after `migrate`.

The last two are made once and copied for each test.
"""

import pytest
from django.conf import settings as project
from django.dispatch import Signal
from django.test import override_settings

from response.core import signals
from tests.upgrade.databases import (
    ALIAS,
    PostgreSQL,
    SQLite,
    connected,
    load_0_5_1,
    migrate,
)

# The tests have the sandbox without DEBUG, which is an error anywhere else.
SILENCED = [f"response_sandbox.E{number:03}" for number in range(1, 10)]
ON_POSTGRESQL = "postgresql" in project.DATABASES["default"]["ENGINE"]


class UpgradeRouter:
    """The product's tables are those of the throw-away database."""

    def db_for_read(self, model, **hints):
        return ALIAS if model._meta.app_label == "response" else None

    db_for_write = db_for_read


@pytest.fixture(
    scope="session",
    params=[
        SQLite,
        pytest.param(
            PostgreSQL,
            marks=pytest.mark.skipif(not ON_POSTGRESQL, reason="the tests run on SQLite"),
        ),
    ],
    ids=["sqlite", "postgresql"],
)
def engine(request):
    return request.param


@pytest.fixture(scope="session")
def template_of_0_5_1(engine, tmp_path_factory):
    database = engine(tmp_path_factory.mktemp("upgrade"), "of_0_5_1")
    database.create()
    load_0_5_1(database)
    yield database
    database.drop()


@pytest.fixture(scope="session")
def template_upgraded(engine, template_of_0_5_1, tmp_path_factory, django_db_blocker):
    database = engine(tmp_path_factory.mktemp("upgrade"), "upgraded")
    database.create(template_of_0_5_1)
    with (
        override_settings(SILENCED_SYSTEM_CHECKS=SILENCED),
        django_db_blocker.unblock(),
        connected(database),
    ):
        migrate()
    yield database
    database.drop()


@pytest.fixture(scope="session")
def template_empty(engine, tmp_path_factory):
    database = engine(tmp_path_factory.mktemp("upgrade"), "empty")
    database.create()
    yield database
    database.drop()


@pytest.fixture
def connect(settings, monkeypatch, django_db_blocker):
    """Make a database the one of the product's tables; nobody listens to core."""
    settings.SILENCED_SYSTEM_CHECKS = SILENCED
    settings.DATABASE_ROUTERS = [UpgradeRouter(), *settings.DATABASE_ROUTERS]
    for each in vars(signals).values():
        if type(each) is Signal:
            monkeypatch.setattr(each, "receivers", [])
    with django_db_blocker.unblock():
        yield connected


@pytest.fixture
def place(engine, tmp_path, connect):
    """A database that is not there yet, connected."""
    database = engine(tmp_path, "upgrade")
    with connect(database):
        yield database
    database.drop()


@pytest.fixture
def empty_to_read(connect, template_empty):
    """A database without tables, shared by tests that only read."""
    with connect(template_empty):
        yield template_empty


@pytest.fixture
def old_to_read(connect, template_of_0_5_1):
    """A database of 0.5.1, shared by tests that leave it as they found it."""
    with connect(template_of_0_5_1):
        yield template_of_0_5_1


@pytest.fixture
def upgraded_to_read(connect, template_upgraded):
    """An upgraded one, shared by tests that only read."""
    with connect(template_upgraded):
        yield template_upgraded


@pytest.fixture
def empty(place):
    """A database without tables."""
    place.create()
    return place


@pytest.fixture
def old(place, template_of_0_5_1):
    """A database of 0.5.1."""
    place.create(template_of_0_5_1)
    return place


@pytest.fixture
def upgraded(place, template_upgraded):
    """The same after `migrate`."""
    place.create(template_upgraded)
    return place
