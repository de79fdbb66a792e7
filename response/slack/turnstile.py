"""A turnstile for threads that wait for Slack most of the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """At most ``places`` threads are inside; who waits for Slack steps outside meanwhile.

    Python runs one thread at a time. Answers of Slack tend to come together, and if all threads
    that waited for one went on at once, a request would have to wait for each of them, at each
    of its queries.
    """

    def __init__(self, places: int) -> None:
        self._free = threading.BoundedSemaphore(places)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Wait for a place, and have it."""
        with self._free:
            yield

    @contextmanager
    def outside(self) -> Iterator[None]:
        """To be entered by who is inside: give the place up, and wait for another at the end."""
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
