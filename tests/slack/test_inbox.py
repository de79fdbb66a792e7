"""An acknowledged delivery takes effect once, in order, whoever dies or fails on the way."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from response import database
from response.core.models import Action, TimelineEvent
from response.slack import attempts, leases, outbox, registry
from response.slack.client import SlackCallInTransaction, get_client
from response.slack.decorators import incident_command, slack_event
from response.slack.models import Call, Conversation, Delivery, HandlerRun, UserStats
from tests.slack.arrivals import event, mention, message, receive, states

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("own_registrations")]


def test_a_delivery_is_stored_and_handled_later(channel, boxes):
    message(1)
    assert states() == ["pending"]
    assert not UserStats.objects.exists()
    boxes.handle()
    assert states() == ["done"]
    assert UserStats.objects.get().message_count == 1


def test_the_same_delivery_three_times_counts_once(channel, boxes):
    for _ in range(3):
        message(1)
    boxes.handle()
    message(1)
    boxes.handle()
    assert UserStats.objects.get().message_count == 1


def test_what_is_done_keeps_its_key_and_drops_its_payload(channel, boxes):
    message(1, "a secret")
    boxes.handle()
    delivery = Delivery.objects.get()
    assert delivery.payload == ""
    assert delivery.key == "event:Ev1"


def test_a_message_outside_comms_channels_costs_one_query_and_no_row(
    channel, django_assert_num_queries
):
    payload = event(1, type="message", channel="C0GENERAL", text="hello")
    with django_assert_num_queries(1):
        receive(payload)
    assert not Delivery.objects.exists()


def test_our_own_posts_cost_no_query(channel, django_assert_num_queries):
    payload = event(1, type="message", user="U0INCIDENT", bot_id="B0", text="hello")
    with django_assert_num_queries(0):
        receive(payload)


def test_an_event_that_nobody_handles_leaves_no_row(channel):
    receive(event(1, type="star_added"))
    assert not Delivery.objects.exists()


def test_commands_take_effect_in_the_order_of_arrival(channel, boxes):
    for number, name in enumerate(["critical", "minor", "major"]):
        mention(number, f"severity {name}")
    boxes.handle()
    channel.incident.refresh_from_db()
    assert channel.incident.severity_text() == "major"
    changes = TimelineEvent.objects.order_by("id").values_list("text", flat=True)
    assert len(changes) == 3


def test_of_two_handlers_of_an_event_the_one_that_raises_fails_alone(channel, boxes):
    seen = []

    @slack_event("message")
    def broken(incident, payload):
        raise ValueError("broken")

    @slack_event("message")
    def works(incident, payload):
        seen.append(payload["text"])

    message(1)
    boxes.handle()
    assert seen == ["hello"]
    assert UserStats.objects.get().message_count == 1
    assert sorted(states()) == ["done", "done", "pending"]
    assert "ValueError: broken" in HandlerRun.objects.get(state="pending").error


def test_a_failing_handler_is_tried_again_and_then_parked_for_an_operator(channel, boxes):
    tries = []

    @slack_event("message")
    def broken(incident, payload):
        tries.append(1)
        raise ValueError("broken")

    message(1)
    for _ in range(100):
        boxes.handle()
        boxes.clock.forward(minutes=1)
    assert len(tries) == 5
    parked = HandlerRun.objects.get(state="parked")
    assert "ValueError: broken" in parked.error
    assert Delivery.objects.get().payload  # to be run again


def test_a_retry_runs_beside_what_came_later(channel, boxes):
    seen = []

    @slack_event("message")
    def fails_first(incident, payload):
        if payload["text"] == "one" and not seen.count("failed"):
            seen.append("failed")
            raise ValueError
        seen.append(payload["text"])

    message(1, "one")
    message(2, "two")
    boxes.handle()
    assert seen == ["failed", "two"]
    boxes.clock.forward(seconds=10)
    boxes.handle()
    assert seen == ["failed", "two", "one"]


def test_a_parked_command_is_told_to_who_gave_it(channel, boxes):
    @incident_command(["broken"])
    def broken(incident, user_id, message):
        raise ValueError("broken")

    mention(1, "broken")
    for _ in range(50):
        boxes.handle()
        boxes.clock.forward(minutes=1)
    whisper = Call.objects.get(operation="whisper")
    assert whisper.args["user"] == "U0ANA"


def test_a_run_whose_handler_this_process_lacks_is_left_for_another(channel, boxes):
    with registry.events.temporarily():

        @slack_event("message")
        def elsewhere(incident, payload): ...

        message(1)
    boxes.handle()
    run = HandlerRun.objects.get(state="pending")
    assert run.attempts == 0
    assert run.next_try > boxes.clock()


def test_an_atomic_handler_that_fails_leaves_nothing_behind(channel, boxes):
    @incident_command(["half"], atomic=True)
    def half(incident, user_id, message):
        incident.report = "half done"
        incident.save()
        outbox.post("C0INC", "half done")
        raise ValueError("in the middle")

    mention(1, "half")
    boxes.handle()
    channel.incident.refresh_from_db()
    assert channel.incident.report != "half done"
    assert not Call.objects.filter(method="chat.postMessage").exists()


def test_an_atomic_handler_cannot_call_slack(channel, boxes):
    @incident_command(["calls"], atomic=True)
    def calls(incident, user_id, message):
        get_client().send_message("C0INC", "at once")

    mention(1, "calls")
    boxes.handle()
    assert SlackCallInTransaction.__name__ in HandlerRun.objects.get(state="pending").error


def test_calls_of_a_hosts_handler_are_written_with_its_done_mark(channel, boxes):
    @incident_command(["posts"])
    def posts(incident, user_id, message):
        outbox.post("C0INC", "from the handler")
        if not Call.objects.exists() and not tries:
            tries.append(1)
            raise ValueError("after the post")

    tries = []
    mention(1, "posts")
    boxes.handle()
    assert not Call.objects.exists()
    boxes.clock.forward(seconds=10)
    boxes.handle()
    assert Call.objects.filter(method="chat.postMessage").count() == 1


def test_a_hosts_handler_is_heard_in_the_order_in_which_it_spoke(channel, boxes):
    @incident_command(["handover"])
    def handover(incident, user_id, message):
        room = incident.comms_channel()
        room.post_in_channel("first")
        with database.atomic():
            room.post_in_channel("second")
            room.post_in_channel("third")
        room.post_in_channel("fourth")
        incident.end_time = boxes.clock()
        incident.save()
        room.post_in_channel("last")
        return True, None

    mention(1, "handover")
    boxes.handle()
    boxes.send()
    first, second, third, fourth, closed, last = boxes.slack.texts("C0INC")
    assert [first, second, third, fourth, last] == ["first", "second", "third", "fourth", "last"]
    assert "closed" in closed


def test_what_a_hosts_handler_rolls_back_takes_nothing_along(channel, boxes):
    @incident_command(["handover"])
    def handover(incident, user_id, message):
        outbox.post("C0INC", "first")
        for text in ("never", "nor this"):
            with contextlib.suppress(ValueError), database.atomic():
                outbox.post("C0INC", text)
                raise ValueError
        # Another process is given the key of a row that was rolled back.
        Call.objects.create(
            lane="C9",
            method="chat.postMessage",
            arguments='{"channel": "C9", "text": "elsewhere"}',
        )
        with database.atomic():
            with contextlib.suppress(ValueError), database.atomic():
                outbox.post("C0INC", "not in a savepoint either")
                raise ValueError
            outbox.post("C0INC", "second")
        outbox.post("C0INC", "third")
        return True, None

    mention(1, "handover")
    boxes.handle()
    boxes.send()
    assert boxes.slack.texts("C0INC") == ["first", "second", "third"]
    assert boxes.slack.texts("C9") == ["elsewhere"]


def test_what_was_committed_is_not_written_again_by_what_happens_then(channel, boxes):
    def speak() -> None:
        with database.atomic():
            outbox.post("C0INC", "third")

    @incident_command(["handover"])
    def handover(incident, user_id, message):
        outbox.post("C0INC", "first")
        with database.atomic():
            database.on_commit(speak)
            outbox.post("C0INC", "second")
        return True, None

    mention(1, "handover")
    boxes.handle()
    boxes.send()
    assert boxes.slack.texts("C0INC") == ["first", "second", "third"]


def test_a_lease_that_expires_in_the_middle_of_a_handler_makes_one_effect(channel, boxes):
    """Another process takes over, and handles the same delivery first."""
    taken_over = []

    @incident_command(["slow"], atomic=True)
    def slow(incident, user_id, message):
        Action.objects.create(incident=incident, details="done", user=incident.reporter)
        if not taken_over:
            taken_over.append(1)
            # As another process would: the lease is another's now, the row still pending.
            Conversation.objects.filter(key="in:C0INC").update(lease_token="another")

    mention(1, "slow")
    boxes.handle()
    assert not Action.objects.exists()
    assert states() == ["pending"]
    boxes.clock.forward(seconds=31)
    boxes.handle()
    assert Action.objects.count() == 1
    assert states() == ["done"]


def test_a_process_that_dies_in_a_handler_leaves_the_work_to_the_next(channel, boxes, monkeypatch):
    class Killed(BaseException):
        pass

    killed = []

    @incident_command(["deadly"], atomic=True)
    def deadly(incident, user_id, message):
        if not killed:
            killed.append(1)
            raise Killed
        Action.objects.create(incident=incident, details="done", user=incident.reporter)

    mention(1, "deadly")
    with monkeypatch.context() as death:
        # Who is dead notes nothing down.
        death.setattr(attempts, "_failed", lambda *args: None)
        with pytest.raises(Killed):
            boxes.handle()
    Conversation.objects.update(
        lease_token="dead", leased_until=boxes.clock() + timedelta(seconds=1)
    )
    assert boxes.handle() == 0
    boxes.clock.forward(seconds=2)
    boxes.handle()
    assert Action.objects.count() == 1


def test_a_handler_that_kills_every_process_is_parked_in_the_end(channel, boxes):
    message(1)
    for _ in range(6):
        Conversation.objects.update_or_create(
            key="in:C0INC", defaults={"lease_token": "dead", "leased_until": boxes.clock()}
        )
        lease = leases.acquire("in:C0INC", boxes.clock())
        assert lease.inherited
        run = HandlerRun.objects.get()
        if run.state == "pending":
            attempts.blame(run, lease, boxes.clock())
        leases.release(lease)
    assert states() == ["parked"]


def test_handling_a_message_costs_the_same_for_the_fiftieth_as_for_the_first(channel, boxes):
    def cost(start: int, count: int) -> int:
        for number in range(start, start + count):
            message(number)
        with CaptureQueriesContext(connection) as queries:
            boxes.handle()
        return len(queries)

    cost(0, 1)
    one, fifty = cost(1, 1), cost(100, 50)
    assert (fifty - one) / 49 <= 7


def test_a_known_command_is_the_business_of_its_handler_only(channel, boxes):
    mention(1, "severity critical")
    assert [run.handler for run in HandlerRun.objects.all()] == ["command:severity"]
    mention(2, "sing")
    (other,) = HandlerRun.objects.exclude(handler="command:severity")
    assert other.handler.startswith("event:")
