"""Whoever is not Slack, or not the host's cron, costs no query and next to no work."""

from __future__ import annotations

import io
import logging
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from response.slack import authentication, payloads, views
from response.slack.authentication import LONGEST_BODY, BadSignature, generate_signature, verify

SECRET = "signing secret of the tests"
ENDPOINTS = {
    "slash_command": "application/x-www-form-urlencoded",
    "action": "application/x-www-form-urlencoded",
    "event": "application/json",
}
BODY = urlencode({"payload": '{"type": "block_actions"}', "command": "/incident"}).encode()
Headers = dict[str, str]


def signed(body: bytes = BODY, *, at: float = 0, secret: str = SECRET) -> Headers:
    timestamp = str(int(time.time() + at))
    signature = generate_signature(timestamp, secret, body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def flawed() -> dict[str, Headers]:
    good = signed()
    return {
        "unsigned": {},
        "no time": {"X-Slack-Signature": good["X-Slack-Signature"]},
        "no signature": {"X-Slack-Request-Timestamp": good["X-Slack-Request-Timestamp"]},
        "stale": signed(at=-301),
        "of the future": signed(at=302),
        "no number for a time": {**good, "X-Slack-Request-Timestamp": "1e9"},
        "other digits": {**good, "X-Slack-Request-Timestamp": "\u0661" * 10},
        "no signature at all": {**good, "X-Slack-Signature": "v0=" + "g" * 64},
        "a long signature": {**good, "X-Slack-Signature": "v0=" + "0" * 5000},
        "another version": {**good, "X-Slack-Signature": "v1=" + "0" * 64},
    }


# Their headers look right: only the body can tell.
FORGED = {"wrong": {"secret": "another"}, "of another body": {"body": b"another"}}


@pytest.fixture(params=[False, True], ids=["autocommit", "ATOMIC_REQUESTS"])
def site(request: Any, client: Client, db: None) -> Iterator[Client]:
    """However the host has its transactions."""
    connection.settings_dict["ATOMIC_REQUESTS"] = request.param
    yield client
    connection.settings_dict["ATOMIC_REQUESTS"] = False


def post(client: Client, path: str, headers: Headers, body: bytes = BODY) -> int:
    return client.post(
        f"/slack/{path}", body, content_type=ENDPOINTS[path], headers=headers
    ).status_code


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_request_that_slack_did_not_sign_costs_no_query(
    site: Client, path: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        for flaw, headers in flawed().items():
            assert post(site, path, headers) == 403, flaw
        for flaw, how in FORGED.items():
            assert post(site, path, signed(**how)) == 403, flaw


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_body_that_is_too_long_costs_no_query_signed_or_not(
    site: Client, path: str, django_assert_num_queries: Any
) -> None:
    body = b"x" * (LONGEST_BODY + 1)
    with django_assert_num_queries(0):
        assert post(site, path, signed(body), body) == 413
        assert post(site, path, {}, body) == 403
        assert post(site, path, signed(body, secret="another"), body) == 413


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_lower_limit_of_the_site_holds_too(
    site: Client, path: str, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    with django_assert_num_queries(0):
        assert post(site, path, signed()) == 413


@pytest.mark.parametrize("limit", [None, 10 * LONGEST_BODY])
def test_a_higher_limit_of_the_site_is_none_of_ours(
    site: Client, settings: Any, limit: int | None
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = limit
    body = b"x" * (LONGEST_BODY + 1)
    assert post(site, "event", signed(body), body) == 413


@pytest.mark.parametrize("path", ["cron_minute", "cron_daily"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_cron_token_costs_no_query(
    site: Client, path: str, method: str, django_assert_num_queries: Any, settings: Any
) -> None:
    token = settings.RESPONSE_CRON_TOKEN
    wrong = [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {token}", token]
    wrong += [f"Bearer {token}x", f"Bearer {token[:-1]}", "Bearer " + "x" * 100_000, "Bearer é"]
    with django_assert_num_queries(0):
        for value in wrong:
            headers = {} if value is None else {"Authorization": value}
            assert getattr(site, method)(f"/slack/{path}", headers=headers).status_code == 403
        settings.RESPONSE_CRON_TOKEN = ""
        for value in ("Bearer", "Bearer ", f"Bearer {token}"):
            answer = getattr(site, method)(f"/slack/{path}", headers={"Authorization": value})
            assert answer.status_code == 403


# -- work ------------------------------------------------------------------------------------


class Body(io.BytesIO):
    """A body that knows how much of it was read."""

    read_so_far = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.read_so_far += len(found)
        return found


def request_with(body: Body, headers: Headers, **environ: Any) -> HttpRequest:
    length = len(body.getbuffer())
    environ = {"wsgi.input": body, "CONTENT_LENGTH": str(length), **environ}
    return RequestFactory(headers=headers).generic("POST", "/slack/event", **environ)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long the bodies were that a signature was computed of."""
    lengths: list[int] = []
    is_signed_with = authentication._is_signed_with

    def count(secret: str, body: bytes, *args: Any) -> bool:
        lengths.append(len(body))
        return is_signed_with(secret, body, *args)

    monkeypatch.setattr(authentication, "_is_signed_with", count)
    return lengths


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_giant_body_that_slack_did_not_sign_is_not_parsed(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it may be, so that its signature is computed; and nothing more is."""
    parsed: list[str] = []
    load_form, load_json = HttpRequest._load_post_and_files, payloads.load_json  # type: ignore[attr-defined]

    def form(request: HttpRequest) -> Any:
        parsed.append("form")
        return load_form(request)

    def of_json(*args: Any) -> Any:
        parsed.append("JSON")
        return load_json(*args)

    monkeypatch.setattr(HttpRequest, "_load_post_and_files", form)
    monkeypatch.setattr(payloads, "load_json", of_json)
    body = (
        (b"payload=" if path != "event" else b"") + b'{"a":"' + b"x" * (LONGEST_BODY - 20) + b'"}'
    )
    assert post(client, path, signed(body, secret="another"), body) == 403
    assert parsed == []
    # So the spies are where parsing is.
    assert post(client, path, signed(body), body) == 400
    assert parsed


@pytest.mark.parametrize("path", ["cron_minute", "cron_daily"])
def test_the_body_of_a_request_with_a_wrong_cron_token_is_not_read(path: str) -> None:
    body = Body(b"x" * 100_000)
    view = getattr(views, path)
    request = request_with(body, {"Authorization": "Bearer wrong"})
    assert view(request).status_code == 403
    assert body.read_so_far == 0


def test_what_the_headers_give_away_is_refused_without_reading_the_body(hashed: list[int]) -> None:
    for flaw, headers in flawed().items():
        body = Body(BODY)
        with pytest.raises(BadSignature):
            verify(request_with(body, headers))
        assert (body.read_so_far, hashed) == (0, []), flaw


def test_a_body_that_says_it_is_too_long_is_not_read(hashed: list[int]) -> None:
    body = Body(b"x")
    with pytest.raises(BadSignature):
        verify(request_with(body, signed(), CONTENT_LENGTH=str(LONGEST_BODY + 1)))
    assert (body.read_so_far, hashed) == (0, [])


def test_one_that_keeps_its_length_to_itself_is_read_and_not_hashed(
    hashed: list[int], settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    request = request_with(Body(b""), signed())
    # As under ASGI, where what came in pieces waits in a file.
    request._stream = io.BytesIO(b"x" * (LONGEST_BODY + 1))  # type: ignore[attr-defined]
    with pytest.raises(BadSignature):
        verify(request)
    assert hashed == []


def test_a_good_one_is_hashed_once_for_each_secret(hashed: list[int], settings: Any) -> None:
    settings.SLACK_SIGNING_SECRET = ["another", "a third", SECRET]
    verify(request_with(Body(BODY), signed()))
    assert hashed == [len(BODY)] * 3


def test_a_connection_that_ends_within_the_body_is_a_refusal_and_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Broken(Body):
        def read(self, size: int | None = -1) -> bytes:
            raise ConnectionResetError("gone")

    with caplog.at_level(logging.DEBUG), pytest.raises(BadSignature):
        verify(request_with(Broken(BODY), signed()))
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


def test_a_length_that_is_no_number_is_a_refusal_and_no_error() -> None:
    with pytest.raises(BadSignature):
        verify(request_with(Body(BODY), signed(), CONTENT_LENGTH="much"))
