"""Nudges start again when their reason comes back, and a host's mistake costs no other nudge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from response.slack import inbox, registry, tick
from response.slack.decorators import recurring_notification
from response.slack.models import Call, Notification
from tests.factories import make_comms_channel, make_incident, make_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_registrations() -> Iterator[None]:
    with registry.notifications.temporarily():
        for handler in list(registry.notifications):
            registry.notifications.discard(handler)
        yield


@pytest.fixture
def incident(clock):
    incident = make_incident(severity="1")
    make_comms_channel(incident, channel_id="C0INC", created_date=clock())
    Call.objects.all().delete()
    return incident


def minute(clock) -> None:
    clock.forward(minutes=1)
    tick.tick(clock())
    inbox.work(clock)


def test_nudges_come_again_when_their_reason_comes_back(clock, incident):
    nudged: list[int] = []

    @recurring_notification(
        interval_mins=1, max_notifications=2, when=lambda incident: incident.lead_id is None
    )
    def lead_wanted(incident):
        nudged.append(incident.pk)

    for _ in range(4):
        minute(clock)
    assert len(nudged) == 2
    incident.lead = make_person()
    incident.save()
    minute(clock)
    incident.lead = None
    incident.save()
    for _ in range(4):
        minute(clock)
    assert len(nudged) == 4


def test_a_condition_that_raises_keeps_no_other_nudge_from_coming(clock, incident, caplog):
    nudged: list[int] = []

    @recurring_notification(interval_mins=1, when=lambda incident: incident.no_such_field)
    def broken(incident):
        raise AssertionError

    @recurring_notification(interval_mins=1)
    def sound(incident):
        nudged.append(incident.pk)

    minute(clock)
    assert nudged == [incident.pk]
    assert "broken" in caplog.text


def test_nudges_with_very_long_names_do_not_stand_for_one_another(clock, incident):
    nudged: list[str] = []

    def register(name: str) -> None:
        def nudge(incident):
            nudged.append(name[-1])

        nudge.__qualname__ = nudge.__name__ = name
        recurring_notification(interval_mins=1)(nudge)

    register("n" * 300 + "1")
    register("n" * 300 + "2")
    minute(clock)
    assert sorted(nudged) == ["1", "2"]
    assert Notification.objects.count() == 2


@pytest.mark.parametrize(
    ("interval", "most", "expected"),
    [
        (0, 3, 3),
        (0, float("inf"), 5),
        (1, 0, 1),
        (2.5, float("inf"), 1),
        (0.5, 2.5, 3),
        (float("inf"), 5, 0),
        (10**12, 5, 0),
    ],
)
def test_what_0_5_1_took_for_an_interval_and_a_number_is_kept(
    clock, incident, interval, most, expected
):
    nudged: list[int] = []

    @recurring_notification(interval_mins=interval, max_notifications=most)
    def nudge(incident):
        nudged.append(incident.pk)

    for _ in range(5):
        minute(clock)
    assert len(nudged) == expected
