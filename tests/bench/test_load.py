"""Requests are sent when they are due, and are what Slack sends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import load
import pytest
import traffic

from response.slack import payloads
from response.slack.payloads import EventCallback

SECRET = "secret"


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Iterator[load.Target]:
    """Answers with the status that the body says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(int(body))
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    monkeypatch.setattr(load, "LEAD", 0.0)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield load.Target(f"http://127.0.0.1:{server.server_address[1]}", SECRET)
    server.shutdown()
    server.server_close()


def test_each_stream_has_its_own_result(target: load.Target):
    good = [target.request("/", b"200", "text/plain")] * 3
    bad = [target.request("/", b"500", "text/plain")]
    first, second = load.send(target, (good, 1000.0), (bad, 1000.0))
    assert first.accepted() == 3
    assert first.failures == {}
    assert second.failures == {"500": 1}
    assert all(0 < latency < load.GIVE_UP for latency in first.latencies)


def test_two_streams_together_are_as_slow_and_as_faulty_as_both(target: load.Target):
    good = [target.request("/", b"200", "text/plain")] * 3
    bad = [target.request("/", b"500", "text/plain")]
    both = load.Result.with_(*load.send(target, (good, 1000.0), (bad, 1000.0)))
    assert (len(both.latencies), both.failures) == (4, {"500": 1})
    assert both.summary()["sent"] == 4


def test_a_result_knows_when_each_request_was_due(target: load.Target):
    (found,) = load.send(target, ([target.request("/", b"200", "text/plain")] * 2, 500.0))
    assert (found.due(0), found.due(1)) == (found.began, found.began + 0.002)


def test_nobody_there_is_a_failure():
    (found,) = load.send(load.Target("http://127.0.0.1:9", SECRET), ([b"POST"], 1000.0))
    assert found.accepted() == 0
    assert found.summary()["failed"] == 1


def event(request: bytes) -> EventCallback:
    parsed = payloads.parse_event(json.loads(request.partition(b"\r\n\r\n")[2]))
    assert isinstance(parsed, EventCallback)
    return parsed


def test_a_command_is_delivered_as_a_mention_and_as_a_message():
    target = load.Target("http://127.0.0.1:9", SECRET)
    said = traffic.mentions(target, ["C1", "C2"], 4, ["action Do {}", "note {}"])
    assert [one.channel for one in said] == ["C1", "C2", "C1", "C2"]
    assert len({one.ts for one in said}) == 4
    mention, message = event(said[3].as_mention), event(said[3].as_message)
    assert (mention.type, message.type) == ("app_mention", "message")
    assert mention.text == message.text == f"<@{traffic.BOT}> note 3"
    assert mention.ts == message.ts == said[3].ts
    assert payloads.dedup_key(mention) != payloads.dedup_key(message)
