"""One WebSocket to Slack, from its opening to its end; whoever needs another makes another.

slack_sdk's client does the handshake, frames, pings and acknowledgements. Left to itself it
would also replace its connection, in a way that drops what Slack had sent on the old one, hits
Slack without pause when that fails, and sleeps where a SIGTERM must be heard. So that is off.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from response import logs
from response.slack.errors import SlackUnavailable
from response.slack.socket_mode.envelopes import Acknowledge, Reply

logger = logs.get_logger("response.slack.socket_mode")
# At DEBUG the SDK writes whole payloads; what it reports as errors is raised or logged here.
_sdk_logger = logging.getLogger("response.slack.sdk")

Receive = Callable[[SocketModeRequest, Acknowledge], None]

# Seconds that Slack has for its first word.
GREETING = 10.0
PING_EVERY = 5.0
# How soon the thread that reads notices that it is to stop, in seconds.
LOOK_UP = 1.0
# Longer messages arrive in so many bytes at a time; the SDK recurs once for each.
BUFFER = 65_536
# People wait for these; each may wait for Slack in its turn.
INTERACTIONS_AT_ONCE = 8


class Link(SocketModeClient):
    """An open connection. ``receive`` gets each envelope and a function to acknowledge it.

    Events are received one after the other, as they came; commands and interactions beside
    them. ``news`` is set when there is something to look at: ``leaving`` or ``is_over``.
    """

    def __init__(self, url: str, receive: Receive, news: threading.Event) -> None:
        # Why Slack wants the connection replaced; empty while it does not.
        self.leaving = ""
        self.opened_at = time.monotonic()
        self._receive = receive
        self._news = news
        self._greeted = threading.Event()
        self._events = ThreadPoolExecutor(1)
        self._interactions = ThreadPoolExecutor(INTERACTIONS_AT_ONCE)
        self._begun = 0
        self._idle = threading.Condition()
        # It starts threads, which look at all that.
        super().__init__(
            app_token="",
            logger=_sdk_logger,
            auto_reconnect_enabled=False,
            ping_interval=PING_EVERY,
            receive_buffer_size=BUFFER,
            # Its workers only hand on: one, so that events keep their order.
            concurrency=1,
            on_message_listeners=[self._notice],
        )
        self.wss_uri = url
        self.proxy = _proxy_for(url)
        self.socket_mode_request_listeners.append(self._hand_on)

    # -- its life -----------------------------------------------------------------------------

    def open(self) -> None:
        """Connect, and wait for Slack's first word; raises ``SlackUnavailable``."""
        self.connect()
        session = self.current_session
        if session is None or session.sock is None:
            raise SlackUnavailable("Slack's WebSocket could not be opened")
        session.sock.settimeout(LOOK_UP)
        session.sock = cast("Any", _EndingSocket(session.sock))
        if not self._greeted.wait(GREETING):
            raise SlackUnavailable("Slack opened a WebSocket and said nothing")

    @property
    def is_over(self) -> bool:
        """Whether nothing can come any more: Slack closed it, or it broke."""
        return not self.is_connected()

    def finish(self, patience: float) -> None:
        """Take nothing more in, finish and acknowledge what came, close; after ``patience`` anyway.

        What Slack sent and nobody acknowledged it sends again, on another connection.
        """
        self._stop_reading()
        with self._idle:
            if not self._idle.wait_for(lambda: self._begun <= 0, patience):
                logger.warning("A connection is closed with %s envelope(s) at work", self._begun)
        self.close()
        for workers in (self._events, self._interactions):
            workers.shutdown(wait=False, cancel_futures=True)

    def _stop_reading(self) -> None:
        runner = self.current_session_runner
        runner.event.set()
        while runner.is_alive():
            # More than once: the SDK may just be about to take it back.
            self.current_session_state.terminated = True
            runner.thread.join(0.1)

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Where the SDK would replace the connection: whoever keeps this link does it."""
        self._news.set()

    # -- what comes ---------------------------------------------------------------------------

    def _run_current_session(self) -> None:
        super()._run_current_session()  # type: ignore[no-untyped-call]
        if self._greeted.is_set() and self.is_over:
            self._news.set()

    def _notice(self, raw: str) -> None:
        """Look at a message as it comes, in the thread that reads."""
        message = _object(raw)
        kind = message.get("type")
        if kind == "hello":
            logger.info("Connected: %s", message.get("debug_info") or message)
            self._greeted.set()
        elif kind == "disconnect":
            self.leaving = str(message.get("reason") or "disconnect")
            self._greeted.set()
            self._news.set()
        elif SocketModeRequest.from_dict(message) is not None:
            with self._idle:
                self._begun += 1

    def _hand_on(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        workers = self._events if request.type == "events_api" else self._interactions
        workers.submit(self._work, request)

    def _work(self, request: SocketModeRequest) -> None:
        try:
            self._receive(request, lambda reply: self._acknowledge(request, reply))
        finally:
            with self._idle:
                self._begun -= 1
                self._idle.notify_all()

    def _acknowledge(self, request: SocketModeRequest, reply: Reply | None) -> None:
        self.send_socket_mode_response(SocketModeResponse(request.envelope_id, reply))


class _EndingSocket:
    """A socket whose end is an error, and which sends all or fails.

    The SDK takes the empty answer of a socket that the other side closed for "nothing yet",
    and asks again as fast as it can, until a ping fails. What a full buffer does not take it
    would not send.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def recv(self, size: int) -> bytes:
        """Never empty; raises ``ConnectionResetError`` at the end."""
        received = self._sock.recv(size)
        if not received:
            raise ConnectionResetError("Slack closed the connection")
        return received

    def send(self, data: bytes) -> int:
        """The number of bytes, which is all of them."""
        self._sock.sendall(data)
        return len(data)


def _object(raw: str) -> dict[str, Any]:
    """The JSON object in a message; empty for any other text."""
    try:
        message = json.loads(raw)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _proxy_for(url: str) -> str | None:
    """The proxy that the environment names for a host; NO_PROXY counts, too."""
    host = urlsplit(url).hostname or ""
    return None if proxy_bypass(host) else getproxies().get("https")
