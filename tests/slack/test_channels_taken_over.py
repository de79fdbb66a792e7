"""In 0.5.1 a later incident could take over a channel: it is that one's, and left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from response.core.models import Incident
from response.slack.models import (
    Call,
    CommsChannel,
)
from tests.factories import make_incident, make_person
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)


def go_on(boxes: Boxes, times: int, **step: float) -> None:
    for _ in range(times):
        boxes.send()
        boxes.clock.forward(**step)


@pytest.fixture
def taken_over(boxes: Boxes) -> Callable[..., Incident]:
    """Makes an incident of 0.5.1, whose channel is another's now, and Slack's answers to it."""

    def make(**values: Any) -> Incident:
        old = make_incident("old one", reporter=make_person(external_id="U0OLD"), **values)
        new = make_incident("new one", reporter=make_person(external_id="U0NEW"))
        same = {"channel_id": "C0SAME", "channel_name": "inc-same"}
        CommsChannel.objects.create(incident=old, superseded=True, **same)
        CommsChannel.objects.create(incident=new, **same)
        Call.objects.all().delete()
        made = {"id": "G0PRIV", "name": "inc-old-2", "is_private": True}
        boxes.slack.will_answer("conversations.create", {"ok": True, "channel": made})
        people = ["U0NEW", "U0STRANGER"]
        boxes.slack.will_answer("conversations.members", {"ok": True, "members": people})
        return Incident.objects.get(pk=old.pk)

    return make


def about(boxes: Boxes, channel: str) -> list[str]:
    return [method for method, call in boxes.slack.calls if call.get("channel") == channel]


def test_an_incident_that_becomes_private_leaves_no_channel_that_is_anothers(
    boxes: Boxes, taken_over: Callable[..., Incident], settings: Any
):
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    old = taken_over()
    old.private = True
    old.save()
    go_on(boxes, 10, seconds=20)
    assert about(boxes, "C0SAME") == []
    channel = CommsChannel.objects.get(incident=old)
    assert (channel.channel_id, channel.superseded) == ("G0PRIV", False)
    invited = [call["users"] for method, call in boxes.slack.calls if method.endswith("invite")]
    assert not any("U0STRANGER" in users or "U0NEW" in users for users in invited)


@pytest.mark.parametrize("private", [True, False])
def test_closing_an_incident_says_nothing_in_a_channel_that_is_anothers(
    boxes: Boxes, taken_over: Callable[..., Incident], private: bool
):
    old = taken_over(private=private)
    assert old.close()
    old.reopen()
    go_on(boxes, 10, seconds=20)
    assert about(boxes, "C0SAME") == []
