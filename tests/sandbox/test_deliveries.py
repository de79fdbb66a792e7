"""Events on their way to the app: signed, repeated, given up, disturbed."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from response.sandbox import faults, sending
from response.sandbox.driver import Person
from response.sandbox.models import Delivery
from response.sandbox.sending import Reply
from response.sandbox.workspace import Workspace
from tests.sandbox.conftest import App, Request

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
NOW = 1_795_200_000
Answer = Callable[[Request], tuple[int, dict[str, str], bytes]]


def answering(status: int, **headers: str) -> Answer:
    return lambda request: (status, headers, b"")


def test_an_event_is_a_signed_json_post(app: App, ana: Person, workspace: Workspace) -> None:
    ana.says("general", "größe ✅")
    assert workspace.deliver() == 1
    [request] = app.requests
    assert request.verified
    assert request.path == "/slack/event"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("Slackbot 1.0")
    assert "x-slack-retry-num" not in request.headers
    assert json.loads(request.body)["event"]["text"] == "größe :white_check_mark:"
    assert workspace.deliver() == 0


def test_the_signature_is_that_of_slacks_documentation() -> None:
    secret, body = "8f742231b10e8888abcd99yyyzzz85a5", b"token=x&text=y"
    expected = hmac.new(secret.encode(), b"v0:1531420618:" + body, hashlib.sha256).hexdigest()
    assert sending.signature(secret, "1531420618", body) == f"v0={expected}"


def test_a_failed_event_comes_again_at_once_after_a_minute_and_after_five(
    app: App, ana: Person, workspace: Workspace, time_machine: Any
) -> None:
    app.answer = answering(500)
    time_machine.move_to(NOW, tick=False)
    ana.says("general", "hello?")
    assert workspace.deliver() == 2
    time_machine.move_to(NOW + 59, tick=False)
    assert workspace.deliver() == 0
    time_machine.move_to(NOW + 60, tick=False)
    assert workspace.deliver() == 1
    time_machine.move_to(NOW + 359, tick=False)
    assert workspace.deliver() == 0
    time_machine.move_to(NOW + 360, tick=False)
    assert workspace.deliver() == 1
    time_machine.move_to(NOW + 86_400, tick=False)
    assert workspace.deliver() == 0
    numbers = [request.headers.get("x-slack-retry-num") for request in app.requests]
    reasons = [request.headers.get("x-slack-retry-reason") for request in app.requests]
    assert numbers == [None, "1", "2", "3"]
    assert reasons == [None, "http_error", "http_error", "http_error"]
    assert len({json.loads(request.body)["event_id"] for request in app.requests}) == 1
    assert all(request.verified for request in app.requests)
    assert workspace.deliveries()[0].state == Delivery.State.FAILED


def test_a_retry_that_is_taken_ends_it(app: App, ana: Person, workspace: Workspace) -> None:
    app.answer = lambda request: (200 if "x-slack-retry-num" in request.headers else 500, {}, b"")
    ana.says("general", "hello?")
    assert workspace.deliver() == 2
    assert workspace.deliveries()[0].state == Delivery.State.DELIVERED


def test_no_retry_when_the_app_says_so(app: App, ana: Person, workspace: Workspace) -> None:
    app.answer = answering(500, **{"X-Slack-No-Retry": "1"})
    ana.says("general", "hello?")
    assert workspace.deliver() == 1
    assert workspace.deliveries()[0].state == Delivery.State.FAILED


def test_an_app_that_is_not_there_is_tried_again(ana: Person, workspace: Workspace) -> None:
    ana.says("general", "hello?")
    assert workspace.deliver() == 2
    assert workspace.deliveries()[0].error == "connection_failed"


def test_an_app_that_does_not_answer_in_time_is_tried_again(
    app: App, ana: Person, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "DEADLINE", 0.05)
    gone = threading.Event()

    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        gone.wait(10)
        return 200, {}, b""

    app.answer = answer
    ana.says("general", "hello?")
    workspace.deliver()
    gone.set()
    assert workspace.deliveries()[0].error == "http_timeout"


def test_an_answer_that_trickles_in_is_too_late(
    placed: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, all of them do not."""
    monkeypatch.setattr(sending, "DEADLINE", 0.2)
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def trickle() -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not stop.wait(0.02):
                connection.sendall(b"x")

    thread = threading.Thread(target=trickle)
    thread.start()
    settings.RESPONSE_SANDBOX_APP_URL = f"http://127.0.0.1:{server.getsockname()[1]}/"
    reply = sending.post("event", "{}", sending.JSON)
    stop.set()
    thread.join()
    server.close()
    assert reply.error == "http_timeout"


