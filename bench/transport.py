"""What kept connections save: ``python bench/transport.py [CALLS]``; prints JSON.

The same calls through slack_sdk's own client, which opens a connection for each, and through
ours, turn and turn about, to a server on 127.0.0.1 that answers at once: over HTTP, and, where
there is an openssl to make a certificate with, over TLS. What a real network adds to each
connection, two or three round trips, is not in these figures.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CALLS = 200
ROUNDS = 5


@contextmanager
def serving(context: ssl.SSLContext | None) -> Iterator[tuple[str, list[int]]]:
    """A server that keeps connections open; its URL, and how many were opened."""
    opened = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            opened[0] += 1
            super().setup()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", "11")
            self.end_headers()
            self.wfile.write(b'{"ok":true}')

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    scheme = "https" if context else "http"
    yield f"{scheme}://127.0.0.1:{server.server_address[1]}/api/", opened
    server.shutdown()


def with_certificate(folder: Path) -> ssl.SSLContext | None:
    """The server's side of TLS; clients trust its certificate through the environment."""
    if shutil.which("openssl") is None:
        return None
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-days", "1", "-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    os.environ["SSL_CERT_FILE"] = str(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def compared(context: ssl.SSLContext | None, calls: int) -> dict[str, Any]:
    """Milliseconds a call and connections opened, medians of several rounds each."""
    from slack_sdk import WebClient

    from response.slack.transport import make_web_client

    with serving(context) as (url, opened):
        clients = {
            "slack_sdk": WebClient("xoxb-bench", base_url=url, retry_handlers=[]),
            "kept": make_web_client("xoxb-bench", url, 10),
        }
        found: dict[str, Any] = {}
        for name, client in clients.items():
            _round(client.api_test, 5)
            found[name] = {"ms": [], "cpu": [], "opened": []}
        for _ in range(ROUNDS):
            for name, client in clients.items():
                before = opened[0]
                ms, cpu = _round(client.api_test, calls // ROUNDS)
                found[name]["ms"].append(ms)
                found[name]["cpu"].append(cpu)
                found[name]["opened"].append(opened[0] - before)
    return {
        name: {what: statistics.median(values) for what, values in each.items()}
        for name, each in found.items()
    }


def _round(call: Callable[[], object], times: int) -> tuple[float, float]:
    began, worked = time.perf_counter(), time.process_time()
    for _ in range(times):
        call()
    each = 1000 / times
    return each * (time.perf_counter() - began), each * (time.process_time() - worked)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    with tempfile.TemporaryDirectory() as folder:
        # Before the first call: what is trusted is read once.
        context = with_certificate(Path(folder))
        found = {"HTTP": compared(None, calls)}
        if context is not None:
            found["TLS"] = compared(context, calls)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
