"""A tick asks the database as often for a thousand open incidents as for one, or nearly so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from response.models import CommsChannel, Incident, Notification
from response.slack import inbox, notifications, registry, tick
from response.slack.decorators import recurring_notification
from response.slack.models import Call, Delivery, HandlerRun, Heartbeat
from tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)
SIZES = (1, 50, 1200)
# More than this for each 500 incidents is a query in a loop.
ONE_PER = 500


def open_incidents(count: int, opened_at: datetime, **values: Any) -> None:
    """So many, each with its channel, without what their declaration would write."""
    reporter = make_person()
    common = {"reporter": reporter, "report_time": opened_at, "start_time": opened_at, **values}
    incidents = Incident.objects.bulk_create(
        Incident(report=f"Incident {number}", **common) for number in range(count)
    )
    CommsChannel.objects.bulk_create(
        CommsChannel(
            incident=incident,
            channel_id=f"C{incident.pk:07}",
            channel_name=f"inc-{incident.pk}",
            created_date=opened_at,
        )
        for incident in incidents
    )


def work(clock: Any) -> None:
    """Until nothing is due: one round ends early where the machine is busy."""
    while inbox.work(clock):
        pass


def queries_of_tick(now: datetime) -> int:
    # The first beats make rows, and people are asked for.
    tick.tick(now)
    Call.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        tick.tick(now)
    return len(asked)


def test_queries_of_a_tick_without_a_nudge_do_not_grow_with_open_incidents(clock) -> None:
    counts = {}
    for size in SIZES:
        Incident.objects.all().delete()
        open_incidents(size, clock(), severity="1")
        counts[size] = queries_of_tick(clock())
        assert not Delivery.objects.exists()
    assert counts[50] == counts[1]
    assert counts[1200] - counts[1] <= 1200 / ONE_PER


def test_queries_of_a_tick_whose_nudges_wait_to_be_handled_do_not_grow_either(clock) -> None:
    counts = {}
    for size in SIZES:
        Delivery.objects.all().delete()
        Incident.objects.all().delete()
        open_incidents(size, clock() - timedelta(minutes=3), severity="1")
        counts[size] = queries_of_tick(clock())
        assert Delivery.objects.count() == size
    assert counts[50] == counts[1]
    # The look at the incidents, and the one at what is stored for them.
    assert counts[1200] - counts[1] <= 2 * 1200 / ONE_PER


def queries_of_a_tick(clock, size: int) -> int:
    """With so many open incidents, of each of which a nudge is due."""
    Delivery.objects.all().delete()
    Incident.objects.all().delete()
    open_incidents(size, clock() - timedelta(minutes=3), severity="1")
    with CaptureQueriesContext(connection) as asked:
        assert tick.tick(clock()) == size
    return len(asked)


def test_nudges_of_many_incidents_are_stored_together(clock) -> None:
    tick.tick(clock())
    counts = {}
    for size in (1, 50, 1000):
        counts[size] = queries_of_a_tick(clock, size)
        assert HandlerRun.objects.filter(state="pending").count() == size
        lanes = set(HandlerRun.objects.values_list("lane", flat=True))
        assert lanes == set(CommsChannel.objects.values_list("channel_id", flat=True))
    assert counts[50] == counts[1]
    assert counts[1000] - counts[1] <= 1000 / ONE_PER


def test_all_queries_of_a_tick_are_one_for_500_due_nudges_at_the_most(clock, monkeypatch) -> None:
    """Pages and batches a hundred times smaller, so that there are several of each."""
    monkeypatch.setattr(notifications, "PAGE", notifications.PAGE // 100)
    monkeypatch.setattr(notifications, "TOGETHER", notifications.TOGETHER // 100)
    tick.tick(clock())
    counts = {}
    for size in (1, 200):
        counts[size] = queries_of_a_tick(clock, size)
    assert counts[200] - counts[1] <= 200 / (ONE_PER / 100)


def test_a_stored_nudge_is_due_from_the_time_of_its_delivery(clock) -> None:
    """Then it is, too, where the clock is set back after it was stored."""
    with time_machine.travel(clock(), tick=True):
        open_incidents(2, timezone.now() - timedelta(minutes=3), severity="1")
        assert tick.tick(timezone.now()) == 2
    for run in HandlerRun.objects.select_related("delivery"):
        assert run.next_try == run.delivery.received_at


def test_nudges_of_one_incident_are_stored_in_the_order_of_their_handlers(clock) -> None:
    open_incidents(3, clock() - timedelta(minutes=6), severity="")
    assert tick.tick(clock()) == 6
    for channel in CommsChannel.objects.all():
        runs = HandlerRun.objects.filter(lane=channel.channel_id).order_by("pk")
        names = [run.handler.rpartition(".")[2] for run in runs]
        assert names == ["remind_severity", "remind_incident_lead"]
        assert {run.delivery.incident_id for run in runs} == {channel.incident_id}


def test_an_incident_that_is_deleted_in_that_moment_costs_no_other_its_nudge(
    clock, monkeypatch
) -> None:
    open_incidents(20, clock() - timedelta(minutes=3), severity="1")
    look = notifications._new

    def look_and_be_overtaken(dues: Any) -> Any:
        found = look(dues)
        monkeypatch.setattr(notifications, "_new", look)
        Incident.objects.filter(pk=found[7].comms_channel.incident_id).delete()
        return found

    monkeypatch.setattr(notifications, "_new", look_and_be_overtaken)
    assert tick.tick(clock()) == 19
    incidents = set(Delivery.objects.values_list("incident", flat=True))
    assert incidents == set(Incident.objects.values_list("pk", flat=True))
    assert HandlerRun.objects.count() == 19


def test_nudges_begin_again_together_where_many_have_lost_their_reason(clock) -> None:
    person = make_person()
    tick.tick(clock())
    counts = {}
    for size in (1, 50):
        Incident.objects.all().delete()
        open_incidents(size, clock(), severity="1", lead=person)
        key = next(
            ref for ref, _ in registry.notifications.items() if "remind_incident_lead" in ref
        )
        Notification.objects.bulk_create(
            Notification(
                incident=incident,
                key=key.removeprefix("notification:nudge:"),
                time=clock(),
                repeat_count=3,
            )
            for incident in Incident.objects.all()
        )
        with CaptureQueriesContext(connection) as asked:
            tick.tick(clock())
        counts[size] = len(asked)
        assert {row.repeat_count for row in Notification.objects.all()} == {-1}
    assert counts[50] == counts[1]


def test_what_another_tick_stores_in_the_same_moment_is_stored_once(clock, monkeypatch) -> None:
    open_incidents(3, clock() - timedelta(minutes=3), severity="1")
    look = notifications._new

    def look_and_be_overtaken(dues: Any) -> Any:
        found = look(dues)
        monkeypatch.setattr(notifications, "_new", look)
        due = found[1]
        inbox.store(
            key=due.key,
            kind=Delivery.Kind.NOTIFICATION,
            payload={},
            handlers=[due.reference],
            lane=due.comms_channel.channel_id,
            incident=due.comms_channel.incident,
        )
        return found

    monkeypatch.setattr(notifications, "_new", look_and_be_overtaken)
    assert tick.tick(clock()) == 2
    assert Delivery.objects.count() == 3
    assert HandlerRun.objects.count() == 3


def test_at_night_a_tick_leaves_alone_what_can_wait(clock) -> None:
    clock.forward(hours=12)
    assert timezone.now().hour == 22
    person = make_person()
    counts = {}
    for size in (1, 50):
        Incident.objects.all().delete()
        open_incidents(size, clock() - timedelta(days=3), severity="1", lead=person)
        counts[size] = queries_of_tick(clock())
        assert not Delivery.objects.exists()
    assert counts[50] == counts[1]
    clock.forward(hours=12)
    assert tick.tick(clock()) == 50, "in office hours all of them are due"


def test_during_is_asked_once_a_tick_and_spends_nothing(clock) -> None:
    asked: list[bool] = []
    awake = False

    def in_the_daytime() -> bool:
        asked.append(awake)
        return awake

    with registry.notifications.temporarily():
        for handler in list(registry.notifications):
            registry.notifications.discard(handler)

        @recurring_notification(interval_mins=1, max_notifications=2, during=in_the_daytime)
        def remind(incident: Incident) -> None: ...

        open_incidents(3, clock() - timedelta(minutes=5))
        assert tick.tick(clock()) == 0
        assert asked == [False]
        awake = True
        assert tick.tick(clock()) == 3
        assert asked == [False, True]
        # What is due and was not handled before the night waits for the day.
        awake = False
        work(clock)
        assert not Notification.objects.exists()
        assert not Delivery.objects.exists()
        awake = True
        assert tick.tick(clock()) == 3
        work(clock)
        assert [row.repeat_count for row in Notification.objects.all()] == [0, 0, 0]


def test_a_during_that_raises_keeps_no_other_nudge_from_coming(clock, caplog) -> None:
    def broken() -> bool:
        raise ZeroDivisionError

    with registry.notifications.temporarily():

        @recurring_notification(interval_mins=1, during=broken)
        def remind(incident: Incident) -> None: ...

        open_incidents(2, clock() - timedelta(minutes=3), severity="1")
        assert tick.tick(clock()) == 2
    assert "remind" in caplog.text


def test_the_command_asks_no_more_than_the_tick_where_nothing_is_to_be_done(clock) -> None:
    counts = {}
    for size in (1, 50):
        Incident.objects.all().delete()
        open_incidents(size, clock(), severity="1")
        # The first one of a day has more to do.
        call_command("response_tick", verbosity=0)
        Call.objects.all().delete()
        with CaptureQueriesContext(connection) as asked:
            call_command("response_tick", verbosity=0)
        counts[size] = len(asked)
    assert counts[50] == counts[1]
    assert Heartbeat.objects.filter(name=Heartbeat.SCHEDULER).exists()