def test_a_redirect_is_not_followed(app: App, ana: Person, workspace: Workspace) -> None:
    app.answer = answering(301, Location="/slack/event/")
    ana.says("general", "hello?")
    workspace.deliver()
    assert {request.path for request in app.requests} == {"/slack/event"}
    assert workspace.deliveries()[0].error == "http_error"


def test_proxies_of_the_environment_are_not_used(
    app: App, ana: Person, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    ana.says("general", "hello?")
    assert workspace.deliver() == 1
    assert len(app.requests) == 1


def test_duplicates_have_the_same_event_id(app: App, ana: Person, workspace: Workspace) -> None:
    faults.update(duplicate_deliveries=2)
    ana.says("general", "once")
    assert workspace.deliver() == 3
    assert len({json.loads(request.body)["event_id"] for request in app.requests}) == 1
    numbers = [request.headers.get("x-slack-retry-num") for request in app.requests]
    assert numbers == [None, "1", "2"]


def test_late_deliveries_wait(
    app: App, ana: Person, workspace: Workspace, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    faults.update(late_delivery_ms=30_000)
    ana.says("general", "later")
    assert workspace.deliver(NOW + 29) == 0
    assert workspace.deliver(NOW + 30) == 1


def test_one_event_is_sent_by_one_sender(app: App, ana: Person, workspace: Workspace) -> None:
    """While the app answers, another sender finds nothing to do."""
    counts: list[int] = []
    ana.says("general", "once")

    def transport(path: str, body: bytes, headers: Any) -> Reply:
        counts.append(workspace.deliver())
        return Reply(status=200)

    with sending.transported_by(transport):
        assert workspace.deliver() == 1
    assert counts == [0]


def test_what_a_dead_sender_held_is_sent_by_another(
    app: App, ana: Person, workspace: Workspace, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    ana.says("general", "hello?")

    def die(path: str, body: bytes, headers: Any) -> Reply:
        raise SystemExit

    with sending.transported_by(die), pytest.raises(SystemExit):
        workspace.deliver()
    assert workspace.deliver(NOW + 5) == 0
    assert workspace.deliver(NOW + 20) == 1
    assert len(app.requests) == 1


def test_events_that_come_up_meanwhile_wait_for_the_next_round(
    ana: Person, workspace: Workspace
) -> None:
    ana.says("general", "ping")

    def echo(path: str, body: bytes, headers: Any) -> Reply:
        workspace.post_message("general", "pong")
        return Reply(status=200)

    with sending.transported_by(echo):
        assert workspace.deliver() == 1
        assert workspace.deliver() == 1


def test_old_deliveries_are_forgotten(ana: Person, workspace: Workspace, settings: Any) -> None:
    from response.sandbox import deliveries

    settings.RESPONSE_SANDBOX_KEEP = 100
    row = Delivery(kind="event", due_at=0, created_at=0, state=Delivery.State.DELIVERED)
    first = Delivery.objects.create(kind="event", due_at=0, created_at=0).pk
    waiting, done = first, []
    for _ in range(250):
        row.pk = None
        row.save()
        done.append(row.pk)
        deliveries._prune(row.pk)
    left = set(Delivery.objects.values_list("pk", flat=True))
    assert waiting in left
    assert done[0] not in left
    assert done[-1] in left


def test_saving_the_url_of_events_asks_for_the_challenge(app: App, workspace: Workspace) -> None:
    def echo(request: Request) -> tuple[int, dict[str, str], bytes]:
        sent = json.loads(request.body)
        assert sent["type"] == "url_verification"
        return 200, {"Content-Type": "text/plain"}, sent["challenge"].encode()

    assert workspace.verify_url() is False
    app.answer = echo
    assert workspace.verify_url() is True
    assert all(request.verified for request in app.requests)
