"""Every wanted call arrives, in order within its lane, whatever Slack answers on the way."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from response import database
from response.models import Incident
from response.slack import operations, outbox
from response.slack.errors import (
    SlackNotFound,
    SlackPermanentError,
    SlackRateLimited,
)
from response.slack.models import Call
from response.slack.operations.comms_channel import OpenCommsChannel
from response.slack.pace import Unpaced
from response.slack.sender import Sender
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.boxes import DOWN, states

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_asked_for_in_a_transaction_that_fails_is_never_sent(boxes):
    def fails() -> None:
        with database.atomic():
            outbox.post("C1", "hello")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    boxes.send()
    assert not boxes.slack.calls
    assert not Call.objects.exists()


def test_calls_of_a_lane_are_sent_in_the_order_they_were_asked_for(boxes):
    for number in range(5):
        outbox.post("C1", f"message {number}")
    boxes.send()
    assert boxes.slack.texts("C1") == [f"message {number}" for number in range(5)]
    assert states() == ["sent"] * 5


def test_a_lane_whose_head_waits_is_not_found_due(boxes):
    boxes.slack.will_answer("chat.postMessage", SlackRateLimited("slow", retry_after=30))
    outbox.post("C1", "first")
    outbox.post("C1", "second")
    boxes.send()
    boxes.send()
    assert boxes.sender.due_lanes() == []


def test_an_operation_that_waits_is_not_asked_for_twice(boxes):
    incident = make_incident()
    Call.objects.all().delete()
    for _ in range(10):
        operations.refresh_headline(incident)
    assert Call.objects.count() == 1


def test_ten_saves_in_a_burst_are_one_update_with_the_last_state(boxes):
    incident = make_incident()
    boxes.send()
    boxes.slack.calls.clear()
    for number in range(10):
        incident.report = f"title {number}"
        incident.save()
    boxes.send()
    assert boxes.slack.methods() == ["chat.update"]
    assert "title 9" in str(boxes.slack.calls[0][1]["blocks"])


def test_an_update_that_would_change_nothing_is_not_sent(boxes):
    incident = make_incident()
    boxes.send()
    boxes.slack.calls.clear()
    incident.summary = "The headline does not show it"
    incident.save()
    boxes.send()
    assert not boxes.slack.calls
    assert not Call.objects.filter(state="pending").exists()


def test_a_change_while_the_headline_is_being_sent_is_not_lost(boxes):
    incident = make_incident()

    def change(method: str) -> None:
        boxes.slack.during = lambda method: None
        incident.report = "changed meanwhile"
        incident.save()

    boxes.slack.during = change
    boxes.send()
    boxes.send()
    assert boxes.slack.methods() == ["chat.postMessage", "chat.update"]
    assert "changed meanwhile" in str(boxes.slack.calls[1][1]["blocks"])


def test_a_failed_refresh_gives_way_to_a_newer_one(boxes):
    incident = make_incident()
    boxes.send()
    boxes.slack.calls.clear()

    def change(method: str) -> None:
        boxes.slack.during = lambda method: None
        incident.report = "newest"
        incident.save()

    incident.report = "newer"
    incident.save()
    boxes.slack.will_answer("chat.update", DOWN)
    boxes.slack.during = change
    boxes.send()
    boxes.clock.forward(minutes=1)
    boxes.send()
    boxes.send()
    updates = [arguments for method, arguments in boxes.slack.calls if method == "chat.update"]
    assert len(updates) == 2
    assert "newest" in str(updates[-1]["blocks"])
    assert not Call.objects.filter(state="pending").exists()


def test_a_headline_that_was_deleted_in_slack_is_posted_again(boxes):
    incident = make_incident()
    boxes.send()
    boxes.slack.calls.clear()
    boxes.slack.will_answer("chat.update", SlackNotFound("gone", "message_not_found"))
    incident.report = "changed"
    incident.save()
    boxes.send()
    assert boxes.slack.methods() == ["chat.update", "chat.postMessage"]


def test_what_a_thread_gets_comes_after_the_headline(boxes):
    incident = make_incident()
    incident.headlinepost_set.get().post_to_thread("more")
    boxes.send()
    first, second = boxes.slack.calls
    assert first[1]["channel"] == "C0INCIDENTS"
    assert second[1] == {"channel": "C0INCIDENTS", "text": "more", "thread_ts": "1.000100"}


def test_a_parked_operation_gets_a_new_start_when_it_is_asked_for_again(boxes):
    incident = make_incident()
    boxes.slack.will_answer("conversations.create", SlackPermanentError("no", "restricted_action"))
    operations.open_comms_channel(incident, "U1")
    boxes.send()
    assert Call.objects.get(operation="comms_channel").state == "parked"
    assert "restricted_action" in boxes.slack.texts("U1")[0] if boxes.slack.texts("U1") else True
    boxes.slack.will_answer("conversations.create", {"channel": {"id": "C9", "name": "inc-9"}})
    operations.open_comms_channel(incident, "U1")
    boxes.send()
    incident.refresh_from_db()
    assert incident.comms_channel().channel_id == "C9"


def test_whoever_asks_again_for_a_channel_that_was_refused_is_told(boxes):
    incident = make_incident()
    Call.objects.all().delete()
    refused = SlackPermanentError("", "restricted_action")
    boxes.slack.will_answer("conversations.create", refused, refused)
    for user_id in ("U0ANA", "U0BOB"):
        operations.open_comms_channel(incident, user_id)
        boxes.send()
    boxes.send()
    assert [len(boxes.slack.texts(user_id)) for user_id in ("U0ANA", "U0BOB")] == [1, 1]


def test_each_of_many_that_are_asked_for_again_gets_its_own_arguments(boxes):
    outbox.perform_each("user", {f"user:U{number}": {"user_id": "?"} for number in range(3)})
    Call.objects.exclude(key="user:U2").update(state="parked")
    outbox.perform_each("user", {f"user:U{each}": {"user_id": f"U{each}"} for each in range(4)})
    rows = {call.key: (call.state, call.args["user_id"]) for call in Call.objects.all()}
    assert rows == {
        "user:U0": ("pending", "U0"),
        "user:U1": ("pending", "U1"),
        "user:U2": ("pending", "?"),
        "user:U3": ("pending", "U3"),
    }


def test_a_message_for_a_comms_channel_goes_through_the_outbox(boxes):
    channel = make_comms_channel(make_incident())
    channel.post_in_channel("hello")
    assert not boxes.slack.calls
    boxes.send()
    assert boxes.slack.texts(channel.channel_id) == ["hello"]


def test_sending_a_lane_costs_as_many_queries_for_the_fiftieth_call_as_for_the_first(
    boxes, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(calls: int) -> int:
        for _ in range(calls):
            outbox.post("C1", "hello")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            boxes.sender.send_lane("C1")
        return len(queries)

    one, fifty = cost(1), cost(50)
    per_call = (fifty - one) / 49
    assert per_call <= 5


@pytest.mark.parametrize(("timeout", "seconds"), [(60, 100), (100, 31), (100, 200)])
def test_a_client_with_a_long_time_out_has_as_long_a_lease(boxes, timeout, seconds):
    outbox.post("C1", "hello")
    other = Sender(clock=boxes.clock, pace=Unpaced(), client=lambda: boxes.slack)
    boxes.slack.timeout = timeout

    def during(method: str) -> None:
        boxes.slack.during = lambda method: None
        boxes.clock.forward(seconds=seconds)
        for lane in other.due_lanes():
            other.send_lane(lane)

    boxes.slack.during = during
    boxes.send()
    assert boxes.slack.texts("C1") == ["hello"]


def somebody_waits() -> bool:
    """Whether a lock of PostgreSQL is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_an_incident_that_becomes_private_while_its_channel_is_made_waits_for_that(
    boxes, monkeypatch
):
    incident = make_incident(reporter=make_person(external_id="U0ANA"))
    Call.objects.all().delete()
    operations.open_comms_channel(incident, "U0ANA")
    created = {"ok": True, "channel": {"id": "C9", "name": "inc-9", "is_private": False}}
    private = {"ok": True, "channel": {"id": "G9", "name": "inc-9-2", "is_private": True}}
    boxes.slack.will_answer("conversations.create", created, private)
    done, at_done, failed = OpenCommsChannel.done, threading.Event(), []

    def slowly(self: Any, call: Call, answer: Any) -> None:
        at_done.set()
        assert any(somebody_waits() for _ in range(5_000))
        done(self, call, answer)

    def hide() -> None:
        try:
            found = Incident.objects.get()
            at_done.wait(10)
            found.private = True
            found.save()
        except OperationalError as error:
            failed.append(error)
        finally:
            connections.close_all()

    monkeypatch.setattr(OpenCommsChannel, "done", slowly)
    thread = threading.Thread(target=hide)
    thread.start()
    boxes.send()
    thread.join()
    assert not failed
    assert boxes.slack.methods().count("conversations.create") == 1
