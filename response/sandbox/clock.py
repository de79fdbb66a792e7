"""The sandbox's time: one place to look, so that a test freezes all of it."""

from __future__ import annotations

import time


def now() -> float:
    """Seconds since the epoch, as Slack counts."""
    return time.time()


def sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
