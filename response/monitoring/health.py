"""Whether the site can serve, and whether the work gets done: words, and no more than those."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.db import Error
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from response import database, logs
from response.conf import conf
from response.monitoring import figures
from response.slack.models import Heartbeat

logger = logs.get_logger("response.monitoring")

OK, LATE, DEGRADED, UNAVAILABLE = "ok", "late", "degraded", "unavailable"
NOT_MIGRATED = "not migrated"
APP = "response"


@dataclass(frozen=True, kw_only=True)
class Health:
    """``status`` is ``ok``, ``degraded`` (it serves, the work is late) or ``unavailable``."""

    status: str
    checks: dict[str, str] = field(default_factory=dict)

    @property
    def serves(self) -> bool:
        """Whether requests may be sent here."""
        return self.status != UNAVAILABLE


def look(now: datetime) -> Health:
    """Ask the database, with four queries however much there is."""
    try:
        if not _is_migrated():
            return Health(status=UNAVAILABLE, checks={"database": NOT_MIGRATED})
        seconds = {
            "inbox": figures.inbox(now).lag,
            "outbox": figures.outbox(now).lag,
            "tick": _since_tick(now),
        }
    except Error as error:
        # Not the message, which may name hosts and users.
        logger.warning("The database cannot be used: %s", type(error).__name__)
        return Health(status=UNAVAILABLE, checks={"database": UNAVAILABLE})
    checks = {"database": OK} | {
        name: LATE if waited > conf.health_late_after else OK for name, waited in seconds.items()
    }
    return Health(status=DEGRADED if LATE in checks.values() else OK, checks=checks)


def _is_migrated() -> bool:
    """Whether the newest migration of this code was applied; more may have been since.

    So the old processes go on while a release is rolled out, or taken back. Where none of our
    migrations was applied, the tables were made without them, as a host's tests may do.
    """
    module, _ = MigrationLoader.migrations_module(APP)
    if module is None:
        return True
    rows = MigrationRecorder.Migration.objects.using(database.alias()).filter(app=APP)
    applied = set(rows.values_list("name", flat=True))
    return not applied or not applied.isdisjoint(_newest_migration(module))


@cache
def _newest_migration(module: str) -> frozenset[str]:
    """The names of the last migration in ``module``: its own, and of the last that it replaces.

    By their numbers, and not by Django's loader, which would read those of all apps.
    """
    package = import_module(module)
    found = sorted(each.name for each in iter_modules(package.__path__) if each.name[0] not in "_~")
    if not found:
        return frozenset()
    replaced = import_module(f"{module}.{found[-1]}").Migration.replaces
    return frozenset([found[-1], *(name for _, name in replaced[-1:])])


def _since_tick(now: datetime) -> float:
    """Seconds since the scheduler was seen; without end where it never was."""
    last = figures.beats().get(Heartbeat.SCHEDULER)
    return (now - last).total_seconds() if last else float("inf")
