"""``manage.py slack_doctor``: the URLs that Slack calls."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from response.conf import conf
from tests.setup.doctor import Examine

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@contextmanager
def a_site(status: int, body: str = "", **headers: str) -> Iterator[str]:
    """Something else than our site, which gives one answer to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: Any) -> None:
            """Keep the test output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "headers", "found", "advice"),
    [
        (200, "welcome", {}, "without the challenge", "something else"),
        (302, "", {"Location": "https://sso.example.com/?next=x"}, "sso.example.com/.", "sign-in"),
        (400, "", {}, "answers 400", "ALLOWED_HOSTS"),
        (401, "", {}, "answers 401", "password"),
        (403, "no valid signature of Slack", {}, "answers 403", "SLACK_SIGNING_SECRET"),
        (403, "WAF", {}, "answers 403", "Exempt"),
        (404, "", {}, "answers 404", "ROOT_URLCONF"),
        (502, "", {}, "answers 502", "log"),
    ],
)
def test_something_else_answers(
    examine: Examine,
    settings: Any,
    status: int,
    body: str,
    headers: dict[str, str],
    found: str,
    advice: str,
) -> None:
    with a_site(status, body, **headers) as settings.SITE_URL:
        url = examine()["URL of event"]
    assert url["status"] == "failure"
    assert found in url["found"]
    assert advice in url["advice"]


def test_a_site_that_takes_any_signature(examine: Examine, settings: Any) -> None:
    with a_site(200) as settings.SITE_URL:
        url = examine()["URL of action"]
    assert url["status"] == "failure"
    assert "forged signature" in url["found"]


def test_the_site_has_another_secret(
    examine: Examine, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The site runs in this process and reads the same settings.
    secret = settings.SLACK_SIGNING_SECRET
    monkeypatch.setattr(type(conf), "slack_signing_secrets", ("another one",))
    monkeypatch.setattr("response.slack.authentication.conf", SecretOf(secret))
    url = examine()["URL of slash_command"]
    assert url["status"] == "failure"
    assert "SLACK_SIGNING_SECRET" in url["advice"]


class SecretOf:
    """Settings of the site, where they differ from the command's."""

    def __init__(self, secret: str) -> None:
        self.slack_signing_secrets = (secret,)


def test_nothing_listens(examine: Examine, settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.SITE_URL = f"http://user:hush@127.0.0.1:{taken.getsockname()[1]}"
    report = examine()
    assert "Nothing answers there" in report["URL of event"]["found"]
    assert "hush" not in json.dumps(report.checks)
    assert "URL of action" not in [each["check"] for each in report.checks]


@pytest.mark.parametrize("url", ["incidents.example.com", "http://[", "http://x:port", "http:///"])
def test_an_address_that_is_none(examine: Examine, settings: Any, url: str) -> None:
    settings.SITE_URL = url
    report = examine()
    assert report["URL of event"]["status"] == "failure"
    assert "SITE_URL" in report["URL of event"]["advice"]


def test_a_site_on_this_machine_is_out_of_slacks_reach(
    examine: Examine, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("response.slack.doctor._slack", lambda seconds: [])
    settings.SLACK_API_URL = "https://slack.com/api/"
    assert "public address" in examine()["URL of event"]["advice"]


def test_a_host_that_does_not_mount_the_urls(examine: Examine, settings: Any) -> None:
    settings.ROOT_URLCONF = "response.core.urls"
    assert "response.slack.urls" in examine()["URL of event"]["advice"]


def test_no_signing_secret(examine: Examine, settings: Any) -> None:
    settings.SLACK_SIGNING_SECRET = ""
    assert examine()["request URLs"]["status"] == "failure"


def test_in_socket_mode_no_url_is_called(examine: Examine, settings: Any) -> None:
    settings.SLACK_APP_TOKEN = "xapp-1"
    assert examine()["request URLs"]["status"] == "skipped"
