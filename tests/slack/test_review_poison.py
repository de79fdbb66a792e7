"""One row that cannot be worked off keeps no other from it, and ends where an operator sees it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, transaction

from response.slack import attempts, drain, inbox, operations, outbox, registry
from response.slack.decorators import incident_command
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, Conversation, Delivery, HandlerRun
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.arrivals import mention, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_registrations() -> Iterator[None]:
    with registry.commands.temporarily():
        yield


@pytest.fixture
def channel(clock):
    channel = make_comms_channel(
        make_incident(reporter=make_person(external_id="U0ANA")), channel_id="C0INC"
    )
    Call.objects.all().delete()
    return channel


def command(channel: Any, name: str, number: int = 1) -> None:
    """The command ``name``, stored as the request stores it."""
    inner = {"type": "app_mention", "user": "U0ANA", "channel": "C0INC", "ts": f"{number}.0001"}
    payload = {
        "type": "event_callback",
        "event_id": f"Ev{number}",
        "event": inner | {"text": f"<@U0INCIDENT> {name}"},
    }
    inbox.store(
        key=f"event:Ev{number}",
        kind=Delivery.Kind.EVENT,
        payload=payload,
        handlers=[f"command:{name}"],
        lane="C0INC",
        incident=channel.incident,
    )


@pytest.mark.parametrize("sent", [None, 0])
def test_the_drain_is_woken_by_a_lane_it_sent_not_by_one_that_is_anothers(sent):
    """Else it would ask for that lane again and again without a pause."""

    class Sender:
        def send_lane(self, lane: str) -> int | None:
            return sent

    wake = threading.Event()
    lanes = drain.Lanes(Sender(), wake)
    lanes.send(["C1"])
    lanes.close()
    assert wake.is_set() is (sent is not None)


def test_an_operation_of_another_release_waits_for_it_and_other_lanes_go_on(boxes):
    outbox.enqueue("", {}, lane="C1", operation="of tomorrow")
    outbox.post("C1", "after it")
    outbox.post("C2", "elsewhere")
    boxes.send()
    assert boxes.slack.methods() == ["chat.postMessage"]
    assert not boxes.sender.due_lanes()
    boxes.clock.forward(seconds=11)
    operations.OPERATIONS["of tomorrow"] = operations.Operation()
    try:
        boxes.send()
    finally:
        del operations.OPERATIONS["of tomorrow"]
    assert len(boxes.slack.calls) == 3


def test_an_operation_that_no_release_brings_is_parked_and_lets_its_lane_go_on(boxes):
    outbox.enqueue("", {}, lane="C1", operation="of yesterday")
    outbox.post("C1", "after it")
    boxes.send()
    boxes.clock.forward(minutes=11)
    boxes.send()
    parked, sent = Call.objects.order_by("id")
    assert parked.state == "parked"
    assert "of yesterday" in parked.error
    assert sent.state == "sent"


def test_an_operation_of_the_next_release_that_waited_out_an_outage_is_left_to_that(boxes):
    outbox.enqueue("", {}, lane="C1", operation="of tomorrow")
    boxes.clock.forward(hours=1)
    for _ in range(30):
        boxes.send()
        boxes.clock.forward(seconds=11)
    assert Call.objects.get().state == "pending"


def test_an_answer_that_cannot_be_kept_is_a_failed_try(boxes, channel):
    """Slack's answer lacks the channel that a rename must keep."""
    arguments = {"channel": "C0INC", "name": "db"}
    outbox.enqueue(
        "conversations.rename",
        arguments,
        lane="C0INC",
        operation="rename_channel",
        incident=channel.incident,
    )
    for _ in range(5):
        boxes.send()
        assert not Call.objects.filter(state="sending").exists()
        boxes.clock.forward(minutes=1)
    call = Call.objects.get(operation="rename_channel")
    assert call.state == "parked"
    assert call.error.startswith("SlackUnexpectedAnswer: ")


def test_working_all_that_is_due_survives_a_lane_that_cannot_be_sent(boxes, monkeypatch):
    outbox.post("C1", "one")
    outbox.post("C2", "two")
    send = boxes.sender.send_lane

    def fails_for_the_first(lane: str) -> int | None:
        if lane == "C1":
            raise RuntimeError("whatever it is")
        return send(lane)

    monkeypatch.setattr(boxes.sender, "send_lane", fails_for_the_first)
    drain.drain_once(boxes.clock, boxes.sender)
    assert boxes.slack.texts("C2") == ["two"]


def test_working_all_that_is_due_survives_a_lane_that_cannot_be_handled(boxes, monkeypatch):
    for lane in ("C1", "C2"):
        inbox.store(
            key=lane, kind=Delivery.Kind.EVENT, payload={}, handlers=["event:none"], lane=lane
        )
    work = inbox.work_lane

    def fails_for_the_first(lane: str, clock: Any) -> int:
        if lane == "C1":
            raise RuntimeError("whatever it is")
        return work(lane, clock)

    monkeypatch.setattr(inbox, "work_lane", fails_for_the_first)
    assert boxes.handle() == 1


