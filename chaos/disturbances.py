"""What is done to a running site. Each runs in a thread until it has done its share."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import chaos_clock
import processes

HOUR = 3600.0
# How long one works that has little to do, in seconds.
A_TICK = 0.3
BALLAST = 65_536


class Site(Protocol):
    """What a disturbance may touch."""

    options: dict[str, Any]
    web: Any
    workers: list[Any]
    ticks: list[Any]
    cluster: Any
    disk: Path
    clock_file: Path
    redis_url: str
    injected: int
    random: random.Random
    over: threading.Event


def kill_web(site: Site) -> None:
    """``kill -9`` to one of gunicorn's workers, at random moments."""

    def kill() -> bool:
        # One that serves has more threads than that which it is loaded by.
        found = [pid for pid in site.web.workers() if processes.threads(pid) > 1]
        if found:
            with suppress(ProcessLookupError):
                os.kill(site.random.choice(found), signal.SIGKILL)
                return True
        return False

    _at_random_moments(site, kill, 0.5, 6.0)


def kill_worker(site: Site) -> None:
    """The same to a worker of the task backend."""
    _at_random_moments(site, lambda: site.random.choice(site.workers).kill(), 0.5, 5.0)


def kill_tick(site: Site) -> None:
    """The same to ``response_tick``, which is started again and again."""

    def kill() -> bool:
        return bool(site.random.choice(site.ticks).kill(site.random.uniform(0.0, A_TICK)))

    _at_random_moments(site, kill, 0.2, 1.5)


def restart_database(site: Site) -> None:
    """Stop PostgreSQL, now by a crash and now in order, and start it again."""
    for number in range(site.options["restarts"]):
        if site.over.wait(site.random.uniform(2.0, 6.0)):
            return
        site.cluster.stop("immediate" if number % 2 == 0 else "fast")
        site.over.wait(site.random.uniform(0.0, 2.0))
        site.cluster.start()
        site.injected += 1


def flush_redis(site: Site) -> None:
    """Empty the queue's own database of Redis."""
    import redis

    queue = redis.Redis.from_url(site.redis_url)

    def flush() -> bool:
        queue.flushdb()
        return True

    _at_random_moments(site, flush, 0.2, 2.0)
    queue.close()


def slack_down(site: Site) -> None:
    """Every connection is dropped, for a while."""
    _with_faults(site, outage=True)


def slack_slow(site: Site) -> None:
    """Every call takes five seconds."""
    _with_faults(site, latency_ms=5000)


def fill_disk(site: Site) -> None:
    """Leave no byte free where the app's SQLite file is; some time later, make room again."""
    from django.db import connection

    for number in range(site.options["restarts"]):
        if site.over.wait(site.random.uniform(1.0, 3.0)):
            return
        ballast = site.disk / f"ballast-{number}"
        with connection.cursor() as cursor:
            # What the log has used before it could use again; as far as readers let it.
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _fill(ballast)
        site.injected += 1
        site.over.wait(site.options["disk_full"])
        ballast.unlink()


def step_back(site: Site) -> None:
    """Set the clocks back by an hour, in the middle of things."""
    site.over.wait(site.random.uniform(1.0, 3.0))
    chaos_clock.step(str(site.clock_file), -HOUR)
    site.injected += 1


def wanted(name: str, options: Mapping[str, Any]) -> int:
    """How many faults a disturbance injects, if nothing keeps it from that; 0 without one."""
    counted = {"restart_database": "restarts", "fill_disk": "restarts"}
    counted |= dict.fromkeys(("kill_web", "kill_worker", "kill_tick", "flush_redis"), "kills")
    return int(options[counted[name]]) if name in counted else int(bool(name))


def _at_random_moments(
    site: Site, strike: Callable[[], bool], shortest: float, longest: float
) -> None:
    while site.injected < site.options["kills"]:
        if site.over.wait(site.random.uniform(shortest, longest)):
            return
        site.injected += strike()


def _with_faults(site: Site, **values: Any) -> None:
    from response.sandbox import faults

    site.over.wait(1.0)
    faults.update(**values)
    site.injected += 1
    site.over.wait(site.options["outage"])
    faults.reset()


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (BALLAST, 512, 1):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue
