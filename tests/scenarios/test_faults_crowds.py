"""Several people do the same thing at the same moment, and several processes deal with it."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from response.core.models import Incident, TimelineEvent
from response.sandbox import sending
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel
from response.slack import inbox
from response.slack.models import Call, CommsChannel, HandlerRun, PinnedMessage, UserStats
from tests.scenarios import wire
from tests.scenarios.others import at_once
from tests.scenarios.story import Story

PROCESSES = 3


@pytest.fixture
def incident(story: Story) -> Incident:
    return story.declares(story.ana, "The database is down", lead="bob", severity="1")


@pytest.fixture
def channel(story: Story, incident: Incident) -> CommsChannel:
    return story.opens_channel(story.ana, incident)


def press_at_once(story: Story, incident: Incident, button: str, times: int = 5) -> None:
    """Four people press a button at once, one of them twice."""
    people = [story.ana, story.bob, story.chidi, story.dana, story.ana][:times]
    headline = story.headline(incident)
    at_once([partial(person.clicks, headline, button) for person in people])


def settle_at_once(story: Story) -> None:
    """Several processes drain the boxes at the same time."""
    at_once([story.settle] * PROCESSES)
    story.settle()


def assert_all_is_done() -> None:
    assert not HandlerRun.objects.exclude(state="done").exists()
    assert not Call.objects.exclude(state__in=["sent", "dropped"]).exists()


def test_five_presses_of_create_channel_at_once_make_one_channel(story: Story, incident: Incident):
    press_at_once(story, incident, "create-comms-channel-button")
    settle_at_once(story)
    assert len(story.workspace.calls("conversations.create")) == 1
    assert CommsChannel.objects.filter(incident=incident).count() == 1
    assert Channel.objects.filter(name__startswith="inc-").count() == 1
    channel = CommsChannel.objects.get()
    assert len(story.bot_says(channel.channel_name)) == 1
    assert_all_is_done()


def test_five_closes_at_once_close_once(story: Story, channel: CommsChannel):
    incident = channel.incident
    press_at_once(story, incident, "close-incident-button")
    settle_at_once(story)
    assert Incident.objects.get().is_closed()
    assert TimelineEvent.objects.filter(text="Incident closed").count() == 1
    said = [text for text in story.bot_says(channel.channel_name) if "has been closed" in text]
    assert len(said) == 1
    assert len(story.bob.direct_messages()) == 1, "the lead is asked for the report once"
    people = (story.ana, story.bob, story.chidi, story.dana)
    late = sum(len(person.ephemerals("incidents")) for person in people)
    assert late == 4, "who came too late is told"
    assert_all_is_done()


def test_five_clicks_that_are_handled_in_the_threads_that_received_them(
    story: Story, channel: CommsChannel
):
    """As in the web processes: each click is worked off beside the others, and by a drain."""
    incident = channel.incident
    press_at_once(story, incident, "close-incident-button")
    lanes = inbox.due_lanes(timezone.now())
    assert len(lanes) == 5
    works = [partial(inbox.work_lane, lane, timezone.now) for lane in lanes * 2]
    assert sum(at_once(works)) == 5
    story.settle()
    assert TimelineEvent.objects.filter(text="Incident closed").count() == 1
    assert_all_is_done()


def test_one_submission_that_arrives_five_times_at_once_makes_one_incident(story: Story):
    story.ana.command("/incident", "The database is down", "general")
    kept: list[bytes] = []

    def keep(path: str, body: bytes, headers: object) -> sending.Reply:
        kept.append(body)
        return sending.Reply(error="http_timeout")

    with sending.transported_by(keep), pytest.raises(ApiError):
        story.ana.submits({})
    replies = at_once([partial(wire.post, "action", kept[0])] * 5)
    assert replies == [wire.Reply(200, "")] * 5, "each closes the modal"
    settle_at_once(story)
    assert Incident.objects.count() == 1
    assert len(story.bot_says("incidents")) == 1
    assert_all_is_done()


def test_one_event_that_arrives_five_times_at_once_is_handled_once(
    story: Story, channel: CommsChannel
):
    message = story.says(story.ana, channel, "It is the cache.")
    story.ana.pins(message)
    delivery = wire.last_delivery(story.workspace)
    statuses = at_once([partial(wire.deliver_again, delivery)] * 5)
    assert statuses == [200] * 5
    settle_at_once(story)
    assert PinnedMessage.objects.count() == 1
    assert TimelineEvent.objects.filter(event_type="slack_pin").count() == 1
    assert_all_is_done()


def test_no_message_is_lost_when_several_people_talk_and_several_processes_count(
    story: Story, channel: CommsChannel
):
    people = [story.ana, story.bob]
    for number in range(20):
        people[number % 2].says(channel.channel_name, f"message {number}")
    events = [row for row in story.workspace.deliveries(state="pending") if row.name == "message"]
    assert len(events) == 20
    at_once([partial(wire.deliver_again, row) for row in events])
    settle_at_once(story)
    counts = {row.user.external_id: row.message_count for row in UserStats.objects.all()}
    assert (counts[story.ana.id], counts[story.bob.id]) == (10, 10)
    assert_all_is_done()


def test_commands_that_arrive_in_order_take_effect_in_order_however_many_processes_work(
    story: Story, channel: CommsChannel
):
    names = ["minor", "major", "trivial", "critical"] * 3
    for name in names:
        story.ana.says(channel.channel_name, f"@incident severity {name}")
    story.workspace.deliver()
    settle_at_once(story)
    assert Incident.objects.get().severity_text() == "critical"
    texts = TimelineEvent.objects.order_by("pk").values_list("text", flat=True)
    assert [text.split()[-1] for text in texts if "severity updated" in text] == names
    assert_all_is_done()


def test_two_incidents_of_one_title_get_a_channel_each_when_both_are_asked_for_at_once(
    story: Story, incident: Incident
):
    other = story.declares(story.dana, incident.report)
    button = "create-comms-channel-button"
    at_once(
        [
            partial(story.ana.clicks, story.headline(incident), button),
            partial(story.dana.clicks, story.headline(other), button),
        ]
    )
    settle_at_once(story)
    names = sorted(CommsChannel.objects.values_list("channel_name", flat=True))
    assert names[1] == f"{names[0]}-2"
    assert len({row.channel_id for row in CommsChannel.objects.all()}) == 2
    assert_all_is_done()