def test_an_error_with_characters_that_no_column_takes_is_kept_all_the_same(boxes, channel):
    @incident_command(["odd"])
    def odd(incident, user_id, message):
        raise ValueError("a NUL \x00, half a surrogate \ud800, and very long" * 200)

    command(channel, "odd")
    boxes.handle()
    run = HandlerRun.objects.get()
    assert run.attempts == 1
    assert run.error.startswith("ValueError: a NUL , half a surrogate ?")


def test_a_run_that_no_release_knows_is_parked_after_a_day(boxes, channel):
    command(channel, "forgotten")
    boxes.handle()
    assert HandlerRun.objects.get().state == "pending"
    boxes.clock.forward(hours=25)
    boxes.handle()
    run = HandlerRun.objects.get()
    assert (run.state, run.error) == ("parked", "no such handler any more")


def test_a_hosts_handler_that_takes_a_minute_is_not_begun_a_second_time(boxes, channel):
    """It may wait for others; another process would run it again, and again."""
    began = []

    @incident_command(["slow"])
    def slow(incident, user_id, message):
        began.append(1)
        boxes.clock.forward(seconds=60)
        if len(began) == 1:
            inbox.work(boxes.clock)

    command(channel, "slow")
    boxes.handle()
    assert len(began) == 1
    assert HandlerRun.objects.get().state == "done"


def test_an_operation_of_several_calls_stops_where_its_lease_was_taken_over(boxes):
    def takes_so_long_that_another_takes_over(method: str) -> None:
        boxes.clock.forward(seconds=31)
        Conversation.objects.update(lease_token="another", leased_until=boxes.clock())

    refusal = SlackPermanentError("used up", "used_url")
    boxes.slack.will_answer("response_url", refusal)
    boxes.slack.during = takes_so_long_that_another_takes_over
    outbox.whisper("U1", "hello", response_url="https://hooks.slack.com/x")
    boxes.send()
    assert boxes.slack.methods() == ["response_url"]


def drain_as_often_as_it_dies(boxes: Any) -> None:
    for _ in range(30):
        with contextlib.suppress(SystemExit):
            drain.drain_once(boxes.clock, boxes.sender)
        boxes.clock.forward(minutes=1)


def in_a_thread(function: Any) -> None:
    def run() -> None:
        try:
            function()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.parametrize("where", ["main thread", "thread"])
def test_a_handler_that_exits_is_parked_and_stops_nobody_else(channel, boxes, where):
    @incident_command(["report"])
    def report(incident, user_id, message):
        raise SystemExit(1)

    mention(1, "report")
    mention(2, "severity critical")
    outbox.post("C9", "of another incident")
    if where == "thread":
        in_a_thread(lambda: drain.drain_once(boxes.clock, boxes.sender))
        assert HandlerRun.objects.get(handler="command:report").attempts == 1
        assert boxes.slack.texts("C9") == ["of another incident"]
    drain_as_often_as_it_dies(boxes)
    assert boxes.slack.texts("C9") == ["of another incident"]
    assert states() == ["parked", "done"]


class Broken(Exception):
    """As of a library whose error wants to show an answer that never came."""

    def __str__(self) -> str:
        return self.response.text  # type: ignore[attr-defined]


def test_a_handler_whose_error_cannot_be_printed_is_parked(channel, boxes):
    ran = []

    @incident_command(["page"])
    def page(incident, user_id, message):
        ran.append(1)
        raise Broken

    mention(1, "page")
    mention(2, "severity critical")
    drain_as_often_as_it_dies(boxes)
    assert len(ran) == 5
    assert states() == ["parked", "done"]
    assert HandlerRun.objects.first().error.startswith("Broken: ")


def test_what_cannot_be_read_any_more_is_parked(channel, boxes):
    mention(1, "severity critical")
    Delivery.objects.update(payload='{"type": "event_callback"}')
    mention(2, "severity critical")
    drain_as_often_as_it_dies(boxes)
    assert states() == ["parked", "done"]


def test_a_callback_after_the_commit_that_fails_takes_nothing_back(channel, boxes, caplog):
    @incident_command(["page"], atomic=True)
    def page(incident, user_id, message):
        transaction.on_commit(lambda: 1 / 0)
        return True, "done"

    mention(1, "page")
    mention(2, "severity critical")
    boxes.handle()
    assert states() == ["done", "done"]
    assert "callback after the commit" in caplog.text
    assert "taken over" not in caplog.text
    assert not Delivery.objects.exclude(payload="").exists()


def test_what_is_done_has_no_payload_wherever_the_process_died(channel, boxes, monkeypatch):
    def die(metric: str, *labels: str, **values: float) -> None:
        if metric == attempts.meter.DELIVERIES:
            raise SystemExit

    mention(1, "severity critical")
    with monkeypatch.context() as dying:
        dying.setattr(attempts.meter, "count", die)
        with pytest.raises(SystemExit):
            boxes.handle()
    assert states() == ["done"]
    assert Delivery.objects.get().payload == ""
