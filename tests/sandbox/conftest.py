"""A seeded workspace, and an app that receives what it sends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier

from response.sandbox import credentials
from response.sandbox.driver import Person
from response.sandbox.workspace import Workspace

CREDENTIALS = credentials.generate()


@pytest.fixture
def placed(settings: Any) -> None:
    """A project in which the sandbox may answer."""
    settings.DEBUG = True
    settings.RESPONSE_SANDBOX = True
    settings.RESPONSE_SANDBOX_DELIVER = "manual"
    settings.RESPONSE_SANDBOX_SIGNING_SECRET = CREDENTIALS.signing_secret
    settings.RESPONSE_SANDBOX_TOKEN = CREDENTIALS.token
    # Nothing listens on port 9: an app that a test did not start refuses the connection.
    settings.RESPONSE_SANDBOX_APP_URL = "http://127.0.0.1:9/slack/"
    settings.RESPONSE_SANDBOX_URL = "http://127.0.0.1:8000/sandbox/"


@pytest.fixture
def workspace(placed: None, db: None) -> Workspace:
    return Workspace().seed()


@pytest.fixture
def ana(workspace: Workspace) -> Person:
    return Person(workspace, "ana")


@pytest.fixture
def bob(workspace: Workspace) -> Person:
    return Person(workspace, "bob")


@pytest.fixture
def call(workspace: Workspace) -> Callable[..., dict[str, Any]]:
    """Call the Web API in this process: ``call("chat.postMessage", channel=..., text=...)``."""
    from response.sandbox import web_api

    def call(method: str, **params: Any) -> dict[str, Any]:
        return web_api.call(method, params, CREDENTIALS.token)

    return call


@pytest.fixture
def client(placed: None, live_server: Any, settings: Any) -> WebClient:
    """slack_sdk's client, over HTTP, against this workspace; nothing is tried twice."""
    Workspace().seed()
    settings.RESPONSE_SANDBOX_URL = f"{live_server.url}/sandbox/"
    url = f"{live_server.url}/sandbox/api/"
    return WebClient(token=CREDENTIALS.token, base_url=url, timeout=10, retry_handlers=[])


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes
    verified: bool

    @property
    def form(self) -> dict[str, str]:
        values = parse_qs(self.body.decode(), keep_blank_values=True, strict_parsing=True)
        return {name: value for name, [value] in values.items()}


@dataclass
class App:
    """A small app: it notes what it gets and answers what it was told, 200 by default."""

    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], tuple[int, dict[str, str], bytes]] = lambda request: (200, {}, b"")
    lock: threading.Lock = field(default_factory=threading.Lock)


@pytest.fixture
def app(placed: None, settings: Any) -> Iterator[App]:
    received = App()
    verifier = SignatureVerifier(CREDENTIALS.signing_secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            verified = verifier.is_valid_request(body, headers)
            request = Request(self.path, headers, body, verified)
            with received.lock:
                received.requests.append(request)
            status, headers, answer = received.answer(request)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            """Tests are quiet."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that did not wait for the answer is what some tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.RESPONSE_SANDBOX_APP_URL = f"http://127.0.0.1:{server.server_port}/slack/"
    yield received
    server.shutdown()
    thread.join()
    server.server_close()
