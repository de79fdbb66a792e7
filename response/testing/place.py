"""Where the workspace of a test is: an app and a database, there for the test alone.

Neither need be the host's: the sandbox's models are installed and given a connection to a
SQLite database in memory, and both are taken away again. A host that has installed the
sandbox itself keeps its own workspace untouched.
"""

from __future__ import annotations

import atexit
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from response.sandbox import methods
from response.sandbox.router import ALIAS, APP_LABEL
from response.sandbox.workspace import Workspace

APP = "response.sandbox"


class _Database(NamedTuple):
    connection: BaseDatabaseWrapper
    settings: dict[str, object]
    # A workspace in which nothing has happened yet.
    pristine: sqlite3.Connection


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace in which nothing has happened yet; it needs ``SandboxRouter``."""
    with _installed(), _instead_of_the_hosts(_database()):
        yield Workspace()


@contextmanager
def _installed() -> Iterator[None]:
    """The sandbox is among the installed apps, without its system checks."""
    if apps.is_installed(APP):
        yield
        return
    config = AppConfig.create(APP)
    config.apps = apps
    apps.app_configs[config.label] = config
    config.import_models()
    methods.load()
    # Django keeps which models there are, and what points at them.
    apps.clear_cache()
    try:
        yield
    finally:
        del apps.app_configs[config.label]
        apps.clear_cache()


@contextmanager
def _instead_of_the_hosts(database: _Database) -> Iterator[None]:
    """The alias leads to our database; a connection that the host has there is put back.

    Django's ``TestCase`` forbids every alias that it knew when the class began, and would empty
    it: ours comes later and goes earlier.
    """
    had = connections.settings.get(ALIAS)
    theirs = connections[ALIAS] if had is not None else None
    connections.settings[ALIAS] = database.settings
    connections[ALIAS] = database.connection
    database.pristine.backup(database.connection.connection)
    try:
        yield
    finally:
        del connections[ALIAS], connections.settings[ALIAS]
        if had is not None and theirs is not None:
            connections.settings[ALIAS] = had
            connections[ALIAS] = theirs


@lru_cache(maxsize=1)
def _database() -> _Database:
    """The one database of this process, with tables and a seeded workspace."""
    handler = ConnectionHandler(
        {
            DEFAULT_DB_ALIAS: {"ENGINE": "django.db.backends.dummy"},
            ALIAS: {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        }
    )
    made = _Database(
        connection=handler.create_connection(ALIAS),
        settings=handler.settings[ALIAS],
        pristine=sqlite3.connect(":memory:", check_same_thread=False),
    )
    # Past the guard with which tests forbid databases that they did not name.
    made.connection.connect()
    with _instead_of_the_hosts(made):
        with made.connection.schema_editor() as editor:
            for model in apps.get_app_config(APP_LABEL).get_models():
                editor.create_model(model)
        Workspace().seed()
        made.connection.connection.backup(made.pristine)
    # From Python 3.13 on it is a ResourceWarning to leave that to the end of the process.
    atexit.register(_close, made)
    return made


def _close(database: _Database) -> None:
    database.pristine.close()
    # Django leaves a database in memory open when it is told to close it.
    database.connection.connection.close()
