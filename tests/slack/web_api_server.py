"""A loopback server that answers Slack calls as the test scripted them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

Answer = Callable[["Request"], "Reply"]


@dataclass
class Request:
    method: str
    arguments: dict[str, Any]
    headers: dict[str, str]
    client: Any = None


@dataclass
class Reply:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    hang_up: bool = False


def ok(**fields: Any) -> Reply:
    return Reply(json.dumps({"ok": True, **fields}).encode())


def error(code: str, **fields: Any) -> Reply:
    return Reply(json.dumps({"ok": False, "error": code, **fields}).encode())


class Server:
    """``replies`` holds what the next calls get, by method; without any it is plain ok."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: dict[str, list[Reply]] = {}
        self.url = ""

    def script(self, method: str, *replies: Reply) -> None:
        self.replies.setdefault(method, []).extend(replies)

    def take(self, request: Request) -> Reply:
        self.requests.append(request)
        waiting = self.replies.get(request.method)
        return waiting.pop(0) if waiting else ok()

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [request.arguments for request in self.requests if request.method == method]


@contextmanager
def serving() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            is_json = raw[:1] == b"{"
            arguments = json.loads(raw) if is_json else dict(parse_qsl(raw.decode()))
            path = self.path.removeprefix("/api/")
            reply = state.take(Request(path, arguments, dict(self.headers)))
            if reply.hang_up:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *args: Any) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
