"""The clock is set back by an hour: what was stored before does not wait for that hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from response.slack import drain, inbox, outbox, sender, tick
from response.slack.errors import SlackUnavailable
from response.slack.models import Call, HandlerRun, Heartbeat
from tests.slack.boxes import Boxes, Clock

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stored(boxes: Boxes) -> None:
    """A handler's run, and three calls of a lane: one failed, two wait behind it."""
    tick.tick(boxes.clock())
    outbox.post("C1", "wanted some time ago")
    boxes.clock.forward(minutes=50)
    inbox.store(key="event:1", kind="event", payload={}, handlers=["event:x"], lane="C1")
    boxes.slack.will_answer("chat.postMessage", SlackUnavailable("down"))
    boxes.send()
    outbox.post("C1", "wanted since")
    assert boxes.slack.texts("C1") == ["wanted some time ago"]


def due(boxes: Boxes) -> tuple[list[str], list[str]]:
    """The lanes in which there is something to do now, of both boxes."""
    lanes = [lane for lane in sender.due_lanes(boxes.clock()) if lane != "users"]
    return inbox.due_lanes(boxes.clock()), lanes


def test_the_next_tick_finds_all_of_it_due(stored: None, boxes: Boxes):
    boxes.clock.forward(hours=-1)
    assert due(boxes) == ([], [])
    tick.tick(boxes.clock())
    assert due(boxes) == (["C1"], ["C1"])
    boxes.send()
    assert boxes.slack.texts("C1")[1:] == ["wanted some time ago", "wanted since"]


def test_a_drain_that_goes_on_through_it_finds_it_too(stored: None, boxes: Boxes):
    stand_in = drain.StandIn(boxes.clock)
    boxes.clock.forward(hours=-1)
    stand_in.tick_if_needed()
    assert due(boxes) == (["C1"], ["C1"])


def test_a_call_whose_sender_died_before_is_sent_again(boxes: Boxes):
    outbox.post("C1", "left behind")
    Call.objects.update(state="sending", last_attempt_at=boxes.clock())
    boxes.clock.forward(hours=-1)
    boxes.send()
    assert boxes.slack.texts("C1") == ["left behind"]


def test_what_waits_as_it_should_goes_on_waiting(boxes: Boxes, clock: Clock):
    outbox.post("C1", "Slack said: in an hour")
    inbox.store(key="event:1", kind="event", payload={}, handlers=["event:x"], lane="C1")
    Call.objects.update(next_try=clock() + timedelta(hours=1), last_attempt_at=clock())
    HandlerRun.objects.update(next_try=clock() + timedelta(minutes=15))
    clock.forward(minutes=-1)
    tick.tick(clock())
    assert due(boxes) == ([], [])
    assert Heartbeat.objects.filter(name=Heartbeat.TICK, at=clock()).exists()
