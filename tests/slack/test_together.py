"""Talk that is worked off in one transaction: cheaper than by itself, and nothing is lost by it."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from response.core.models import Incident
from response.slack import inbox, invoke, leases, together
from response.slack.decorators import slack_event
from response.slack.models import Conversation, HandlerRun, UserStats
from tests.factories import make_comms_channel, make_incident
from tests.slack.arrivals import event, mention, message, receive, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_registrations")]


@pytest.fixture
def counts(monkeypatch) -> Counts:
    """Every message that is counted from now on; ``after`` is called with how many it were."""
    monkeypatch.setattr(together, "LONGEST", 60.0)
    count = UserStats.objects.count_message
    found = Counts()

    def count_message(self, incident, user):
        count(incident, user)
        found.number += 1
        found.after(found.number)

    monkeypatch.setattr(type(UserStats.objects), "count_message", count_message)
    return found


def fail_at_the_third(number: int) -> None:
    """The third fails, in the transaction that it shares and again by itself."""
    if number in (3, 6):
        raise ValueError("the third")


class Counts:
    number = 0

    def after(self, number: int) -> None:
        """To be replaced."""


@pytest.fixture
def known_channel(channel, boxes):
    """It was talked in before."""
    message(1000)
    boxes.handle()
    HandlerRun.objects.all().delete()
    UserStats.objects.update(message_count=0)
    return channel


def test_talk_shares_a_transaction_and_if_one_fails_each_is_run_by_itself(
    known_channel, boxes, counts
):
    counts.after = fail_at_the_third
    for number in range(5):
        message(number)
    boxes.handle()
    assert counts.number == 3 + 5
    assert states() == ["done", "done", "pending", "done", "done"]
    assert UserStats.objects.get().message_count == 4
    boxes.clock.forward(seconds=10)
    boxes.handle()
    assert states() == ["done"] * 5
    assert UserStats.objects.get().message_count == 5


def test_talk_shares_a_transaction_up_to_what_must_be_run_by_itself(known_channel, boxes, counts):
    for number in range(5):
        message(number)
    mention(5, "severity critical")
    message(6, "after that")
    seen = []
    counts.after = lambda number: seen.append(Incident.objects.get().severity)
    boxes.handle()
    assert seen == [None] * 5 + ["1"]
    assert set(states()) == {"done"}


def test_what_follows_it_in_its_lane_shares_the_next_one(known_channel, boxes, counts):
    def cost(talk: int) -> int:
        mention(next(numbers), "severity critical")
        for _ in range(talk):
            message(next(numbers), "after that")
        with CaptureQueriesContext(connection) as queries:
            boxes.handle()
        return len(queries)

    numbers = itertools.count()
    cost(2)
    assert cost(40) == cost(2)
    assert set(states()) == {"done"}
    assert UserStats.objects.get().message_count == 44


def test_if_one_that_follows_fails_those_before_it_are_done_and_the_rest_run_by_itself(
    known_channel, boxes, counts
):
    counts.after = fail_at_the_third
    mention(0, "severity critical")
    for number in range(1, 6):
        message(number)
    boxes.handle()
    assert counts.number == 3 + 5
    assert states() == ["done", "done", "done", "pending", "done", "done"]
    assert UserStats.objects.get().message_count == 4


def test_a_hosts_handler_never_shares_a_transaction(known_channel, boxes):
    ran = []

    @slack_event("message", atomic=True)
    def hosts(incident, payload):
        ran.append(payload["text"])
        if payload["text"] == "2":
            raise ValueError("only this one")

    for number in range(4):
        message(number, str(number))
    boxes.handle()
    assert ran == ["0", "1", "2", "3"]
    assert sorted(states()) == ["done"] * 7 + ["pending"]


def test_a_lease_that_was_lost_before_a_shared_transaction_ends_undoes_all_of_it(
    known_channel, boxes, counts, monkeypatch
):
    known = invoke.read_ahead

    def take_over(runs):
        Conversation.objects.filter(key="in:C0INC").update(lease_token="another")
        return known(runs)

    monkeypatch.setattr(invoke, "read_ahead", take_over)
    for number in range(5):
        message(number)
    boxes.handle()
    monkeypatch.setattr(invoke, "read_ahead", known)
    assert counts.number == 5
    assert states() == ["pending"] * 5
    assert UserStats.objects.get().message_count == 0
    boxes.clock.forward(seconds=31)
    boxes.handle()
    assert states() == ["done"] * 5
    assert UserStats.objects.get().message_count == 5


def test_talk_of_fifty_channels_costs_as_many_queries_as_that_of_one(channel, boxes, monkeypatch):
    def cost(channels: list[str]) -> int:
        for channel_id in channels:
            receive(event(next(numbers), type="message", text="x", channel=channel_id))
        with CaptureQueriesContext(connection) as queries:
            boxes.handle()
        return len(queries)

    numbers = itertools.count()
    ids = [f"C0{number}" for number in range(50)]
    for channel_id in ids:
        make_comms_channel(make_incident(), channel_id=channel_id)
    monkeypatch.setattr(together, "LONGEST", 60.0)
    cost(ids)
    one, fifty = cost(ids[:1]), cost(ids)
    assert fifty == one


def test_what_many_say_is_counted_in_a_few_queries(known_channel, boxes, monkeypatch):
    monkeypatch.setattr(together, "LONGEST", 60.0)

    def talk(people: int) -> int:
        for number in range(people):
            said = {"type": "message", "text": "x", "user": f"U0MANY{number}"}
            receive(event(next(numbers), **said, channel="C0INC"))
        with CaptureQueriesContext(connection) as queries:
            boxes.handle()
        return len(queries)

    numbers = itertools.count()
    talk(50)
    one, fifty = talk(1), talk(50)
    assert fifty == one
    counts = UserStats.objects.exclude(message_count=0).values_list("message_count", flat=True)
    assert sorted(counts) == [2] * 49 + [3]


def test_lanes_that_another_was_quicker_with_are_left_alone(known_channel, boxes, monkeypatch):
    due = inbox.due_lanes

    def due_then_taken(now):
        lanes = due(now)
        for lane in lanes:
            assert leases.acquire("in:" + lane, now)
        return lanes

    alone = []
    monkeypatch.setattr(inbox, "due_lanes", due_then_taken)
    monkeypatch.setattr(inbox, "work_lane", lambda lane, clock: alone.append(lane) or 0)
    message(1)
    assert inbox.work(boxes.clock) == 0
    assert (alone, states()) == ([], ["pending"])
    monkeypatch.undo()
    boxes.clock.forward(seconds=31)
    boxes.handle()
    assert states() == ["done"]
