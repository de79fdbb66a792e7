"""When stored work is done: soon after it was committed, in a process that may do it.

Deliveries and wanted Slack calls are rows; here it is only decided who is woken to work them
off. Without ``RESPONSE_TASK_BACKEND`` that is one thread a process, started after the
response by django-after-response, which stays while something falls due soon. With it, a task
is enqueued there. Whoever is woken, or is not, ``response_tick`` finds what was left behind.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

import after_response
from django.db import connections

from response import database, logs
from response.conf import conf

logger = logs.get_logger("response.background")

_manual = False

# More interactions at once than this wait for the drain: each thread has a connection.
INTERACTIONS_AT_ONCE = 8
# Seconds after which a thread that waits for a response to end is taken for lost.
LONGEST_RESPONSE = 30.0
_room = threading.BoundedSemaphore(INTERACTIONS_AT_ONCE)


class Job:
    """The thread of this process that works both boxes off: one at a time, woken by name."""

    def __init__(self) -> None:
        self.wake = threading.Event()
        self._lock = threading.Lock()
        self._running = False
        # By when a thread that was asked for must have begun.
        self._begins_by: float | None = None

    def start(self) -> None:
        """Have the work done after the response; wake the thread if it is at work already.

        One that was asked for may never begin: the machine may have had no thread left.
        """
        with self._lock:
            self.wake.set()
            never_began = self._begins_by is not None and time.monotonic() > self._begins_by
            if self._running and not never_began:
                return
            self._running = True
            self._begins_by = time.monotonic() + LONGEST_RESPONSE
        run_after_response(self._run)

    def finish(self) -> bool:
        """The thread wants to end; False if it was woken in that very moment."""
        with self._lock:
            if self.wake.is_set():
                return False
            self._running = False
            return True

    def _run(self) -> None:
        with self._lock:
            self._begins_by = None
        try:
            drain = import_module("response.slack.drain")
            if not conf.background_in_request:
                drain.drain(self)
                return
            while True:
                # Nobody may wait here for what falls due in a while.
                self.wake.clear()
                drain.drain_once()
                if self.finish():
                    return
        except BaseException:
            # It must not look alive for ever after: the next request starts another.
            with self._lock:
                self._running = False
            raise


job = Job()


def schedule_drain() -> None:
    """Have stored work done once the present transaction is committed, if it is."""
    database.on_commit(_start, robust=True)


def run_after_response(function: Callable[[], object]) -> None:
    """Run ``function`` in a thread of its own, once this request is answered."""
    # Without the app its queue would only grow: what is stored waits for a worker or the tick.
    if _manual or "after_response" not in conf.installed_apps:
        return
    after_response.enable(_as_function(function)).after_response()


def run_interaction(function: Callable[[], object]) -> None:
    """The same for work that people wait for, and that the drain does where there is no room."""

    def run() -> None:
        if _room.acquire(blocking=False):
            try:
                function()
            finally:
                _room.release()

    run_after_response(run)


@contextmanager
def by_hand() -> Iterator[None]:
    """Nothing is woken within: for tests, which work the boxes off themselves."""
    global _manual
    before, _manual = _manual, True
    try:
        yield
    finally:
        _manual = before


def _start() -> None:
    if _manual:
        return
    if conf.task_backend:
        _enqueue(conf.task_backend)
    else:
        job.start()


def _enqueue(alias: str) -> None:
    """Hand the drain to the host's task backend; the rows wait for the tick if it is away."""
    try:
        import_module("response.tasks").enqueue_drain(alias)
    except Exception:
        logger.exception(
            "The task backend %r took no task; response_tick will do the work instead", alias
        )


def _as_function(function: Callable[[], object]) -> Callable[[], None]:
    """What django-after-response takes: it sets an attribute on it, which no method has."""
    if not conf.background_in_request:
        return _with_own_connections(function)

    def run() -> None:
        function()

    return run


def _with_own_connections(function: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            function()
        except Exception:
            logger.exception("Background work failed; its rows stay and are tried again")
        finally:
            connections.close_all()

    return run
