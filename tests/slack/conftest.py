"""Fixtures for what stands between Slack's requests and ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

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
