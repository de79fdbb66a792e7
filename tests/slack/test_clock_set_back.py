"""The clock is set back by an hour: what was stored before does not wait for that hour."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from response.slack import dispatch, drain, inbox, intake, outbox, payloads, tick
from response.slack.errors import SlackUnavailable
from response.slack.models import (
    Call,
    CommsChannel,
    HandlerRun,
    Heartbeat,
    PinnedMessage,
)
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
    lanes = [lane for lane in boxes.sender.due_lanes() if lane != "users"]
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


def receive(number: int, **inner: Any) -> None:
    payload = {
        "type": "event_callback",
        "team_id": "T0",
        "event_id": f"Ev{number}",
        "event": {"user": "U0ANA", "channel": "C0INC", "event_ts": "1.0", **inner},
    }
    intake.receive_event(payload, payloads.parse_event(payload))


PINNED = {"type": "message", "ts": "1.000100", "user": "U0ANA", "text": "It is the disk"}


def pin(number: int) -> None:
    item = {"type": "message", "channel": "C0INC", "message": PINNED}
    receive(number, type="pin_added", item=item, channel_id="C0INC")


def edit(number: int) -> None:
    message = {**PINNED, "text": "It is the cache", "edited": {"user": "U0ANA", "ts": "2.0"}}
    receive(
        number,
        type="message",
        subtype="message_changed",
        message=message,
        previous_message=PINNED,
        ts="2.0",
    )


@pytest.mark.parametrize("seconds", [-3600, -1])
def test_an_edit_does_not_overtake_the_pin_that_was_stored_by_a_clock_ahead(
    channel: CommsChannel, boxes: Boxes, seconds: float
):
    """As happens, too, where two machines' clocks are not the same."""
    pin(1)
    boxes.clock.forward(seconds=seconds)
    edit(2)
    boxes.handle()
    assert [pin.text for pin in PinnedMessage.objects.all()] == ["It is the cache"]


def test_nor_does_it_where_handlers_are_run_one_by_one(
    channel: CommsChannel, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dispatch, "is_quick", lambda run: False)
    pin(1)
    boxes.clock.forward(seconds=-1)
    edit(2)
    boxes.handle()
    assert [pin.text for pin in PinnedMessage.objects.all()] == ["It is the cache"]
