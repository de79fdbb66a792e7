"""Backlogs that are made in bulk are what the app itself would have stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import rows
import traffic

from response.slack import intake, outbox, payloads, registry
from response.slack.decorators import incident_command
from response.slack.models import Call, Delivery, HandlerRun
from response.slack.payloads import EventCallback
from tests.factories import make_comms_channel, make_incident

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def note() -> Iterator[None]:
    """The command of the measured host."""
    with registry.commands.temporarily():

        @incident_command(["note"], atomic=True)
        def note(incident: object, user_id: str, message: str) -> None:
            """Take note."""

        yield


def values(row: Any, *, without: set[str]) -> dict[str, Any]:
    names = {field.attname for field in row._meta.concrete_fields}
    return {name: getattr(row, name) for name in names - without - {"id"}}


@pytest.mark.parametrize("number", [0, rows.COMMAND_EVERY - 1])
def test_deliveries_and_runs_are_the_same(number: int, monkeypatch: pytest.MonkeyPatch):
    channel = make_comms_channel(make_incident())
    payload = rows.event(channel.channel_id, number)
    event = payloads.parse_event(payload)
    assert isinstance(event, EventCallback)
    intake.receive_event(payload, event)
    theirs = Delivery.objects.get()
    their_runs = list(HandlerRun.objects.order_by("handler"))
    Delivery.objects.all().delete()
    monkeypatch.setattr(rows, "event", lambda *_: payload)
    rows.deliveries({channel.channel_id: channel.incident_id}, 1)
    ours = Delivery.objects.get()
    assert values(ours, without={"received_at"}) == values(theirs, without={"received_at"})
    our_runs = list(HandlerRun.objects.order_by("handler"))
    assert len(our_runs) == len(their_runs) > 0
    for one, other in zip(our_runs, their_runs, strict=True):
        times = {"next_try", "delivery_id"}
        assert values(one, without=times) == values(other, without=times)
        assert one.next_try == ours.received_at


def test_calls_are_the_same():
    outbox.post("C1", "Message 000000")
    theirs = Call.objects.get()
    Call.objects.all().delete()
    rows.posts(["C1"], 1)
    times = {"next_try", "created_at"}
    assert values(Call.objects.get(), without=times) == values(theirs, without=times)


def test_channels_take_turns():
    rows.posts(["C1", "C2"], 3, begin=10)
    found = [(call.lane, call.args["text"]) for call in Call.objects.order_by("id")]
    assert found == [("C1", "Message 000010"), ("C2", "Message 000011"), ("C1", "Message 000012")]


def test_a_backlog_holds_as_many_deliveries_as_are_asked_for(django_assert_max_num_queries: Any):
    channels = [make_comms_channel(make_incident()) for _ in range(3)]
    with django_assert_max_num_queries(10):
        rows.deliveries({one.channel_id: one.incident_id for one in channels}, 250)
    assert Delivery.objects.count() == 250
    assert {traffic.TEAM} == {one.data["team_id"] for one in Delivery.objects.all()}
