"""A turnstile for threads that wait for Slack most of the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds for which a thread waits for a place. It is a courtesy to the requests, no lock: whoever
# has a place may be slow, and neither a lease nor another conversation shall have to wait for that.
PATIENCE = 1.0


class Turnstile:
    """Hardly ever are more than ``places`` threads inside; who waits for Slack steps outside.

    Answers of Slack tend to come together. If all threads that waited for one went on at once, a
    request would have to wait for each of them, at each of its queries: Python runs one thread at
    a time, and SQLite lets one write.
    """

    def __init__(self, places: int, patience: float = PATIENCE) -> None:
        self._free = places
        self._patience = patience
        self._returning = 0
        self._changed = threading.Condition()
        self._mine = threading.local()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Wait for a place, and have it; without one after ``patience``."""
        self._enter(returns=False)
        try:
            yield
        finally:
            self._leave()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """For who is inside: give the place up, and wait for one at the end.

        They come before those who have not begun: what Slack has done for them is not noted yet.
        """
        self._leave()
        try:
            yield
        finally:
            self._enter(returns=True)

    def _enter(self, *, returns: bool) -> None:
        with self._changed:
            self._returning += returns
            self._mine.place = self._changed.wait_for(
                lambda: self._free > 0 and (returns or not self._returning), self._patience
            )
            self._returning -= returns
            self._free -= self._mine.place
            self._changed.notify_all()

    def _leave(self) -> None:
        with self._changed:
            self._free += self._mine.place
            self._mine.place = False
            self._changed.notify_all()
