"""Fixtures for what stands between Slack's requests and ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from response.slack import registry
from response.slack.models import Call, CommsChannel, SlackUser
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.boxes import Boxes, Clock, FakeSlack


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel("2026-11-23T10:00:00+00:00", tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture
def fake_slack() -> FakeSlack:
    return FakeSlack()


@pytest.fixture
def boxes(fake_slack: FakeSlack, clock: Clock) -> Boxes:
    return Boxes(fake_slack, clock)


@pytest.fixture
def channel(clock: Clock) -> CommsChannel:
    """The comms channel C0INC of an incident that ana, whom we know, reported."""
    person = make_person("ana", external_id="U0ANA")
    SlackUser.objects.create(user=person, fetched_at=clock())
    channel = make_comms_channel(make_incident(reporter=person), channel_id="C0INC")
    Call.objects.all().delete()
    return channel


@pytest.fixture
def own_registrations() -> Iterator[None]:
    """What a test registers is gone after it."""
    with registry.commands.temporarily(), registry.events.temporarily():
        yield
