"""Whether the site can serve, and whether the work gets done: words, and no more than those."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error

from response import logs
from response.conf import conf
from response.monitoring import figures
from response.slack.models import Heartbeat

logger = logs.get_logger("response.monitoring")

OK, LATE, DEGRADED, UNAVAILABLE = "ok", "late", "degraded", "unavailable"


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
    """Ask the database, with three queries however much there is."""
    try:
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


def _since_tick(now: datetime) -> float:
    """Seconds since the scheduler was seen; without end where it never was."""
    last = figures.beats().get(Heartbeat.SCHEDULER)
    return (now - last).total_seconds() if last else float("inf")
