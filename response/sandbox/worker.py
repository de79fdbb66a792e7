"""The thread that sends events by itself: one a process, only while there is something to send.

With ``RESPONSE_SANDBOX_DELIVER = "manual"`` there is none, and tests call ``deliver_due``.
"""

from __future__ import annotations

import logging
import threading

from django.db import connections

from response.sandbox import clock, deliveries
from response.sandbox.conf import conf
from response.sandbox.router import ALIAS

IDLE = 10.0  # seconds without work until the thread ends and gives its connection back
LONGEST_WAIT = 5.0  # another process may have died with an event in its hands

logger = logging.getLogger(__name__)


class Worker:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._running = False

    def wake(self) -> None:
        """There may be something to send; start the thread if it is not there."""
        if conf.deliver != "thread":
            return
        with self._lock:
            self._woken.set()
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="slack-sandbox", daemon=True).start()

    def _run(self) -> None:
        try:
            while self._work():
                pass
        finally:
            connections[ALIAS].close()

    def _work(self) -> bool:
        """One round; false when the thread should end."""
        self._woken.clear()
        try:
            deliveries.deliver_due()
            due = deliveries.next_due()
        except Exception:
            # A row that cannot be sent or a database that is gone must not end deliveries.
            logger.exception("The sandbox could not deliver; it tries again.")
            due = clock.now() + 1
        wait = IDLE if due is None else min(max(due - clock.now(), 0.01), LONGEST_WAIT)
        if self._woken.wait(wait) or due is not None:
            return True
        with self._lock:
            self._running = self._woken.is_set()
            return self._running


_worker = Worker()


def wake() -> None:
    """Called after commit, by whatever queued an event."""
    _worker.wake()
