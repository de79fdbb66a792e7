"""Other processes, played by threads with database connections of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

PATIENCE = 60.0


def elsewhere(work: Callable[[], object]) -> None:
    """Run ``work`` as another process would, and wait for it."""
    at_once([work])


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """Run all of them at the same moment; what they returned. Raises what the first raised."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(PATIENCE)
            results[number] = works[number]()
        except BaseException as failure:  # noqa: BLE001 - raised in the test's own thread
            failures.append(failure)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(number,), daemon=True) for number in range(len(works))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "one waits for another for ever"
    if failures:
        raise failures[0]
    return results
