"""What would go over the network, in this process: both ways between workspace and app.

Slack's requests reach the app through Django's test client. What slack_sdk sends, whoever
made the client, is answered by the workspace: whatever opens its URLs is replaced.
"""

from __future__ import annotations

import http.client
import io
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from email.message import Message as Headers
from typing import Any
from unittest import mock
from urllib.error import HTTPError
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from response.sandbox import http as slack_http
from response.sandbox.sending import Reply, transported_by

# A host that exists nowhere, should anything ever be sent there.
URL = "https://acme-slack.invalid/"
API_URL = f"{URL}api/"
# Where calls leave: by our own connections, or by those of a client that a host made.
OPENERS = (
    "response.slack.connections.open_url",
    "slack_sdk.web.base_client.urlopen",
    "slack_sdk.web.internal_utils.urlopen",
    "slack_sdk.webhook.client.urlopen",
)


class _Answer(io.BytesIO):
    """What ``urlopen`` returns."""

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        super().__init__(body)
        self.status = self.code = status
        self.headers = headers


@contextmanager
def in_process(after_request: Callable[[], object]) -> Iterator[None]:
    """Nothing leaves this process within; ``after_request`` is called after each to the app."""

    def to_the_app(path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        reply = _post(path, body, headers)
        after_request()
        return reply

    with ExitStack() as stack:
        for opener in OPENERS:
            stack.enter_context(mock.patch(opener, _urlopen))
        stack.enter_context(transported_by(to_the_app))
        yield


def _post(path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """A signed request of Slack's; what the view raises is raised here."""
    response = Client().post(
        _url_of(path),
        data=body,
        content_type=headers["Content-Type"],
        headers=dict(headers),
        secure=True,
    )
    return Reply(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.items()},
        body=response.content.decode(errors="replace"),
        error="" if 200 <= response.status_code < 300 else "http_error",
    )


def _url_of(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch as missing:
        raise ImproperlyConfigured(
            f"ROOT_URLCONF has no URL named {name!r}, at which Slack would reach this project. "
            'Add path("slack/", include("response.slack.urls")).'
        ) from missing


def _urlopen(request: urllib.request.Request, *args: Any, **kwargs: Any) -> _Answer:
    """The workspace's answer to what slack_sdk would send, as urllib gives answers."""
    response = _served(request)
    if response.headers.get("Connection") == "close":
        raise http.client.RemoteDisconnected("A fault of the workspace swallowed the answer.")
    headers = Headers()
    for name, value in response.items():
        headers[name] = value
    if response.status_code >= 400:
        body = io.BytesIO(response.content)
        raise HTTPError(
            request.full_url, response.status_code, response.reason_phrase, headers, body
        )
    return _Answer(response.status_code, headers, response.content)


def _served(request: urllib.request.Request) -> HttpResponse:
    kind, _, name = urlsplit(request.full_url).path.strip("/").rpartition("/")
    asked = _as_django_request(request)
    if kind.endswith("hooks"):
        return slack_http.serve_hook(asked, name)
    return slack_http.serve_api(asked, name)


def _as_django_request(request: urllib.request.Request) -> HttpRequest:
    headers = {name.lower(): value for name, value in request.header_items()}
    content_type = headers.pop("content-type", "application/octet-stream")
    body = request.data if isinstance(request.data, bytes) else b""
    asked: HttpRequest = RequestFactory().generic(
        request.get_method(), "/", data=body, content_type=content_type, headers=headers
    )
    return asked
