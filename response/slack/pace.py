"""Slack's rate limits, kept before Slack has to ask: one token bucket for each limit.

https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

PER_MINUTE = {2: 20, 3: 50, 4: 100}
BURST = 5
TIER_2 = frozenset(
    [
        "conversations.create",
        "conversations.rename",
        "conversations.setTopic",
        "conversations.setPurpose",
        "conversations.archive",
        "conversations.list",
        "reactions.remove",
        "pins.add",
        "pins.remove",
        "users.list",
        "bookmarks.add",
    ]
)
TIER_4 = frozenset(
    [
        "chat.postEphemeral",
        "conversations.members",
        "users.info",
        "views.open",
        "views.push",
        "views.update",
    ]
)
POST_MESSAGE = "chat.postMessage"


class Paced(Exception):
    """The call would exceed a limit; it may be made ``seconds`` from now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be sent in {seconds:.1f} s")
        self.seconds = seconds


class Pace:
    """What this process has sent lately; shared by its threads.

    Methods have 20, 50 or 100 calls a minute, of which ``BURST`` at once; messages have one a
    second and channel. A 429 blocks what it was the answer to for as long as it says.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at: dict[tuple[str, str], float] = {}

    def take(self, method: str, arguments: Mapping[str, Any], now: float) -> None:
        """Use one call of ``method``; ``now`` is in seconds. Raises ``Paced`` if none is left."""
        limit = _limit(method, arguments)
        interval, burst = _rate(method)
        with self._lock:
            free_at = self._free_at.get(limit, 0.0)
            # Further off than any limit reaches: the clock was set back since.
            wait = free_at - now if free_at - now < 3600 else 0.0
            if wait > interval * (burst - 1) + 1e-6:
                raise Paced(wait - interval * (burst - 1))
            self._free_at[limit] = max(free_at if wait > 0 else now, now) + interval
            self._forget(now)

    def block(self, method: str, arguments: Mapping[str, Any], now: float, seconds: float) -> None:
        """Slack answered 429: make no such call for ``seconds``."""
        interval, burst = _rate(method)
        with self._lock:
            self._free_at[_limit(method, arguments)] = now + seconds + interval * (burst - 1)

    def _forget(self, now: float) -> None:
        if len(self._free_at) > 1000:
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}


class Unpaced(Pace):
    """No limits: for tests, whose clock stands still."""

    def take(self, method: str, arguments: Mapping[str, Any], now: float) -> None:
        """Always allowed."""


def _limit(method: str, arguments: Mapping[str, Any]) -> tuple[str, str]:
    return method, str(arguments.get("channel", "")) if method == POST_MESSAGE else ""


def _rate(method: str) -> tuple[float, int]:
    """Seconds between two calls in the long run, and how many may go at once."""
    if method == POST_MESSAGE:
        return 1.0, 1
    tier = 2 if method in TIER_2 else 4 if method in TIER_4 else 3
    return 60 / PER_MINUTE[tier], BURST
