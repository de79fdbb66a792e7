"""Faults that a third reading of the way of a delivery found, each as its user would meet it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from response.background import Job
from response.core.models import Incident
from response.slack import (
    channels,
    drain,
    inbox,
    nudges,
    operations,
    outbox,
    registry,
    tick,
)
from response.slack.client import SlackClient
from response.slack.decorators import incident_command, recurring_notification
from response.slack.errors import SlackRateLimited, SlackUnavailable, error_for
from response.slack.models import (
    Call,
    CommsChannel,
    Delivery,
    HandlerRun,
    Heartbeat,
    Notification,
)
from response.slack.outcomes import MAX_STRIKES
from response.slack.pace import Unpaced
from response.slack.sender import Sender
from tests.factories import make_comms_channel, make_incident, make_person
from tests.slack.arrivals import mention
from tests.slack.boxes import Boxes

pytestmark = pytest.mark.django_db(transaction=True)


def go_on(boxes: Boxes, times: int, **step: float) -> None:
    for _ in range(times):
        boxes.send()
        boxes.clock.forward(**step)


# -- a channel of 0.5.1 that a later incident took over ------------------------------------------


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


# -- what Slack takes, and where -----------------------------------------------------------------


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


def test_a_client_that_waits_very_long_does_not_send_twice(boxes: Boxes):
    outbox.post("C1", "hello")
    other = Sender(clock=boxes.clock, pace=Unpaced(), client=lambda: boxes.slack)
    boxes.slack.timeout = 100

    def during(method: str) -> None:
        boxes.slack.during = lambda method: None
        boxes.clock.forward(seconds=31)
        for lane in other.due_lanes():
            other.send_lane(lane)

    boxes.slack.during = during
    boxes.send()
    assert boxes.slack.texts("C1") == ["hello"]


def test_one_task_after_the_other_keeps_the_pace_of_its_process(boxes: Boxes):
    for number in range(20):
        outbox.react("ok", f"C{number}", "1.1")
        drain.drain_once(boxes.clock, Sender(clock=boxes.clock, client=lambda: boxes.slack))
    assert boxes.slack.methods().count("reactions.add") == 5


# -- channels by name ----------------------------------------------------------------------------


class Workspace(SlackClient):
    """Has 30 pages of channels, of which it shows some before it says 429."""

    PAGES, AT_ONCE = 30, 12

    def __init__(self) -> None:
        super().__init__("xoxb-1")
        self.asked: list[int] = []
        self.left = self.AT_ONCE

    def api_call(self, api_endpoint: str, timeout: Any = None, **kwargs: Any) -> dict[str, Any]:
        assert api_endpoint == "conversations.list"
        if not self.left:
            raise SlackRateLimited("slowly", retry_after=30)
        self.left -= 1
        page = int(kwargs.get("cursor") or 0)
        self.asked.append(page)
        last = page + 1 == self.PAGES
        found = {"id": f"C{page}", "name": "incidents" if last else f"x{page}"}
        following = "" if last else str(page + 1)
        return {"ok": True, "channels": [found], "response_metadata": {"next_cursor": following}}


@pytest.fixture
def workspace(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    settings.INCIDENT_CHANNEL_ID, settings.INCIDENT_CHANNEL_NAME = None, "#incidents"
    monkeypatch.setattr(channels, "_ids", {})
    monkeypatch.setattr(channels, "_cursors", {})
    settings.SLACK_CLIENT = Workspace()
    found: Workspace = settings.SLACK_CLIENT
    return found


def test_a_channel_is_found_by_its_name_in_more_pages_than_slack_shows_at_once(
    workspace: Workspace,
):
    for _ in range(2):
        with pytest.raises(SlackRateLimited):
            channels.incident_channel_id()
        workspace.left = workspace.AT_ONCE
    assert channels.incident_channel_id() == "C29"
    assert workspace.asked == list(range(30))
    assert channels.incident_channel_id() == "C29"


def test_a_name_that_is_not_there_is_looked_for_from_the_beginning_again(
    workspace: Workspace, settings: Any
):
    settings.INCIDENT_CHANNEL_NAME = "elsewhere"
    for _ in range(2):
        workspace.left = workspace.PAGES
        with pytest.raises(channels.ChannelNotConfigured):
            channels.incident_channel_id()
    assert workspace.asked == list(range(30)) * 2


def test_a_place_that_slack_forgot_is_no_end(workspace: Workspace):
    with pytest.raises(SlackRateLimited):
        channels.incident_channel_id()
    workspace.left = 100
    call = workspace.api_call

    def forget(endpoint: str, timeout: Any = None, **kwargs: Any) -> dict[str, Any]:
        workspace.api_call = call  # type: ignore[method-assign]
        raise error_for(endpoint, "invalid_cursor")

    workspace.api_call = forget  # type: ignore[method-assign]
    assert channels.incident_channel_id() == "C29"


# -- what a log says ------------------------------------------------------------------------------


def fails_to_note(table: str) -> Callable[..., Any]:
    def wrapper(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and table in sql and "error" in sql:
            raise OperationalError("database is locked")
        return execute(sql, params, *rest)

    return wrapper


def test_a_failure_that_cannot_be_noted_tells_nothing_of_a_private_incident(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
):
    channel = make_comms_channel(make_incident(private=True), is_private=True)
    with registry.commands.temporarily():

        @incident_command(["page"])
        def page(incident: Incident, user_id: str, message: str) -> None:
            raise RuntimeError(f"No such team: {message}")

        said = {"type": "app_mention", "user": "U1", "text": "<@U0BOT> page zebrafish"}
        said |= {"channel": channel.channel_id, "ts": "1.000100"}
        inbox.store(
            key="Ev1",
            kind=Delivery.Kind.EVENT,
            payload={"type": "event_callback", "event_id": "Ev1", "event": said},
            handlers=["command:page"],
            lane=channel.channel_id,
            incident=channel.incident,
        )
        with connection.execute_wrapper(fails_to_note("handlerrun")):
            inbox.work(boxes.clock)
    assert "database is locked" in caplog.text
    assert "zebrafish" not in caplog.text


def test_a_call_that_cannot_be_noted_tells_nothing_of_a_private_incident(
    boxes: Boxes, caplog: pytest.LogCaptureFixture
):
    incident = make_incident(private=True)
    make_comms_channel(incident, channel_id="G1", is_private=True)
    Call.objects.all().delete()
    outbox.post("G1", "hello", incident=incident)

    def fail(method: str) -> None:
        raise ValueError("zebrafish cannot be sent")

    boxes.slack.during = fail
    with connection.execute_wrapper(fails_to_note("response_call")):
        drain.drain_once(boxes.clock, boxes.sender)
    assert "database is locked" in caplog.text
    assert "zebrafish" not in caplog.text


# -- threads --------------------------------------------------------------------------------------


def test_commands_are_heard_though_the_machine_has_no_thread_left(
    channel: CommsChannel, boxes: Boxes, monkeypatch: pytest.MonkeyPatch
):
    Heartbeat.objects.create(name=Heartbeat.TICK, at=timezone.now())
    heard: list[str] = []

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    rounds = iter([True, False])
    monkeypatch.setattr(drain, "_process_lives", lambda: next(rounds))
    monkeypatch.setattr(drain, "_rest", lambda wake, seconds: None)
    with registry.commands.temporarily():

        @incident_command(["now"], atomic=True)
        def now(incident: Incident, user_id: str, message: str) -> None:
            heard.append(message)

        mention(1, "now and then")
        drain.drain(Job())
    assert heard == ["and then"]


# -- nudges of both releases ----------------------------------------------------------------------


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
