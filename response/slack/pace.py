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
# Seconds by which threads may disagree about the time; more means that the clock was set back.
APART = 60.0
# Seconds: clocks and what is stored of them are rounded, and who is refused waits for another turn.
TOLERANCE = 0.001
# A method, and the channel where it is limited by channel.
Limit = tuple[str, str]


class Paced(Exception):
    """The call would exceed a limit; it may be made ``seconds`` from now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"to be sent in {seconds:.1f} s")
        self.seconds = seconds


class Pace:
    """What this process has sent lately; shared by its threads.

    Methods have 20, 50 or 100 calls a minute, of which ``BURST`` at once; messages have one a
    second and channel. A 429 blocks what it was the answer to for as long as it says.

    Of many that are refused each is told a time of its own. Told the same one, they would all
    come again for the one call that is free then, and be refused again but for one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free_at: dict[Limit, float] = {}
        # When the next one to be refused may come.
        self._next_turn: dict[Limit, float] = {}
        # The latest time that anybody named.
        self._latest = 0.0

    def take(self, method: str, arguments: Mapping[str, Any], now: float) -> None:
        """Use one call of ``method``; ``now`` is in seconds. Raises ``Paced`` if none is left."""
        limit = _limit(method, arguments)
        with self._lock:
            self._follow(now)
            if seconds := self._refused(limit, now):
                raise Paced(seconds)
            self._free_at[limit] = max(self._free_at.get(limit, 0.0), now) + _rate(method)[0]
            self._forget(now)

    def ask(self, method: str, arguments: Mapping[str, Any], now: float) -> float:
        """Seconds until its turn, if the call would be refused now; else 0. Uses nothing up."""
        with self._lock:
            self._follow(now)
            return self._refused(_limit(method, arguments), now)

    def _refused(self, limit: Limit, now: float) -> float:
        interval, burst = _rate(limit[0])
        wait = self._free_at.get(limit, 0.0) - interval * (burst - 1) - now
        if wait <= TOLERANCE:
            return 0.0
        turn = max(now + wait, self._next_turn.get(limit, 0.0))
        self._next_turn[limit] = turn + interval
        return turn - now

    def block(self, method: str, arguments: Mapping[str, Any], now: float, seconds: float) -> None:
        """Slack answered 429: make no such call for ``seconds``."""
        interval, burst = _rate(method)
        with self._lock:
            self._follow(now)
            limit = _limit(method, arguments)
            self._free_at[limit] = now + seconds + interval * (burst - 1)
            self._next_turn.pop(limit, None)

    def _follow(self, now: float) -> None:
        """What was to wait for some seconds when the clock was set back waits for as many now."""
        if self._latest - now > APART:
            back = self._latest - now
            self._free_at = {key: at - back for key, at in self._free_at.items()}
            self._next_turn = {key: at - back for key, at in self._next_turn.items()}
            self._latest = now
        self._latest = max(self._latest, now)

    def _forget(self, now: float) -> None:
        if len(self._free_at) + len(self._next_turn) > 1000:
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}
            self._next_turn = {key: at for key, at in self._next_turn.items() if at > now}


class Unpaced(Pace):
    """No limits: for tests, whose clock stands still."""

    def take(self, method: str, arguments: Mapping[str, Any], now: float) -> None:
        """Always allowed."""

    def ask(self, method: str, arguments: Mapping[str, Any], now: float) -> float:
        """Never refused."""
        return 0.0


def _limit(method: str, arguments: Mapping[str, Any]) -> Limit:
    return method, str(arguments.get("channel", "")) if method == POST_MESSAGE else ""


def _rate(method: str) -> tuple[float, int]:
    """Seconds between two calls in the long run, and how many may go at once."""
    if method == POST_MESSAGE:
        return 1.0, 1
    tier = 2 if method in TIER_2 else 4 if method in TIER_4 else 3
    return 60 / PER_MINUTE[tier], BURST
