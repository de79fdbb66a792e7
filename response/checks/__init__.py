"""System checks: what is wrong before the first request, each with what to do about it.

What is merely missing is a warning: an image is built, and ``migrate`` runs, without secrets.
An error is what would fail later, in front of people. An id never changes its meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Tags, register

from response.checks import access, credentials, database, kinds, site, workspace


@register
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """All checks that need no database and no network."""
    found, wrong = kinds.check()
    # Of a setting of the wrong kind its kind is told, and no more.
    for names, check in (*site.CHECKS, *credentials.CHECKS, *workspace.CHECKS, *access.CHECKS):
        if not wrong.intersection(names):
            found += check()
    return found


@register(Tags.database)
def check_database(
    app_configs: Any, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """What the database knows: run by ``migrate`` and by ``check --database default``."""
    return database.check(databases or ())
