"""One connection to Slack serves many calls, and no call is made twice for that."""

from __future__ import annotations

import inspect
import shutil
import socket
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from response.slack import connections, transport
from response.slack.connections import Connections
from response.slack.errors import SlackUnavailable
from response.slack.transport import make_web_client, post_to_response_url, send

PATIENCE = 30


class Slack:
    """A server that keeps connections open; what it saw of them."""

    def __init__(self) -> None:
        self.url = ""
        self.opened = 0
        self.lines: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.answers = True
        self.hangs_up = False
        self.announces_end = False
        self.before_answer: Callable[[], object] = lambda: None

    @property
    def methods(self) -> list[str]:
        return [line.split()[1].rpartition("/")[2] for line in self.lines]


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Slack]:
    slack = Slack()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            slack.opened += 1
            super().setup()

        def do_CONNECT(self) -> None:
            self._note()
            self.send_error(403)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._note()
            slack.before_answer()
            if not slack.answers:
                self.close_connection = True
                return
            self.close_connection = slack.hangs_up or slack.announces_end
            self.send_response(200)
            self.send_header("Content-Length", "11")
            if slack.announces_end:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b'{"ok":true}')

        def _note(self) -> None:
            slack.lines.append(self.requestline)
            slack.headers.append(dict(self.headers))

        def log_message(self, *args: Any) -> None:
            """Keep the test output quiet."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    scheme = "http" if context is None else "https"
    slack.url = f"{scheme}://127.0.0.1:{server.server_address[1]}/api/"
    try:
        yield slack
    finally:
        connections.connections.close()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def slack() -> Iterator[Slack]:
    with serving() as slack:
        yield slack


def client(slack: Slack, timeout: float = PATIENCE) -> WebClient:
    return make_web_client("xoxb-test", slack.url, timeout)


def call(slack: Slack, method: str = "api.test", timeout: float = PATIENCE) -> dict[str, Any]:
    return send(client(slack, timeout), method, {"text": "hello"})


def waiting() -> list[Any]:
    return [row.connection for row in connections.connections._idle]


def test_ten_calls_of_several_clients_share_one_connection(slack: Slack) -> None:
    for number in range(10):
        assert call(slack, f"method.{number}") == {"ok": True}
    assert slack.opened == 1
    assert slack.methods == [f"method.{number}" for number in range(10)]


def test_what_is_posted_to_a_response_url_shares_it_with_the_calls(slack: Slack) -> None:
    for number in range(5):
        hook = slack.url.replace("/api/", f"/hooks/{number}")
        post_to_response_url(hook, {"text": "done"}, base_url=slack.url, timeout=PATIENCE)
        call(slack, f"method.{number}")
    assert slack.opened == 1
    assert slack.methods == [part for n in range(5) for part in (str(n), f"method.{n}")]
    for headers in slack.headers[::2]:
        assert "Authorization" not in headers, "a response_url is not given the token"


def test_a_response_url_that_loses_its_answer_is_not_posted_to_again(slack: Slack) -> None:
    call(slack)
    slack.answers = False
    hook = slack.url.replace("/api/", "/hooks/1")
    with pytest.raises(SlackUnavailable) as caught:
        post_to_response_url(hook, {"text": "x"}, base_url=slack.url, timeout=PATIENCE)
    assert caught.value.may_have_happened
    assert slack.methods.count("1") == 1


def test_slack_sdk_still_has_the_method_that_is_replaced_for_response_urls() -> None:
    """Without it, every post opens a connection of its own: find its successor."""
    theirs = WebhookClient._perform_http_request_internal
    assert transport._Webhook._perform_http_request_internal is not theirs
    assert list(inspect.signature(theirs).parameters) == ["self", "url", "req"]
    assert "_perform_http_request_internal" in inspect.getsource(
        WebhookClient._perform_http_request
    )


def test_slack_sdk_still_has_the_method_that_is_replaced() -> None:
    """Without it, every call opens a connection of its own: find its successor."""
    theirs = WebClient._perform_urllib_http_request_internal
    ours = type(make_web_client("xoxb-test", None, 1))._perform_urllib_http_request_internal
    assert ours is not theirs
    assert list(inspect.signature(theirs).parameters) == ["self", "url", "req"]
    assert list(inspect.signature(ours).parameters) == ["self", "url", "req"]


def test_threads_do_not_share_a_connection_while_they_use_it(slack: Slack) -> None:
    both = threading.Barrier(2)
    slack.before_answer = lambda: both.wait(PATIENCE)
    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(lambda _: call(slack), range(2))] == [{"ok": True}] * 2
    assert slack.opened == 2
    slack.before_answer = lambda: None
    for _ in range(5):
        call(slack)
    assert slack.opened == 2


def test_each_place_has_connections_of_its_own(slack: Slack) -> None:
    with serving() as other:
        for _ in range(3):
            call(slack)
            call(other)
        assert (slack.opened, other.opened) == (1, 1)


def test_a_connection_whose_end_was_announced_is_not_kept(slack: Slack) -> None:
    slack.announces_end = True
    call(slack)
    assert waiting() == []
    call(slack)
    assert slack.opened == 2


def test_a_connection_that_the_other_side_has_closed_is_replaced(slack: Slack) -> None:
    slack.hangs_up = True
    call(slack)
    (kept,) = waiting()
    assert kept.sock.recv(1, socket.MSG_PEEK) == b"", "wait for it"
    assert call(slack) == {"ok": True}
    assert (slack.opened, len(slack.lines)) == (2, 2)


def test_what_could_not_go_out_over_a_kept_connection_goes_over_a_new_one(slack: Slack) -> None:
    call(slack)
    (kept,) = waiting()
    kept.sock.shutdown(socket.SHUT_WR)
    # As if it were noticed only when the request is on its way.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "_is_quiet", lambda sock: True)
        assert call(slack, "chat.postMessage") == {"ok": True}
    assert slack.methods == ["api.test", "chat.postMessage"]


def test_an_answer_that_is_lost_on_a_kept_connection_is_told_and_not_asked_for_again(
    slack: Slack,
) -> None:
    call(slack)
    slack.answers = False
    with pytest.raises(SlackUnavailable) as lost:
        call(slack, "chat.postMessage")
    assert lost.value.may_have_happened
    assert slack.methods == ["api.test", "chat.postMessage"]
    assert slack.opened == 1
    assert waiting() == []


def test_each_call_has_its_own_timeout_on_the_same_connection(slack: Slack) -> None:
    call(slack)
    answered = threading.Event()
    slack.before_answer = lambda: answered.wait(PATIENCE)
    with pytest.raises(SlackUnavailable) as late:
        call(slack, "chat.postMessage", timeout=0.05)
    answered.set()
    assert late.value.may_have_happened
    assert slack.opened == 1
    assert waiting() == [], "its answer may come yet, and is no other call's"
    assert call(slack) == {"ok": True}
    assert slack.opened == 2


def test_where_nothing_listens_nothing_has_happened(slack: Slack) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        slack.url = f"http://127.0.0.1:{unused.getsockname()[1]}/api/"
    with pytest.raises(SlackUnavailable) as failure:
        call(slack)
    assert not failure.value.may_have_happened


def test_a_connection_that_waited_too_long_is_closed(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(slack)
    monkeypatch.setattr(connections, "LONGEST_IDLE", 0.0)
    call(slack)
    assert slack.opened == 2
    assert waiting() == []


def test_so_many_wait_and_no_more(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_IDLE", 2)
    all_of_them = threading.Barrier(4)
    slack.before_answer = lambda: all_of_them.wait(PATIENCE)
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(lambda _: call(slack), range(4))] == [{"ok": True}] * 4
    assert slack.opened == 4
    assert len(waiting()) == 2


def test_a_refusal_by_status_leaves_the_connection_open(slack: Slack) -> None:
    slack.url = slack.url.replace("/api/", "/%zz/api/")
    assert call(slack) == {"ok": True}
    assert slack.opened == 1


# -- proxies --------------------------------------------------------------------------------


@pytest.fixture
def proxied(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    """The environment of a process that began behind a proxy, which is the server."""
    monkeypatch.setattr(connections, "connections", Connections())
    proxy = slack.url.removesuffix("/api/").replace("//", "//ana:secret@")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, proxy)
    yield slack
    connections.connections.close()


def test_calls_go_through_the_proxy_of_the_environment(proxied: Slack) -> None:
    api = make_web_client("xoxb-test", "http://slack.invalid/api/", PATIENCE)
    for _ in range(2):
        assert send(api, "api.test", {}) == {"ok": True}
    assert proxied.lines == ["POST http://slack.invalid/api/api.test HTTP/1.1"] * 2
    assert proxied.headers[0]["Host"] == "slack.invalid"
    assert proxied.headers[0]["Proxy-Authorization"].startswith("Basic ")
    assert proxied.opened == 1


def test_calls_over_tls_ask_the_proxy_for_a_tunnel(proxied: Slack) -> None:
    api = make_web_client("xoxb-test", "https://slack.invalid/api/", PATIENCE)
    with pytest.raises(SlackUnavailable) as refused:
        send(api, "api.test", {})
    assert not refused.value.may_have_happened
    assert proxied.lines[0].startswith("CONNECT slack.invalid:443")
    assert proxied.headers[0]["Proxy-Authorization"].startswith("Basic ")
    assert "Authorization" not in proxied.headers[0]


def test_places_that_need_no_proxy_are_called_directly(
    proxied: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert call(proxied) == {"ok": True}
    assert proxied.lines == ["POST /api/api.test HTTP/1.1"]


# -- TLS and processes ----------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes the certificate")
def test_connections_over_tls_are_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = tmp_path / "slack.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-days", "1", "-keyout", str(pem), "-out", str(tmp_path / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
    certificate = tmp_path / "certificate.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, pem)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(connections, "connections", Connections())
    with serving(context) as slack:
        for _ in range(5):
            assert call(slack) == {"ok": True}
        assert slack.opened == 1


def test_a_child_process_leaves_its_parents_connection_alone(slack: Slack) -> None:
    story = """
        import os, sys
        from response.slack.transport import make_web_client, post_to_response_url, send

        api = make_web_client("xoxb-test", sys.argv[1], 30)
        send(api, "parent.first", {})
        child = os.fork()
        if not child:
            send(api, "child", {})
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        send(api, "parent.second", {})
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(story), slack.url], check=True)
    assert slack.methods == ["parent.first", "child", "parent.second"]
    assert slack.opened == 2
