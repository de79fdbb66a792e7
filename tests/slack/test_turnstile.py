"""Many lanes may wait for Slack; few are at work at once, and leave the rest to the requests."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from response.slack import drain, outbox
from response.slack.errors import SlackRateLimited
from response.slack.pace import Unpaced
from response.slack.sender import AT_WORK, Sender
from response.slack.turnstile import Turnstile
from tests.slack.boxes import states

# Seconds after which a test gives up on another thread.
LONG = 30
LANES = 3 * AT_WORK
NEWCOMERS = 20


class Crowd:
    """Threads that go through a turnstile, each of them held inside until it is let go."""

    def __init__(self, turnstile: Turnstile) -> None:
        self.turnstile = turnstile
        self.inside: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.lets_go = threading.Event()
        self.threads: list[threading.Thread] = []

    def enter(self, name: str) -> None:
        thread = threading.Thread(target=self._enter, args=(name,))
        self.threads.append(thread)
        thread.start()

    def _enter(self, name: str) -> None:
        with self.turnstile.inside():
            self.inside.put(name)
            self.lets_go.wait(LONG)

    def leave(self) -> None:
        self.lets_go.set()
        for thread in self.threads:
            thread.join(LONG)

    def names(self) -> list[str]:
        """Of those who have come in, in their order."""
        return [self.inside.get_nowait() for _ in range(self.inside.qsize())]


def waiting(turnstile: Turnstile, count: int) -> None:
    """Return once so many threads wait for a place."""
    deadline = time.monotonic() + LONG
    while len(turnstile._changed._waiters) < count:
        assert time.monotonic() < deadline


def test_who_waits_for_slack_leaves_the_place_to_another():
    turnstile = Turnstile(1, LONG)
    crowd = Crowd(turnstile)
    with turnstile.inside():
        crowd.enter("another")
        waiting(turnstile, 1)
        assert crowd.names() == []
        with turnstile.outside():
            assert crowd.inside.get(timeout=LONG) == "another"
            crowd.leave()


def test_who_comes_back_from_slack_comes_before_those_who_have_not_begun():
    turnstile = Turnstile(1, LONG)
    crowd = Crowd(turnstile)

    def come_back() -> None:
        with turnstile.inside():
            with turnstile.outside():
                at_slack.set()
                answered.wait(LONG)
            crowd.inside.put("back")

    at_slack, answered = threading.Event(), threading.Event()
    returning = threading.Thread(target=come_back)
    returning.start()
    at_slack.wait(LONG)
    with turnstile.inside():
        for number in range(NEWCOMERS):
            crowd.enter(f"newcomer {number}")
        waiting(turnstile, NEWCOMERS)
        answered.set()
        waiting(turnstile, NEWCOMERS + 1)
    first = crowd.inside.get(timeout=LONG)
    crowd.leave()
    returning.join(LONG)
    assert first == "back"


def test_nobody_waits_for_a_place_for_long_or_gives_one_up_that_they_have_not():
    turnstile = Turnstile(1, patience=0)
    crowd = Crowd(turnstile)
    with turnstile.inside():
        for name in ("second", "third"):
            crowd.enter(name)
            assert crowd.inside.get(timeout=LONG) == name
        crowd.leave()
        with turnstile.outside():
            pass
    # There is one place again, and no more.
    assert turnstile._free == 1


def test_an_error_of_slack_leaves_who_was_outside_inside():
    turnstile = Turnstile(1)

    def fail() -> None:
        with turnstile.outside():
            raise ConnectionError

    with turnstile.inside():
        with pytest.raises(ConnectionError):
            fail()
        assert turnstile._free == 0
    assert turnstile._free == 1


@pytest.fixture
def sender(boxes) -> Sender:
    sender = Sender(clock=boxes.clock, pace=Unpaced(), client=lambda: boxes.slack)
    sender.turnstile._patience = LONG
    return sender


@pytest.mark.django_db(transaction=True)
def test_more_lanes_wait_for_slack_than_are_at_work(boxes, sender):
    all_there = threading.Barrier(LANES)
    boxes.slack.during = lambda method: all_there.wait(LONG)
    for number in range(LANES - 1):
        outbox.post(f"C0MANY{number}", "hello")
    outbox.whisper("U0ANA", "hello", response_url="https://hooks.slack.com/actions/1")

    lanes = drain.Lanes(sender, threading.Event())
    lanes.send(sender.due_lanes())
    lanes.close()
    assert states() == ["sent"] * LANES


@pytest.mark.django_db(transaction=True)
def test_a_lane_waits_while_others_are_at_work(boxes, sender):
    crowd = Crowd(sender.turnstile)
    for number in range(AT_WORK):
        crowd.enter(f"at work {number}")
        crowd.inside.get(timeout=LONG)
    outbox.post("C0ONE", "hello")

    lanes = drain.Lanes(sender, threading.Event())
    lanes.send(["C0ONE"])
    waiting(sender.turnstile, 1)
    assert states() == ["pending"]
    crowd.leave()
    lanes.close()
    assert states() == ["sent"]


@pytest.mark.django_db(transaction=True)
def test_a_limit_is_kept_by_others_before_who_met_it_has_a_place_again(boxes, sender):
    limited: list[int] = []

    class Pace(Unpaced):
        def block(self, *arguments: Any) -> None:
            limited.append(sender.turnstile._free)

    sender.pace = Pace()
    boxes.slack.will_answer("chat.postMessage", SlackRateLimited("slow", retry_after=30))
    outbox.post("C0ONE", "hello")
    sender.send_lane("C0ONE")
    # Its place was free then.
    assert limited == [AT_WORK]


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
