"""How long this machine lets a process wait that wants to run: whether it is too slow to tell."""

from __future__ import annotations

import threading
import time
from types import TracebackType

EVERY = 0.1
# Slack gives up after as many seconds.
TOO_LATE = 3.0


class Lateness:
    """``worst``: by how many seconds a thread that only sleeps has woken too late, at most."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="lateness", daemon=True)

    def __enter__(self) -> Lateness:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        before = time.monotonic()
        while not self._over.wait(EVERY):
            now = time.monotonic()
            self.worst = max(self.worst, now - before - EVERY)
            before = now
