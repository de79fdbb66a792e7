"""What is over is deleted after a while, and nothing that anybody still needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from response.core.models import Incident
from response.models import CommsChannel, HeadlinePost
from response.slack import desk, inbox, leases, operations, outbox, registry, retention, tick
from response.slack.decorators import single_notification
from response.slack.models import Call, Conversation, Delivery, HandlerRun, Heartbeat
from tests.factories import make_comms_channel, make_incident
from tests.slack.boxes import Boxes, Clock

pytestmark = pytest.mark.django_db
MODELS = (Delivery, HandlerRun, Call, Conversation)
LONG_AGO = timedelta(days=40)


def counts() -> list[int]:
    return [model.objects.count() for model in MODELS]


def prune(now: datetime) -> int:
    """However busy the machine is."""
    return retention.prune(now, seconds=3_600)


def fill(number: int, finished: datetime, **values: Any) -> None:
    """So many deliveries, runs, calls and interactions' conversations that ended ``finished``."""
    begin = Delivery.objects.count()
    deliveries = Delivery.objects.bulk_create(
        Delivery(key=f"event:Ev{begin + n}", kind="event", received_at=finished)
        for n in range(number)
    )
    HandlerRun.objects.bulk_create(
        HandlerRun(delivery=each, lane="C1", handler="event:x", state="done", finished_at=finished)
        for each in deliveries
    )
    Call.objects.bulk_create(
        Call(lane="C1", method="x", state="sent", created_at=finished, finished_at=finished)
        for _ in range(number)
    )
    Conversation.objects.bulk_create(
        Conversation(key=f"in:!action:{begin + n}") for n in range(number)
    )


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_rest", lambda seconds: None)


def test_what_is_over_goes_after_a_month_and_keys_two_days_later(clock: Clock) -> None:
    fill(1, clock())
    for days, left in ((29, [1, 1, 1]), (1.01, [1, 0, 0]), (1.9, [1, 0, 0]), (0.2, [0, 0, 0])):
        clock.forward(days=days)
        prune(clock())
        assert counts()[:3] == left


def test_a_repeat_is_still_known_by_its_key(boxes: Boxes, clock: Clock, settings: Any) -> None:
    settings.RESPONSE_RETENTION_DAYS = 0
    values = {"key": "event:Ev1", "kind": "event", "payload": {}, "handlers": ["event:gone"]}
    assert inbox.store(**values, lane="C1")
    HandlerRun.objects.update(state="done", finished_at=clock())
    clock.forward(hours=47)
    assert prune(clock()) == 1
    assert not inbox.store(**values, lane="C1")
    clock.forward(hours=2)
    prune(clock())
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("number", [1, 50])
def test_the_queries_do_not_grow_with_the_rows(number: int, clock: Clock) -> None:
    fill(number, clock() - LONG_AGO)
    Heartbeat.objects.create(name=Heartbeat.LANES, at=clock() - timedelta(hours=2))
    with CaptureQueriesContext(connection) as captured:
        assert prune(clock()) == 4 * number
    # A page of each table and its deletion; the hour, and what waits in the inbox.
    assert len(captured) == 4 * 2 + 2 + 1
    assert counts() == [0, 0, 0, 0]


def test_thousands_go_page_by_page(clock: Clock) -> None:
    fill(2_600, clock() - LONG_AGO)
    Heartbeat.objects.create(name=Heartbeat.LANES, at=clock() - timedelta(hours=2))
    with CaptureQueriesContext(connection) as captured:
        assert prune(clock()) == 4 * 2_600
    deletions = [each["sql"] for each in captured if each["sql"].startswith("DELETE")]
    # 2,600 rows are six pages of 500.
    assert len(deletions) == 4 * 6
    assert max(sql.count(",") for sql in deletions) <= retention.PAGE
    # No transaction that holds locks over several pages.
    assert not any("SAVEPOINT" in each["sql"] for each in captured)
    assert len(captured) == 4 * 6 * 2 + 2 + 6
    assert counts() == [0, 0, 0, 0]


def test_what_is_young_is_not_even_read(clock: Clock) -> None:
    fill(2_000, clock())
    with CaptureQueriesContext(connection) as captured:
        assert prune(clock()) == 2_000
    reads = [each["sql"] for each in captured if each["sql"].startswith("SELECT")]
    assert len([sql for sql in reads if "response_conversation" not in sql.split("WHERE")[0]]) < 20
    assert counts() == [2_000, 2_000, 2_000, 0]
    with CaptureQueriesContext(connection) as captured:
        assert prune(clock()) == 0
    assert len(captured) == 5


