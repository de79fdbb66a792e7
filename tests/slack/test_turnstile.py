"""Many lanes may wait for Slack; few are at work at once, and leave the rest to the requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from response.slack import drain, outbox
from response.slack.models import Call
from response.slack.pace import Unpaced
from response.slack.sender import AT_WORK, Sender
from response.slack.turnstile import Turnstile
from tests.slack.boxes import FakeSlack

# Seconds after which a test gives up on another thread.
LONG = 60
LANES = 3 * AT_WORK


def test_who_steps_outside_leaves_the_place_to_others_and_takes_one_again():
    turnstile = Turnstile(1)
    entered = threading.Event()

    def enter() -> None:
        with turnstile.inside():
            entered.set()

    def fail_outside() -> None:
        with turnstile.outside():
            assert entered.wait(LONG)
            raise ConnectionError

    other = threading.Thread(target=enter)
    # A place too many at the end would be a ValueError.
    with turnstile.inside():
        other.start()
        assert not entered.is_set()
        with pytest.raises(ConnectionError):
            fail_outside()
    other.join(LONG)


@pytest.mark.django_db(transaction=True)
def test_more_lanes_wait_for_slack_than_are_at_work(boxes):
    slack, all_there = FakeSlack(), threading.Barrier(LANES)
    slack.during = lambda method: all_there.wait(LONG)
    sender = Sender(clock=boxes.clock, pace=Unpaced(), client=lambda: slack)
    for number in range(LANES - 1):
        outbox.post(f"C0MANY{number}", "hello")
    outbox.whisper("U0ANA", "hello", response_url="https://hooks.slack.com/actions/1")

    lanes = drain.Lanes(sender, threading.Event())
    lanes.send(sender.due_lanes())
    lanes.close()

    assert list(Call.objects.values_list("state", flat=True)) == ["sent"] * LANES


@pytest.mark.django_db(transaction=True)
def test_a_lane_is_inside_for_all_but_slacks_own_time(boxes):
    happened: list[str] = []

    class Watched(Turnstile):
        @contextmanager
        def inside(self) -> Iterator[None]:
            happened.append("in")
            yield
            happened.append("out")

        @contextmanager
        def outside(self) -> Iterator[None]:
            happened.append("out")
            yield
            happened.append("in")

    boxes.sender.turnstile = Watched(1)
    boxes.slack.during = lambda method: happened.append(method)
    outbox.post("C0ONE", "hello")
    outbox.whisper("U0ANA", "hello", response_url="https://hooks.slack.com/actions/1")
    assert boxes.sender.send_lane("C0ONE") == 1
    assert boxes.sender.send_lane("whisper:U0ANA") == 1

    assert happened == [
        *("in", "out", "chat.postMessage", "in", "out"),
        *("in", "out", "response_url", "in", "out"),
    ]
