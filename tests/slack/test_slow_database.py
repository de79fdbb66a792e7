"""On a database that takes long to answer, work gets done all the same, in its turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from response.slack import drain, inbox, together
from response.slack.models import HandlerRun, UserStats
from tests.factories import make_comms_channel, make_incident
from tests.slack.arrivals import event, mention, message, receive, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_registrations")]


class Watch:
    """Tells a time that passes only where a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(inbox, "time", watch)
    monkeypatch.setattr(together, "time", watch)
    return watch


def each_takes(watch: Watch, seconds: Callable[[str], float]) -> Any:
    """Within, each statement takes as long as ``seconds`` says."""

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        watch.seconds += seconds(sql)
        return execute(sql, *rest)

    return connection.execute_wrapper(wrapper)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 1.0])
def test_a_tick_works_off_what_is_due(channel, boxes, watch, seconds):
    for number in range(3):
        message(number)
    mention(4, "severity critical")
    with each_takes(watch, lambda sql: seconds):
        drain.drain_once(boxes.clock, boxes.sender)
    assert set(states()) == {"done"}


def test_one_statement_that_waits_for_a_lock_ends_no_tick(channel, boxes, watch):
    message(1)
    locked = iter([0.3])
    with each_takes(watch, lambda sql: next(locked, 0.0) if "UPDATE" in sql else 0.0):
        drain.drain_once(boxes.clock, boxes.sender)
    assert states() == ["done"]


def test_a_command_has_its_turn_although_others_talk_without_end(
    channel, boxes, watch, monkeypatch
):
    make_comms_channel(make_incident(), channel_id="C0TALK")
    count = UserStats.objects.count_message

    def slowly(self: Any, incident: Any, user: Any) -> None:
        watch.seconds += 0.1
        count(incident, user)

    monkeypatch.setattr(type(UserStats.objects), "count_message", slowly)
    mention(1, "severity critical")
    command = HandlerRun.objects.get()
    for number in range(10, 20):
        receive(event(number, type="message", text="talk", channel="C0TALK"))
    inbox.work(boxes.clock)
    command.refresh_from_db()
    assert command.state == "done"