def test_it_stops_when_its_time_is_up_and_the_next_tick_goes_on(clock: Clock) -> None:
    fill(1_200, clock() - LONG_AGO)
    removed = [retention.prune(clock(), seconds=0) for _ in range(20)]
    assert removed[:3] == [500, 500, 200]
    assert max(removed) == retention.PAGE
    assert sum(removed) == 4 * 1_200
    assert counts() == [0, 0, 0, 0]


def test_none_keeps_everything(clock: Clock, settings: Any) -> None:
    settings.RESPONSE_RETENTION_DAYS = None
    fill(3, clock() - timedelta(days=4_000))
    assert prune(clock()) == 0
    assert counts() == [3, 3, 3, 3]


@pytest.mark.parametrize("days", [10**9, 36_500])
def test_no_number_of_days_is_too_large(days: int, clock: Clock, settings: Any) -> None:
    settings.RESPONSE_RETENTION_DAYS = days
    fill(1, clock() - LONG_AGO)
    prune(clock())
    assert counts()[:3] == [1, 1, 1]


def test_what_waits_or_is_parked_stays_however_old_it_is(clock: Clock) -> None:
    fill(600, clock() - LONG_AGO)
    runs, calls = list(HandlerRun.objects.order_by("pk")), list(Call.objects.order_by("pk"))
    for place, state in ((0, "pending"), (1, "parked"), (550, "parked")):
        HandlerRun.objects.filter(pk=runs[place].pk).update(state=state)
    for place, state in ((0, "pending"), (1, "sending"), (2, "parked"), (550, "parked")):
        Call.objects.filter(pk=calls[place].pk).update(state=state)
    for _ in range(2):
        prune(clock())
        assert HandlerRun.objects.count() == Delivery.objects.count() == 3
        assert Call.objects.count() == 4


def test_a_page_of_parked_rows_hides_nothing_that_comes_after(clock: Clock) -> None:
    fill(retention.PAGE, clock() - LONG_AGO)
    HandlerRun.objects.update(state="parked")
    Call.objects.update(state="parked")
    fill(3, clock() - LONG_AGO)
    prune(clock())
    assert counts()[:3] == [retention.PAGE] * 3


def test_what_was_given_up_long_ago_goes_and_what_ended_late_stays(clock: Clock) -> None:
    fill(2, clock() - LONG_AGO)
    HandlerRun.objects.filter(pk=HandlerRun.objects.first().pk).update(state="dropped")
    Call.objects.filter(pk=Call.objects.first().pk).update(state="dropped", finished_at=None)
    late = {"finished_at": clock() - timedelta(days=1)}
    HandlerRun.objects.filter(state="done").update(**late)
    Call.objects.filter(state="sent").update(**late)
    prune(clock())
    assert [run.state for run in HandlerRun.objects.all()] == ["done"]
    assert [call.state for call in Call.objects.all()] == ["sent"]


def test_one_handler_that_is_parked_keeps_the_delivery(clock: Clock) -> None:
    fill(1, clock() - LONG_AGO)
    delivery = Delivery.objects.get()
    HandlerRun.objects.create(delivery=delivery, lane="C1", handler="event:y", state="parked")
    prune(clock())
    assert [run.state for run in delivery.runs.all()] == ["parked"]


# -- what later behaviour relies on ---------------------------------------------------------------


@pytest.fixture
def nudge() -> Iterator[list[Incident]]:
    """Incidents that were nudged, each time."""
    nudged: list[Incident] = []
    with registry.notifications.temporarily():

        @single_notification(initial_delay_mins=5)
        def remind(incident: Incident) -> None:
            nudged.append(incident)
            raise RuntimeError

        yield nudged


def test_a_nudge_that_was_given_up_does_not_come_back(
    boxes: Boxes, clock: Clock, nudge: list[Incident]
) -> None:
    incident = make_incident(start_time=clock())
    make_comms_channel(incident)
    clock.forward(minutes=6)
    references = {key for key, _ in registry.notifications.items() if "remind" in key}
    tick.tick(clock())
    HandlerRun.objects.exclude(handler__in=references).update(state="done", finished_at=clock())
    for _ in range(6):
        boxes.handle()
        clock.forward(minutes=16)
    tries = len(nudge)
    assert tries == 5
    desk.give_up(HandlerRun.objects.filter(state="parked"), clock(), "ana")
    clock.forward(days=40)
    prune(clock())
    tick.tick(clock())
    boxes.handle()
    assert len(nudge) == tries
    incident.end_time = clock()
    incident.save()
    prune(clock())
    assert not Delivery.objects.filter(runs=None, received_at__lt=clock() - LONG_AGO).exists()


