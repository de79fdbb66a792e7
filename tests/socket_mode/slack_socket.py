"""Slack's side of Socket Mode on 127.0.0.1: hands out WebSocket URLs, and talks through them.

What else is called of the Web API is passed on to the sandbox, if there is one.
"""

from __future__ import annotations

import json
import threading
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server as WebSocketServer
from websockets.sync.server import ServerConnection, serve

from response.sandbox.sending import FORM, Reply
from tests.scenarios.child import PATIENCE, until

Object = dict[str, Any]
KINDS = {"event": "events_api", "action": "interactive", "slash_command": "slash_commands"}


class Connection:
    """A WebSocket that the app opened, and what came over it."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self.acknowledgements: dict[str, Object] = {}
        self.closed = threading.Event()

    def sends(self, message: Mapping[str, Any]) -> None:
        self._socket.send(json.dumps(message))

    def delivers(self, kind: str, payload: Mapping[str, Any], **fields: Any) -> str:
        """An envelope; its id."""
        envelope_id = str(uuid.uuid4())
        takes_payload = kind != "events_api"
        envelope = {"accepts_response_payload": takes_payload, "type": kind, **fields}
        self.sends({**envelope, "envelope_id": envelope_id, "payload": payload})
        return envelope_id

    def asks_to_leave(self, reason: str) -> None:
        self.sends({"type": "disconnect", "reason": reason, "debug_info": {"host": "wss-111"}})

    def closes(self) -> None:
        """Say goodbye as WebSockets do."""
        with suppress(ConnectionClosed):
            self._socket.close()

    def breaks(self) -> None:
        """The line goes dead, without a word."""
        self._socket.socket.shutdown(2)

    def reads(self) -> None:
        try:
            for raw in self._socket:
                message = json.loads(raw)
                self.acknowledgements[message["envelope_id"]] = message
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()


class SlackSocket:
    """``connections`` are all that were opened so far, oldest first.

    ``greet`` is what a new connection hears first; ``answers`` are those of the next calls of
    ``apps.connections.open`` that shall not be a URL.
    """

    def __init__(self, websockets: WebSocketServer, sandbox: str) -> None:
        self.connections: list[Connection] = []
        self.answers: list[tuple[int, Object]] = []
        self.tokens: list[str] = []
        self.greet: Callable[[Connection], None] = _hello
        self.url = ""
        self._port = websockets.socket.getsockname()[1]
        self._sandbox = sandbox
        self._lock = threading.Lock()

    # -- what a test sees --------------------------------------------------------------------

    def connected(self, number: int = 1) -> list[Connection]:
        """Wait until so many connections are open; those."""
        return until(lambda: len(live := self.live()) == number and live)

    def live(self) -> list[Connection]:
        return [connection for connection in self.connections if not connection.closed.is_set()]

    def acknowledgement(self, envelope_id: str) -> Object | None:
        """The app's, over whichever connection; None while there is none."""
        for connection in list(self.connections):
            if envelope_id in connection.acknowledgements:
                return connection.acknowledgements[envelope_id]
        return None

    def delivers(self, kind: str, payload: Mapping[str, Any], **fields: Any) -> Object:
        """Send an envelope over a live connection, and wait for its acknowledgement."""
        envelope_id = self.connected_at_all().delivers(kind, payload, **fields)
        return until(lambda: self.acknowledgement(envelope_id))

    def connected_at_all(self) -> Connection:
        return until(self.live)[-1]

    def transport(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Takes what the sandbox would post to the app's URLs: see ``sending.transported_by``."""
        retry = int(headers.get("X-Slack-Retry-Num", 0))
        fields = {"retry_attempt": retry, "retry_reason": "timeout"} if retry else {}
        acknowledged = self.delivers(KINDS[path], _payload(body, headers), **fields)
        answer = acknowledged.get("payload")
        return Reply(status=200, body=json.dumps(answer) if answer is not None else "")

    # -- what the app calls ------------------------------------------------------------------

    def open(self, token: str) -> tuple[int, Object]:
        with self._lock:
            self.tokens.append(token)
            if self.answers:
                return self.answers.pop(0)
        return 200, {"ok": True, "url": f"ws://127.0.0.1:{self._port}/link/?ticket=1"}

    def accept(self, socket: ServerConnection) -> None:
        connection = Connection(socket)
        self.greet(connection)
        self.connections.append(connection)
        connection.reads()

    def pass_on(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        if not self._sandbox:
            return 200, b'{"ok": true}'
        headers = {
            name: request.headers[name]
            for name in ("Authorization", "Content-Type")
            if name in request.headers
        }
        url = self._sandbox + request.path.removeprefix("/api/")
        with urllib.request.urlopen(
            urllib.request.Request(url, data=body, headers=headers), timeout=PATIENCE
        ) as answer:
            return answer.status, answer.read()


@contextmanager
def socket_mode(sandbox: str = "") -> Iterator[SlackSocket]:
    """A Slack with Socket Mode; ``sandbox`` is the base URL of the rest of its Web API."""
    accept: list[Callable[[ServerConnection], None]] = []
    websockets = serve(lambda socket: accept[0](socket), "127.0.0.1", 0, close_timeout=1)
    slack = SlackSocket(websockets, sandbox)
    accept.append(slack.accept)
    api = ThreadingHTTPServer(("127.0.0.1", 0), _handler(slack))
    slack.url = f"http://127.0.0.1:{api.server_address[1]}/api/"
    threads = [
        threading.Thread(target=websockets.serve_forever),
        threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.01}),
    ]
    for thread in threads:
        thread.start()
    try:
        yield slack
    finally:
        for server in (websockets, api):
            server.shutdown()
        for thread in threads:
            thread.join()
        api.server_close()


def _hello(connection: Connection) -> None:
    connection.sends({"type": "hello", "num_connections": 1, "debug_info": {"host": "wss-111"}})


def _payload(body: bytes, headers: Mapping[str, str]) -> Object:
    """What is posted to a URL, as Socket Mode's payload has it."""
    if headers["Content-Type"] != FORM:
        return dict(json.loads(body))
    fields = {name: values[0] for name, values in parse_qs(body.decode(), True).items()}
    return dict(json.loads(fields["payload"])) if "payload" in fields else fields


def _handler(slack: SlackSocket) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/api/apps.connections.open":
                status, answer = slack.open(self.headers["Authorization"])
                content = json.dumps(answer).encode()
            else:
                status, content = slack.pass_on(self, body)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status == 429:
                self.send_header("Retry-After", "3600")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Keep the test output quiet."""

    return Handler
