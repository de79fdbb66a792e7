"""Carries deliveries to the app over HTTP, signed, until they are acknowledged, and counts.

Slack gives an event up after three further tries; the courier goes on until the app has said
200, so that all that a story did must have its effect in the end.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

from response.sandbox import sending, state
from response.sandbox.errors import ApiError
from response.sandbox.models import Delivery
from response.sandbox.sending import Reply

T = TypeVar("T")
AT_ONCE = 6
SHORTEST, LONGEST = 0.1, 2.0


class GaveUp(Exception):
    """Something was not acknowledged however often it was tried."""


class Courier:
    """``copies``: how often each delivery is sent; ``patience`` in seconds."""

    def __init__(self, copies: int, patience: float, seed: int) -> None:
        self.patience = patience
        self.sent: Counter[str] = Counter()
        self.acknowledged = 0
        self._copies = copies
        self._random = random.Random(seed)  # noqa: S311 (nothing secret)
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_ONCE * copies)

    def transport(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """A command or an interaction: what the person sees is the first good answer."""
        if self._copies == 1:
            return self._post(path, body, headers)
        post = [
            self._pool.submit(self._post_and_close, path, body, headers)
            for _ in range(self._copies)
        ]
        replies = [reply.result() for reply in post]
        return next((reply for reply in replies if reply.ok), replies[0])

    def deliver(self, channel_id: str = "") -> int:
        """Carry the events of a channel, or all, in their order; how many there were."""
        waiting = Delivery.objects.filter(kind="event", state="pending")
        rows = list(waiting.filter(body__contains=f'"{channel_id}"') if channel_id else waiting)
        if self._copies == 1:
            for row in rows:
                self._carry(row)
        else:
            self._carry_shuffled(rows)
        with state.writing():
            Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(state="delivered")
        return len(rows)

    def _carry_shuffled(self, rows: list[Delivery]) -> None:
        several = rows * self._copies
        with self._lock:
            self._random.shuffle(several)
        for carried in [self._pool.submit(self._carry_and_close, row) for row in several]:
            carried.result()

    def _carry(self, row: Delivery) -> None:
        tries = 0

        def carry() -> None:
            nonlocal tries
            retry = {"X-Slack-Retry-Num": str(min(tries, 3)), "X-Slack-Retry-Reason": "http_error"}
            tries += 1
            reply = self._signed(row, retry if tries > 1 else {})
            if not reply.ok:
                raise ApiError(reply.error)

        self.insist(carry, f"the event {row.event_id}")

    def _signed(self, row: Delivery, more: Mapping[str, str]) -> Reply:
        raw = row.body.encode()
        headers = {**sending.signed_headers(raw), "Content-Type": row.content_type, **more}
        return self._post(row.path, raw, headers)

    def _post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        reply = sending.over_http(path, body, headers)
        with self._lock:
            self.sent[reply.error and f"{reply.error} {reply.status or ''}".strip()] += 1
        return reply

    def _post_and_close(self, *arguments: Any) -> Reply:
        return self._post(*arguments)

    def _carry_and_close(self, row: Delivery) -> None:
        try:
            self._carry(row)
        finally:
            connections.close_all()

    def insist(self, act: Callable[[], T], what: str) -> T:
        """Do it again and again, as people do, until it works."""
        deadline = time.monotonic() + self.patience
        pause = SHORTEST
        while True:
            try:
                done = act()
            except (ApiError, AssertionError, LookupError) as failure:
                if time.monotonic() > deadline:
                    raise GaveUp(f"{what}: {failure}") from failure
                time.sleep(pause)
                pause = min(2 * pause, LONGEST)
            else:
                with self._lock:
                    self.acknowledged += 1
                return done

    def until(self, condition: Callable[[], T], what: str) -> T:
        """Look again and again until it is so."""
        deadline = time.monotonic() + self.patience
        while not (found := condition()):
            if time.monotonic() > deadline:
                raise GaveUp(f"It did not come to it: {what}")
            time.sleep(0.2)
        return found

    @property
    def requests(self) -> int:
        return self.sent.total()

    def refusals(self) -> dict[str, int]:
        """What was answered by nothing, or not by 2xx, and how often."""
        return {error: count for error, count in self.sent.items() if error}
