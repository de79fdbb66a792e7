"""A call that Slack does not take finds another way or an end; an outage parks none."""

from __future__ import annotations

import pytest

from response.slack import (
    drain,
    operations,
    outbox,
    tick,
)
from response.slack.errors import SlackUnavailable, error_for
from response.slack.models import (
    Call,
)
from response.slack.outcomes import MAX_STRIKES
from response.slack.sender import Sender
from tests.factories import make_comms_channel, make_incident
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)


def go_on(boxes: Boxes, times: int, **step: float) -> None:
    for _ in range(times):
        boxes.send()
        boxes.clock.forward(**step)


def about(boxes: Boxes, channel: str) -> list[str]:
    return [method for method, call in boxes.slack.calls if call.get("channel") == channel]


def test_a_whisper_takes_another_way_where_hosts_of_response_urls_are_out_of_reach(boxes: Boxes):
    def during(method: str) -> None:
        if method == "response_url":
            raise SlackUnavailable("Slack could not be reached for 'response_url': refused")

    boxes.slack.during = during
    url = "https://hooks.slack.com/x"
    outbox.whisper("U1", "You may not", channel_id="C1", response_url=url)
    for _ in range(6):
        go_on(boxes, 1, seconds=5)
        outbox.post("C2", "talk")
        go_on(boxes, 1, seconds=15)
    assert Call.objects.get(operation="whisper").state == "sent"
    assert about(boxes, "C1") == ["chat.postEphemeral"]


def test_an_outage_after_the_clock_was_set_back_parks_nothing(boxes: Boxes):
    outbox.post("C9", "before")
    boxes.send()
    boxes.clock.forward(minutes=-50)
    tick.tick(boxes.clock())
    Call.objects.exclude(lane="C9").delete()
    boxes.slack.down = SlackUnavailable("down")
    outbox.post("C1", "during the outage")
    go_on(boxes, 10, seconds=20)
    assert Call.objects.get(lane="C1").state == "pending"


def test_a_refusal_that_nobody_knows_ends_though_nothing_else_is_sent(boxes: Boxes):
    refusal = error_for("chat.postMessage", "external_channel_migrating")

    def during(method: str) -> None:
        if boxes.slack.calls[-1][1].get("text") == "one":
            raise refusal

    boxes.slack.during = during
    outbox.post("C1", "one")
    outbox.post("C1", "two")
    go_on(boxes, 20, seconds=20)
    assert boxes.slack.texts("C1") == ["one"] * MAX_STRIKES + ["two"]


def test_a_token_that_is_refused_parks_nothing_in_a_quiet_hour(boxes: Boxes):
    boxes.slack.down = error_for("chat.postMessage", "token_revoked")
    outbox.post("C1", "one")
    go_on(boxes, 20, seconds=20)
    assert Call.objects.get(lane="C1").state == "pending"


def test_one_channel_whose_members_slack_cannot_fetch_keeps_no_other_waiting(boxes: Boxes):
    for channel_id in ("G1", "G2"):
        incident = make_incident(private=True)
        make_comms_channel(incident, channel_id=channel_id, is_private=True)
    Call.objects.all().delete()

    def during(method: str) -> None:
        if boxes.slack.calls[-1][1].get("channel") == "G1":
            raise error_for("conversations.members", "fetch_members_failed")

    boxes.slack.during = during
    operations.refresh_members()
    go_on(boxes, 3, seconds=20)
    assert about(boxes, "G2") == ["conversations.members"]


def test_one_task_after_the_other_keeps_the_pace_of_its_process(boxes: Boxes):
    for number in range(20):
        outbox.react("ok", f"C{number}", "1.1")
        drain.drain_once(boxes.clock, Sender(clock=boxes.clock, client=lambda: boxes.slack))
    assert boxes.slack.methods().count("reactions.add") == 5
