"""Connections come and go; the service keeps as many as it should, or says why it cannot."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from response.slack.socket_mode import service
from response.slack.socket_mode.envelopes import Acknowledge
from response.slack.socket_mode.link import Link
from response.slack.socket_mode.refusals import SocketModeRefused
from tests.scenarios.child import until
from tests.socket_mode.conftest import TOKEN, Start
from tests.socket_mode.slack_socket import SlackSocket

pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """Takes envelopes as the intake would, and keeps them."""

    def __init__(self) -> None:
        self.payloads: list[Any] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, request: Any, acknowledge: Acknowledge) -> None:
        self.payloads.append(request.payload)
        assert self.go_on.wait(60)
        acknowledge(None)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def event(number: int) -> dict[str, Any]:
    return {"type": "event_callback", "event_id": f"Ev{number}"}


def test_several_connections_are_open_and_each_receives(
    slack: SlackSocket, start: Start, receiver: Receiver
):
    start(connections=3, receive=receiver)
    for connection in slack.connected(3):
        envelope_id = connection.delivers("events_api", event(1))
        assert until(lambda envelope_id=envelope_id: slack.acknowledgement(envelope_id)) == {
            "envelope_id": envelope_id
        }
    assert len(receiver.payloads) == 3
    assert set(slack.tokens) == {f"Bearer {TOKEN}"}


def test_events_of_a_connection_are_received_in_the_order_in_which_they_came(
    slack: SlackSocket, start: Start, receiver: Receiver
):
    start(connections=1, receive=receiver)
    (connection,) = slack.connected()
    ids = [connection.delivers("events_api", event(number)) for number in range(100)]
    until(lambda: slack.acknowledgement(ids[-1]))
    assert receiver.payloads == [event(number) for number in range(100)]


def test_a_click_does_not_wait_for_the_events_before_it(
    slack: SlackSocket, start: Start, receiver: Receiver
):
    start(connections=1, receive=receiver)
    (connection,) = slack.connected()
    receiver.go_on.clear()
    connection.delivers("events_api", event(1))
    connection.delivers("events_api", event(2))
    connection.delivers("interactive", {"a": "click"})
    until(lambda: {"a": "click"} in receiver.payloads)
    assert event(2) not in receiver.payloads
    receiver.go_on.set()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "some_new_reason"])
def test_a_connection_that_slack_wants_replaced_is_there_until_its_successor_is(
    slack: SlackSocket, start: Start, receiver: Receiver, reason: str
):
    start(connections=1, receive=receiver)
    (first,) = slack.connected()
    first.asks_to_leave(reason)
    _, second = slack.connected(2)
    # Slack may still have sent something the old way.
    late = first.delivers("events_api", event(1))
    assert until(lambda: first.acknowledgements.get(late))
    first.closes()
    assert slack.connected() == [second]
    slack.delivers("events_api", event(2))
    assert receiver.payloads == [event(1), event(2)]


@pytest.mark.parametrize("end", ["closes", "breaks"])
def test_a_connection_that_ends_is_replaced(
    slack: SlackSocket, start: Start, receiver: Receiver, end: str
):
    start(connections=1, receive=receiver)
    (first,) = slack.connected()
    getattr(first, end)()
    until(lambda: len(slack.connections) == 2)
    slack.connected()
    slack.delivers("events_api", event(1))


def test_what_keeps_slack_from_answering_is_waited_out(
    slack: SlackSocket, start: Start, receiver: Receiver
):
    slack.answers = [
        (503, {}),
        (200, {"ok": False, "error": "internal_error"}),
        (200, {"ok": True}),
        (200, {"ok": True, "url": "ws://127.0.0.1:9/nobody-listens-here"}),
    ]
    waits: list[int] = []
    start(connections=1, receive=receiver, pause=lambda failures: waits.append(failures) or 0.01)
    slack.connected()
    assert waits == [1, 2, 3, 4]
    slack.delivers("events_api", event(1))


def test_a_rate_limit_is_waited_out_as_slack_says_unless_the_service_is_told_to_stop(
    slack: SlackSocket, start: Start, receiver: Receiver, caplog: pytest.LogCaptureFixture
):
    slack.answers = [(429, {"ok": False, "error": "ratelimited"})]
    limited = start(connections=1, receive=receiver, pause=lambda failures: 0.0)
    until(lambda: "ratelimited" in caplog.text)
    start(connections=1, receive=receiver)
    slack.connected()
    limited.stop()
    assert len(slack.tokens) == 2


def test_too_many_connections_are_tried_again_later_and_the_others_go_on(
    slack: SlackSocket,
    start: Start,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(service, "PAUSE_OF_TOO_MANY", 3600.0)
    start(connections=1, receive=receiver)
    (first,) = slack.connected()
    slack.greet = lambda connection: connection.asks_to_leave("too_many_websockets")
    refused = start(connections=1, receive=receiver)
    until(lambda: len(slack.connections) == 2)
    until(lambda: "may have no more" in caplog.text)
    envelope_id = first.delivers("events_api", event(1))
    assert until(lambda: first.acknowledgements.get(envelope_id))
    # It does not try again and again, and its hour of waiting keeps nobody.
    assert len(slack.tokens) == 2
    refused.stop()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        ("invalid_auth", r"does not accept SLACK_APP_TOKEN \(invalid_auth\)"),
        ("not_allowed_token_type", r"no app-level token \(xapp-…\)"),
        ("missing_scope", "connections:write"),
        ("not_whatever_slack_thinks_of", "Is Socket Mode switched on"),
    ],
)
def test_a_token_that_slack_refuses_ends_the_service_with_what_to_do(
    slack: SlackSocket, start: Start, receiver: Receiver, error: str, advice: str
):
    slack.answers = [(200, {"ok": False, "error": error})]
    running = start(connections=1, receive=receiver)
    running.ends()
    assert isinstance(running.failure, SocketModeRefused)
    with pytest.raises(SocketModeRefused, match=advice):
        raise running.failure


def test_socket_mode_that_is_switched_off_ends_the_service_and_says_so(
    slack: SlackSocket, start: Start, receiver: Receiver
):
    running = start(connections=2, receive=receiver)
    slack.connected(2)[0].asks_to_leave("link_disabled")
    running.ends()
    with pytest.raises(SocketModeRefused, match="Switch it on at"):
        raise running.failure or AssertionError
    assert not slack.live()


def test_who_is_told_to_stop_finishes_what_came_and_takes_nothing_more(
    slack: SlackSocket, start: Start, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    at_work_when_closed: list[int] = []
    close = Link.close

    def look_then_close(link: Link) -> None:
        at_work_when_closed.append(link._begun)
        close(link)

    monkeypatch.setattr(Link, "close", look_then_close)
    running = start(connections=1, receive=receiver)
    (connection,) = slack.connected()
    receiver.go_on.clear()
    ids = [connection.delivers("events_api", event(number)) for number in range(3)]
    until(lambda: receiver.payloads)
    running.service.stopping.set()
    receiver.go_on.set()
    running.ends()
    assert running.failure is None
    assert at_work_when_closed == [0]
    assert set(connection.acknowledgements) == set(ids)
    assert connection.closed.wait(60)


def test_who_cannot_finish_ends_anyway(
    slack: SlackSocket, start: Start, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(service, "PATIENCE", 0.1)
    running = start(connections=1, receive=receiver)
    (connection,) = slack.connected()
    receiver.go_on.clear()
    connection.delivers("interactive", {"a": "click"})
    until(lambda: receiver.payloads)
    running.service.stopping.set()
    running.ends()
    assert not connection.acknowledgements
    receiver.go_on.set()
