"""One signed HTTP POST to the app, as Slack makes it.

Signature: https://docs.slack.dev/authentication/verifying-requests-from-slack. Always to this
machine, never through a proxy, within a deadline for connection, headers and body together.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol
from urllib.parse import urlsplit

from response.sandbox import clock
from response.sandbox.conf import conf

DEADLINE = 3.0
ANSWER_LIMIT = 1_000_000
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the app answered. ``error`` is Slack's ``x-slack-retry-reason``, or empty."""

    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    error: str = ""
    ms: int = 0

    @property
    def ok(self) -> bool:
        return not self.error


class Transport(Protocol):
    """How a delivery reaches the app. ``path`` is below ``RESPONSE_SANDBOX_APP_URL``."""

    def __call__(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply: ...


_transport: ContextVar[Transport | None] = ContextVar("response_sandbox_transport", default=None)


@contextmanager
def transported_by(transport: Transport) -> Iterator[None]:
    """Deliver in another way than over HTTP, in this context: for tests in one process."""
    token = _transport.set(transport)
    try:
        yield
    finally:
        _transport.reset(token)


def post(
    path: str, body: str, content_type: str, headers: Mapping[str, str] | None = None
) -> Reply:
    """Sign and send; every failure is a ``Reply`` with an ``error``."""
    raw = body.encode()
    every = {**signed_headers(raw), "Content-Type": content_type, **(headers or {})}
    return (_transport.get() or over_http)(path, raw, every)


def signed_headers(raw: bytes) -> dict[str, str]:
    timestamp = str(int(clock.now()))
    return {
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept": "*/*",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(conf.signing_secret, timestamp, raw),
    }


def signature(secret: str, timestamp: str, raw: bytes) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + raw
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def over_http(path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """POST to the app's URL; redirects are not followed, more strictly than at Slack."""
    started = monotonic()
    url = urlsplit(conf.app_url + path)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=DEADLINE)
    try:
        reply = _exchange(connection, url.path, body, headers, started + DEADLINE)
    except TimeoutError:
        reply = Reply(error="http_timeout")
    except (OSError, http.client.HTTPException):
        reply = Reply(error="connection_failed")
    finally:
        connection.close()
    ms = round((monotonic() - started) * 1000)
    return Reply(
        status=reply.status, headers=reply.headers, body=reply.body, error=reply.error, ms=ms
    )


def _exchange(
    connection: http.client.HTTPConnection,
    path: str,
    body: bytes,
    headers: Mapping[str, str],
    deadline: float,
) -> Reply:
    connection.request("POST", path, body=body, headers={**headers, "Connection": "close"})
    sock = connection.sock
    _limit(sock, deadline)
    response = connection.getresponse()
    chunks: list[bytes] = []
    # From Python 3.13 on, a response that was read to its end closes the socket at once.
    while not response.isclosed() and sum(map(len, chunks)) < ANSWER_LIMIT:
        _limit(sock, deadline)
        chunk = response.read1(65_536)
        if not chunk:
            break
        chunks.append(chunk)
    return Reply(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        body=b"".join(chunks).decode("utf-8", errors="replace"),
        error="" if 200 <= response.status < 300 else "http_error",
    )


def _limit(sock: socket.socket, deadline: float) -> None:
    """Let the next read take what is left of the time, however slowly the app trickles."""
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    sock.settimeout(left)
