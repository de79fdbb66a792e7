"""What becomes of a call that was tried: Slack has it, it is tried again, or it is parked."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import OperationalError, connection

from response.slack import desk, outbox, outcomes
from response.slack.errors import (
    SlackAuthError,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnavailable,
)
from response.slack.leases import LEASE
from response.slack.models import Call, Conversation
from tests.slack.boxes import DOWN, Boxes, states

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_that_fails_holds_its_lane_and_no_other(boxes):
    boxes.slack.will_answer("chat.postMessage", DOWN)
    outbox.post("C1", "first")
    outbox.post("C1", "second")
    outbox.post("C2", "elsewhere")
    boxes.send()
    boxes.send()
    assert boxes.slack.texts("C1") == ["first"]
    assert boxes.slack.texts("C2") == ["elsewhere"]
    boxes.clock.forward(seconds=1)
    boxes.send()
    assert boxes.slack.texts("C1") == ["first", "first", "second"]
    assert states() == ["sent"] * 3


def test_a_429_waits_as_long_as_slack_says_and_is_no_strike(boxes):
    boxes.slack.will_answer(
        "chat.postMessage", *[SlackRateLimited("slow down", retry_after=30)] * 8
    )
    outbox.post("C1", "hello")
    for _ in range(8):
        boxes.send()
        boxes.clock.forward(seconds=29)
        boxes.send()
        boxes.clock.forward(seconds=1)
    boxes.send()
    assert len(boxes.slack.calls) == 9
    assert states() == ["sent"]


def test_an_outage_is_waited_out_however_long_it_lasts(boxes):
    boxes.slack.down = DOWN
    for number in range(3):
        outbox.post(f"C{number}", "hello")
    for _ in range(120):
        boxes.send()
        boxes.clock.forward(minutes=1)
    assert states() == ["pending"] * 3
    boxes.slack.down = None
    boxes.slack.calls.clear()
    boxes.send()
    assert states() == ["sent"] * 3
    assert len(boxes.slack.calls) == 3


def test_a_refused_token_is_an_outage_too_nothing_is_given_up(boxes):
    boxes.slack.down = SlackAuthError("revoked", "token_revoked")
    outbox.post("C1", "hello")
    for _ in range(20):
        boxes.send()
        boxes.clock.forward(minutes=1)
    boxes.slack.down = None
    boxes.send()
    assert states() == ["sent"]


def test_a_call_that_fails_while_others_succeed_is_parked_after_five_tries(boxes):
    boxes.slack.will_answer("chat.update", *[DOWN] * 10)
    outbox.enqueue("chat.update", {"channel": "C1"}, lane="C1")
    outbox.post("C1", "waits behind it")
    while Call.objects.filter(method="chat.update", state="pending").exists():
        boxes.send()
        boxes.clock.forward(seconds=30)
        outbox.post("C2", "others get through")
        boxes.sender.send_lane("C2")
        boxes.clock.forward(seconds=31)
    assert boxes.slack.methods().count("chat.update") == 6
    parked = Call.objects.get(method="chat.update")
    assert (parked.state, parked.strikes) == ("parked", 5)
    assert "Slack is down" in parked.error
    boxes.send()
    assert boxes.slack.texts("C1") == ["waits behind it"]


def test_while_slack_fails_others_too_no_call_is_given_up_after_five_tries(boxes):
    """Of ten calls that fail three times in ten, one in four hundred fails five times in a row."""
    boxes.slack.will_answer("chat.update", *[DOWN] * 12)
    outbox.enqueue("chat.update", {"channel": "C1"}, lane="C1")
    for number in range(20):
        boxes.send()
        # What others ask for fails now and then, and gets through.
        boxes.slack.will_answer("chat.postMessage", *[DOWN] * (number % 3 == 0))
        outbox.post("C2", f"message {number}")
        for _ in range(2):
            boxes.clock.forward(seconds=8)
            boxes.sender.send_lane("C2")
    call = Call.objects.get(method="chat.update")
    assert (call.state, call.attempts) == ("sent", 13)
    assert len(boxes.slack.texts("C2")) == 27


def test_calls_that_slack_never_takes_do_not_keep_each_other_waiting_for_ever(boxes):
    boxes.slack.will_answer("chat.update", *[DOWN] * 200)
    for lane in ("C1", "C2", "C3"):
        outbox.enqueue("chat.update", {"channel": lane}, lane=lane)
        outbox.post(lane, "waits behind it")
    for number in range(50):
        boxes.send()
        boxes.clock.forward(seconds=8)
        outbox.post("C9", f"gets through {number}")
        boxes.sender.send_lane("C9")
        boxes.clock.forward(seconds=8)
    parked = Call.objects.filter(method="chat.update")
    assert {call.state for call in parked} == {"parked"}
    assert {call.strikes for call in parked} == {20}
    assert boxes.slack.texts("C3") == ["waits behind it"]


def test_an_error_that_no_retry_mends_is_parked_at_once_and_lets_the_rest_go_on(boxes):
    boxes.slack.will_answer("chat.postMessage", SlackPermanentError("gone", "is_archived"))
    outbox.post("C1", "first")
    outbox.post("C1", "second")
    boxes.send()
    assert states() == ["parked", "sent"]


def test_what_slack_has_already_counts_as_done(boxes):
    boxes.slack.will_answer("reactions.add", SlackPermanentError("twice", "already_reacted"))
    outbox.react("question", "C1", "1.0")
    boxes.send()
    assert states() == ["sent"]


class Killed(BaseException):
    """In place of a process that is killed while it waits for Slack."""


def killed_at_slack(boxes: Boxes, times: int = 1) -> None:
    """So many processes in a row die while they send a call of C1."""

    def die(method: str) -> None:
        raise Killed

    boxes.slack.during = die
    deaths = 0
    while deaths < times:
        try:
            boxes.sender.send_lane("C1")
        except Killed:
            deaths += 1
            # A killed process releases nothing.
            until = boxes.clock() + LEASE
            Conversation.objects.update(lease_token="dead", leased_until=until)
        assert states() in (["sending"], ["pending"])
        boxes.clock.forward(seconds=31)
    boxes.slack.during = lambda method: None


def test_a_call_whose_sender_died_is_sent_again_by_the_next(boxes):
    outbox.post("C1", "hello")
    killed_at_slack(boxes)
    assert states() == ["sending"]
    boxes.handle()
    boxes.sender.send_lane("C1")
    assert states() == ["sent"]
    assert boxes.slack.texts("C1") == ["hello", "hello"]


def test_a_call_is_not_given_up_because_something_kills_many_senders(boxes):
    """What a process begins with is what it most likely dies at."""
    outbox.post("C1", "hello")
    killed_at_slack(boxes, outcomes.MAX_DEATHS - 1)
    boxes.sender.send_lane("C1")
    boxes.clock.forward(seconds=15)
    boxes.sender.send_lane("C1")
    assert states() == ["sent"]


def test_after_a_second_death_others_go_first(boxes):
    outbox.post("C1", "hello")
    killed_at_slack(boxes, 2)
    boxes.sender.send_lane("C1")
    assert len(boxes.slack.texts("C1")) == 2
    boxes.clock.forward(seconds=1)
    boxes.sender.send_lane("C1")
    assert len(boxes.slack.texts("C1")) == 3


def test_deaths_are_no_strikes(boxes):
    outbox.post("C1", "hello")
    killed_at_slack(boxes, outcomes.MAX_STRIKES)
    outbox.post("C2", "others get through")
    boxes.sender.send_lane("C2")
    boxes.sender.send_lane("C1")
    boxes.clock.forward(seconds=15)
    boxes.slack.will_answer("chat.postMessage", DOWN)
    boxes.sender.send_lane("C1")
    assert Call.objects.get(lane="C1").state == "pending"


def test_a_call_that_every_sender_dies_of_is_given_up_in_the_end(boxes):
    outbox.post("C1", "hello")
    killed_at_slack(boxes, outcomes.MAX_DEATHS)
    boxes.sender.send_lane("C1")
    assert states() == ["parked"]
    assert "died" in Call.objects.get().error
    # Whoever has it sent again gives it as many lives once more.
    desk.run_again(Call.objects.all(), boxes.clock())
    killed_at_slack(boxes)
    boxes.sender.send_lane("C1")
    assert states() == ["sent"]


def test_a_call_left_unfinished_is_found_although_nothing_else_is_due_in_its_lane(boxes):
    outbox.post("C1", "hello")
    Call.objects.update(state="sending", last_attempt_at=boxes.clock())
    Conversation.objects.create(
        key="out:C1", lease_token="dead", leased_until=boxes.clock() + LEASE
    )
    boxes.send()
    assert not boxes.slack.calls
    boxes.clock.forward(seconds=31)
    boxes.send()
    assert boxes.slack.texts("C1") == ["hello"]


@pytest.mark.parametrize(
    "error", [SlackAuthError("", "token_revoked"), SlackUnavailable("HTTP 503", "")]
)
def test_what_waits_for_slack_waits_although_a_response_url_takes_answers(boxes, error):
    usual = boxes.slack.api_call

    def api_call(method: str, **arguments: Any) -> dict[str, Any]:
        if method != "response_url":
            boxes.slack.will_answer(method, error)
        return usual(method, **arguments)

    boxes.slack.api_call = api_call
    outbox.post("C1", "the incident is closed")
    for _ in range(40):
        boxes.send()
        boxes.clock.forward(seconds=5)
        outbox.whisper("U0BOB", "You may not.", response_url="https://hooks.slack.com/x")
        boxes.send()
        boxes.clock.forward(seconds=15)
    assert Call.objects.filter(operation="whisper", state="sent").count() == 40
    assert Call.objects.get(lane="C1").state == "pending"


def failing(times: int) -> Any:
    """Within, the database refuses so often to note down that a call was sent."""
    refusals = itertools.count()

    def wrapper(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if "UPDATE" in sql and params and "sent" in params and next(refusals) < times:
            raise OperationalError("database is locked")
        return execute(sql, params, *rest)

    return connection.execute_wrapper(wrapper)


def test_what_slack_has_is_not_sent_again_because_the_database_was_away(boxes, monkeypatch):
    monkeypatch.setattr(outcomes, "NOTED_AGAIN_AFTER", (0.0, 0.0))
    outbox.post("C1", "hello")
    with failing(2):
        boxes.send()
    assert Call.objects.get().state == "sent"
    boxes.clock.forward(minutes=1)
    boxes.send()
    assert boxes.slack.texts("C1") == ["hello"]


def test_a_database_that_stays_away_is_not_asked_without_end(boxes, monkeypatch):
    monkeypatch.setattr(outcomes, "NOTED_AGAIN_AFTER", (0.0,))
    outbox.post("C1", "hello")
    with failing(2):
        boxes.send()
    assert Call.objects.get().state == "pending"
