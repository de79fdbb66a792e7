"""Sends requests at a fixed rate, whether or not the earlier ones were answered.

Latency counts from the time at which a request was due, so a server that falls behind cannot
hide it. Every request opens a connection of its own.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

GIVE_UP = 30.0
SLACK_GIVES_UP = 3.0
LEAD = 0.5


@dataclass
class Result:
    """Seconds to the answer of each request, in their order, and what was not 2xx.

    ``began`` is when the first was due, in seconds since the epoch; one is due every ``every``.
    """

    latencies: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    began: float = 0.0
    every: float = 0.0
    seconds: float = 0.0

    def due(self, number: int) -> float:
        """When this request was due, in seconds since the epoch."""
        return self.began + number * self.every

    def accepted(self) -> int:
        """How many were answered 2xx."""
        return len(self.latencies) - sum(self.failures.values())

    def with_(self, other: Result) -> Result:
        """The requests of both, as if they were one stream."""
        return Result(self.latencies + other.latencies, self.failures + other.failures, self.began)

    def percentile(self, percent: float) -> float:
        """In milliseconds."""
        found = sorted(self.latencies)
        return 1000 * found[min(len(found) - 1, int(len(found) * percent / 100))]

    def summary(self) -> dict[str, Any]:
        return {
            "sent": len(self.latencies),
            "p50": self.percentile(50),
            "p90": self.percentile(90),
            "p99": self.percentile(99),
            "max": self.percentile(100),
            "late": sum(latency > SLACK_GIVES_UP for latency in self.latencies),
            "failed": sum(self.failures.values()),
            "failures": dict(self.failures),
        }


@dataclass(frozen=True)
class Target:
    """Where requests go, and the secret that they are signed with."""

    url: str
    secret: str

    def request(self, path: str, body: bytes, content_type: str) -> bytes:
        """The bytes of one signed request, to be sent within five minutes."""
        timestamp = str(int(time.time()))
        signed = b"v0:" + timestamp.encode() + b":" + body
        signature = hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
            f"X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: v0={signature}\r\n"
            "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: */*\r\n"
            "Connection: close\r\n\r\n"
        )
        return head.encode() + body


def send(target: Target, *streams: tuple[list[bytes], float]) -> list[Result]:
    """Send every stream (its requests, and how many of them a second) at the same time."""
    gc.collect()
    gc.disable()
    try:
        return asyncio.run(_send(target, streams))
    finally:
        gc.enable()


async def _send(target: Target, streams: tuple[tuple[list[bytes], float], ...]) -> list[Result]:
    url = urlsplit(target.url)
    host, port = str(url.hostname), int(url.port or 80)
    start, began = asyncio.get_running_loop().time() + LEAD, time.time() + LEAD
    results, tasks = [], []
    for requests, rate in streams:
        result = Result([0.0] * len(requests), began=began, every=1 / rate)
        results.append(result)
        for number, request in enumerate(requests):
            tasks.append(_one(host, port, request, start, number, result))
    await asyncio.gather(*tasks)
    for result in results:
        result.seconds = asyncio.get_running_loop().time() - start
    return results


async def _one(
    host: str, port: int, request: bytes, start: float, number: int, result: Result
) -> None:
    loop = asyncio.get_running_loop()
    due = start + number * result.every
    await asyncio.sleep(due - loop.time())
    answered = loop.create_future()
    connection = None
    try:
        async with asyncio.timeout_at(due + GIVE_UP):
            connection, _ = await loop.create_connection(
                lambda: _Exchange(request, answered), host, port
            )
            status = await answered
    except (OSError, TimeoutError) as failure:
        status = type(failure).__name__
    finally:
        result.latencies[number] = loop.time() - due
        if connection is not None:
            connection.close()
    if not status.startswith("2"):
        result.failures[status] += 1


class _Exchange(asyncio.Protocol):
    """Writes the request; ``answered`` gets the status."""

    def __init__(self, request: bytes, answered: asyncio.Future[str]) -> None:
        self._request = request
        self._answered = answered
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._answered.done() and b"\r\n\r\n" in self._head:
            self._answered.set_result(self._head.split(b" ", 2)[1].decode())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answered.done():
            self._answered.set_exception(exc or ConnectionError())