def test_headline_and_channel_are_found_after_their_calls_are_gone(
    boxes: Boxes, clock: Clock
) -> None:
    incident = make_incident()
    HeadlinePost.objects.create_headline_post(incident)
    operations.open_comms_channel(incident, "U1")
    boxes.slack.will_answer(
        "conversations.create", {"ok": True, "channel": {"id": "C0NEW", "name": "inc-1"}}
    )
    boxes.send()
    boxes.send()
    clock.forward(days=40)
    prune(clock())
    assert Call.objects.count() == 0
    assert Conversation.objects.count() == 0
    posted = HeadlinePost.objects.get(incident=incident)
    operations.open_comms_channel(incident, "U1")
    operations.refresh_headline(Incident.objects.get())
    outbox.post("C0NEW", "after all", incident=incident)
    Incident.objects.update(report="Another title")
    boxes.slack.calls.clear()
    boxes.send()
    assert "conversations.create" not in boxes.slack.methods()
    assert [args["ts"] for method, args in boxes.slack.calls if method == "chat.update"] == [
        posted.message_ts
    ]
    assert boxes.slack.texts("C0NEW") == ["after all"]
    assert CommsChannel.objects.get().channel_id == "C0NEW"


# -- conversations --------------------------------------------------------------------------------


def lanes() -> set[str]:
    return set(Conversation.objects.values_list("key", flat=True))


def test_conversations_that_somebody_needs_stay(clock: Clock) -> None:
    held = leases.acquire("in:C1", clock())
    assert held
    for key in ("in:C2", "out:C2", "in:C3", "out:C3", "out:C4", "in:C5", "out:C5"):
        Conversation.objects.create(key=key)
    long_ago = clock() - LONG_AGO
    Conversation.objects.create(key="in:C6", lease_token="dead", leased_until=long_ago)
    delivery = Delivery.objects.create(key="event:Ev1", kind="event")
    HandlerRun.objects.create(delivery=delivery, lane="C2", handler="event:x")
    HandlerRun.objects.create(delivery=delivery, lane="C5", handler="event:x", state="parked")
    Call.objects.create(lane="C3", method="x")
    Call.objects.create(lane="C4", method="x", state="sending")
    prune(clock())
    assert lanes() == {"in:C1", "in:C2", "out:C3", "out:C4"}
    leases.release(held)


def test_conversations_are_looked_at_once_an_hour(clock: Clock) -> None:
    for minutes, left in ((0, 0), (59, 1), (1, 0), (0, 1), (-600, 0)):
        clock.forward(minutes=minutes)
        Conversation.objects.create(key="in:C1")
        prune(clock())
        assert Conversation.objects.count() == left
        Conversation.objects.all().delete()


def test_one_that_is_taken_meanwhile_stays(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    Conversation.objects.create(key="in:C1")
    taken: list[leases.Lease | None] = []
    look: Callable[[set[str]], set[str]] = retention._waiting

    def take_then_look(keys: set[str]) -> set[str]:
        found = look(keys)
        taken.append(leases.acquire("in:C1", clock()))
        return found

    monkeypatch.setattr(retention, "_waiting", take_then_look)
    prune(clock())
    assert taken[0]
    assert leases.renew(taken[0], clock() + timedelta(seconds=15))
    assert lanes() == {"in:C1"}


# -- who does it ----------------------------------------------------------------------------------


def test_the_tick_says_how_many_went(boxes: Boxes, clock: Clock) -> None:
    fill(2, clock() - LONG_AGO)
    written = StringIO()
    call_command("response_tick", stdout=written)
    assert "8 old row(s) removed" in written.getvalue()


def test_the_cron_url_does_it_for_half_a_second(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    given: list[float] = []
    monkeypatch.setattr(retention, "prune", lambda now, seconds: given.append(seconds))
    bearer = {"Authorization": f"Bearer {settings.RESPONSE_CRON_TOKEN}"}
    assert Client().get("/slack/cron_minute", headers=bearer).status_code == 200
    assert given == [0.5]


def test_times_may_be_naive(settings: Any) -> None:
    settings.USE_TZ = False
    fill(1, timezone.now() - LONG_AGO)
    assert prune(timezone.now()) == 4
