"""Lanes whose calls Slack would not take yet: each waits for its turn, and costs little."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from response.slack import outbox, sender
from response.slack.models import Call
from response.slack.pace import Pace
from response.slack.sender import Sender
from tests.slack.boxes import Clock, FakeSlack

pytestmark = pytest.mark.django_db
BURST = 5


@pytest.fixture
def outgoing(clock: Clock, fake_slack: FakeSlack) -> Sender:
    return Sender(clock=clock, pace=Pace(), client=lambda: fake_slack)


def react(lanes: int) -> list[str]:
    for number in range(lanes):
        outbox.react("eyes", f"C{number}", "1.000100")
    return [f"C{number}" for number in range(lanes)]


def send_due(outgoing: Sender, clock: Clock) -> int:
    lanes = outgoing.due_lanes()
    for lane in lanes:
        outgoing.send_lane(lane)
    return len(lanes)


def test_each_lane_is_looked_at_once_more_when_it_is_its_turn(
    outgoing: Sender, clock: Clock, fake_slack: FakeSlack
) -> None:
    react(30)
    looked_at = send_due(outgoing, clock)
    assert (looked_at, len(fake_slack.calls)) == (30, BURST)
    for number in range(1, 26):
        clock.forward(seconds=1.21)
        looked_at += send_due(outgoing, clock)
        assert len(fake_slack.calls) == BURST + number
    assert looked_at == 30 + 25
    assert not Call.objects.exclude(state="sent").exists()


def test_a_call_that_waits_for_its_turn_is_not_claimed(outgoing: Sender, clock: Clock) -> None:
    *lanes, last = react(BURST + 1)
    for lane in lanes:
        outgoing.send_lane(lane)
    with CaptureQueriesContext(connection) as queries:
        assert outgoing.send_lane(last) == 0
    assert sum(each["sql"].startswith('UPDATE "response_call"') for each in queries) == 1
    call = Call.objects.get(lane=last)
    assert (call.state, call.attempts) == ("pending", 0)
    assert call.next_try - clock() == pytest.approx(
        timedelta(seconds=1.2), abs=timedelta(seconds=0.01)
    )


def test_what_is_behind_a_waiting_call_waits_with_it(outgoing: Sender, clock: Clock) -> None:
    for lane in react(BURST):
        outgoing.send_lane(lane)
    outbox.react("eyes", "C9", "2.000100")
    outbox.post("C9", "after the reaction")
    outgoing.send_lane("C9")
    assert outgoing.due_lanes() == []
    clock.forward(seconds=1.21)
    assert outgoing.send_lane("C9") == 2


def test_of_very_many_lanes_some_are_looked_at_and_then_the_next(
    outgoing: Sender, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "MOST", 10)
    *burst, _ = react(BURST + 25)
    for lane in burst[:BURST]:
        outgoing.send_lane(lane)
    waiting = Call.objects.filter(state="pending", next_try__gt=clock())
    for put_off in (10, 20, 25, 25):
        assert outgoing.due_lanes() == []
        assert waiting.count() == put_off
