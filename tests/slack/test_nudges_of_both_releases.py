"""While a release is rolled out, processes of 0.5.1 count nudges beside us."""

from __future__ import annotations

from typing import Any

import pytest

from response.core.models import Incident
from response.slack import (
    nudges,
    registry,
    tick,
)
from response.slack.decorators import recurring_notification
from response.slack.models import (
    CommsChannel,
    HandlerRun,
    Notification,
)
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_nudge_that_a_process_of_0_5_1_counted_beside_us_goes_on(
    channel: CommsChannel, boxes: Boxes
):
    CommsChannel.objects.update(created_date=boxes.clock())
    told: list[Any] = []
    with registry.notifications.temporarily():

        @recurring_notification(interval_mins=2, max_notifications=4)
        def page_the_boss(incident: Incident) -> None:
            told.append(boxes.clock())

        reference, handler = registry.notifications.items()[-1]
        for count, key in enumerate(nudges.keys(reference, handler)):
            values = {"key": key, "time": boxes.clock(), "repeat_count": count}
            Notification.objects.create(incident=channel.incident, **values)
        for _ in range(30):
            boxes.clock.forward(minutes=1)
            tick.tick(boxes.clock())
            boxes.handle()
        assert not HandlerRun.objects.filter(handler=reference, state="parked").exists()
    # Of four, one and then another had been counted.
    assert len(told) == 2
    ours = Notification.objects.filter(incident=channel.incident, key__endswith="page_the_boss")
    assert [row.repeat_count for row in ours] == [3]
