"""Only what Slack signed gets in, and nothing that is sent can make it a 500."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.signature import Clock

from response.slack.authentication import (
    BadSignature,
    generate_signature,
    slack_authenticate,
    verify,
)

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1531420618
BODY = b"text=94070+%C3%A9"


class FrozenClock(Clock):
    def now(self) -> float:
        return float(NOW)


def signed(
    body: bytes = BODY,
    timestamp: str | int = str(NOW),
    signature: str | None = None,
    secret: str = SECRET,
    factory: Any = RequestFactory,
) -> HttpRequest:
    if signature is None:
        signature = generate_signature(timestamp, secret, body)
    return factory().generic(
        "POST",
        "/slack/slash_command",
        body,
        content_type="application/x-www-form-urlencoded",
        headers={"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature},
    )


@pytest.fixture(autouse=True)
def secret() -> Any:
    with override_settings(SLACK_SIGNING_SECRET=SECRET):
        yield


def test_the_time_may_be_a_number_as_in_the_tests_of_hosts() -> None:
    # Which Django's test client hands over as it is.
    verify(signed(timestamp=NOW), FrozenClock())


def test_slacks_own_example_has_slacks_own_signature() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
        b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert generate_signature(NOW, SECRET, body) == expected
    verify(signed(body, signature=expected), FrozenClock())


@pytest.mark.parametrize("factory", [RequestFactory, AsyncRequestFactory])
def test_a_good_signature_is_let_in_under_wsgi_and_asgi(factory: Any) -> None:
    verify(signed(factory=factory), FrozenClock())


@pytest.mark.parametrize(
    "fields",
    [
        {"signature": ""},
        {"signature": "v0="},
        {"signature": "v0=" + "0" * 64},
        {"signature": "v0=é" + "0" * 63},
        {"secret": "another"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "1531420618.5"},
        {"timestamp": str(NOW - 301)},
        {"timestamp": str(NOW + 301)},
        {"timestamp": "9" * 400},
        {"timestamp": "9" * 5000},
        {"body": b"\xff\xfe"},
    ],
)
@pytest.mark.parametrize("factory", [RequestFactory, AsyncRequestFactory])
def test_anything_else_is_refused(fields: dict[str, Any], factory: Any) -> None:
    with pytest.raises(BadSignature):
        verify(signed(**fields, factory=factory), FrozenClock())


def test_a_body_changed_on_the_way_is_refused() -> None:
    signature = generate_signature(NOW, SECRET, BODY)
    with pytest.raises(BadSignature):
        verify(signed(BODY + b"&more=1", signature=signature), FrozenClock())


def test_missing_headers_are_refused() -> None:
    with pytest.raises(BadSignature):
        verify(RequestFactory().post("/slack/event"), FrozenClock())


@settings(deadline=None)
@given(st.text(), st.text(), st.binary())
def test_whatever_is_sent_is_refused_and_no_error(
    timestamp: str, signature: str, body: bytes
) -> None:
    request = RequestFactory().generic("POST", "/slack/event", body)
    request.META["HTTP_X_SLACK_REQUEST_TIMESTAMP"] = timestamp
    request.META["HTTP_X_SLACK_SIGNATURE"] = signature
    with pytest.raises(BadSignature):
        verify(request, FrozenClock())


def test_either_secret_will_do_while_one_is_replaced() -> None:
    with override_settings(SLACK_SIGNING_SECRET=["new", SECRET]):
        verify(signed(), FrozenClock())
        verify(signed(secret="new"), FrozenClock())
        with pytest.raises(BadSignature):
            verify(signed(secret="third"), FrozenClock())


@pytest.mark.parametrize("configured", ["", None, [], [""], "  "])
def test_without_a_secret_nobody_gets_in(configured: Any) -> None:
    with (
        override_settings(SLACK_SIGNING_SECRET=configured),
        pytest.raises(BadSignature),
    ):
        verify(signed(secret=""), FrozenClock())


def test_the_decorator_answers_403_and_does_not_call_the_view() -> None:
    called = []

    @slack_authenticate
    def view(request: HttpRequest) -> HttpResponse:
        called.append(request)
        return HttpResponse("in")

    now = str(int(time.time()))
    assert view(signed(timestamp=now)).content == b"in"
    refused = view(signed(timestamp=now, signature="v0=bad"))
    assert (refused.status_code, refused["Content-Type"]) == (403, "text/plain")
    assert len(called) == 1
    assert view.__name__ == "view"


def test_the_decorator_guards_async_views_as_well() -> None:
    @slack_authenticate
    async def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("in")

    now = str(int(time.time()))
    good, bad = signed(timestamp=now, factory=AsyncRequestFactory), signed(signature="v0=bad")
    assert asyncio.run(view(good)).content == b"in"
    assert asyncio.run(view(bad)).status_code == 403


def test_a_bad_signature_costs_no_query() -> None:
    # Without the ``db`` fixture pytest-django fails every query.
    view = slack_authenticate(lambda request: pytest.fail("must not be reached"))
    assert view(signed(signature="v0=bad")).status_code == 403
