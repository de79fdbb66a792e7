"""The timeline: pins, every change with who made it, and who took part."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from response.core.models import Incident, TimelineEvent
from response.sandbox.models import Message
from response.slack.models import CommsChannel, HandlerRun, PinnedMessage, UserStats
from tests.scenarios.story import Story, as_posted


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    return story.begins()


def pins(story: Story) -> list[str]:
    """Texts of the entries that pins made, in the timeline's order."""
    entries = Incident.objects.first().timeline_events().filter(event_type="slack_pin")
    return [entry.text for entry in entries]


def changes(incident: Incident) -> list[tuple[str, str]]:
    """Text and actor of each other entry."""
    entries = incident.timeline_events().exclude(event_type="slack_pin")
    return [(entry.text, entry.actor.external_id if entry.actor else "") for entry in entries]


def pin(story: Story, message: Message) -> None:
    story.ana.pins(message)
    story.settle()


# -- pins ----------------------------------------------------------------------------------------


def test_a_pin_becomes_an_entry_at_the_messages_own_time(story: Story, channel: CommsChannel):
    story.forward(minutes=5)
    message = story.says(story.bob, channel, "Failing over to *replica 2* & co")
    story.forward(minutes=30)
    pin(story, message)
    entry = TimelineEvent.objects.get()
    assert entry.text == "Failing over to *replica 2* &amp; co"
    assert abs(entry.timestamp - datetime(2026, 11, 23, 10, 5, tzinfo=UTC)) < timedelta(seconds=1)
    assert entry.metadata["author"]["display_name"] == "bob"
    assert PinnedMessage.objects.get().author.external_id == story.bob.id


def test_without_time_zones_it_stands_at_the_projects_own_time(story: Story, settings: Any):
    """In 0.5.1 pins landed in the server's time."""
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Tokyo"
    channel = story.begins()
    pin(story, story.says(story.bob, channel, "Failing over"))
    moment = TimelineEvent.objects.get().timestamp
    assert abs(moment - datetime(2026, 11, 23, 19, 0)) < timedelta(seconds=1)  # noqa: DTZ001


def test_a_pin_that_slack_delivers_three_times_is_one_entry(story: Story, channel: CommsChannel):
    """In 0.5.1 it was three."""
    message = story.says(story.bob, channel, "Failing over")
    story.fault(duplicate_deliveries=2)
    pin(story, message)
    assert pins(story) == ["Failing over"]
    assert PinnedMessage.objects.count() == 1


def test_two_who_pin_a_message_at_once_make_one_entry(story: Story, channel: CommsChannel):
    pin(story, story.says(story.bob, channel, "Failing over"))
    [delivered] = story.workspace.deliveries(name="pin_added")
    story.hears(json.loads(delivered.body)["event"] | {"user": story.dana.id}, channel)
    assert pins(story) == ["Failing over"]
    assert {run.error for run in HandlerRun.objects.all()} == {""}


def test_unpinning_removes_that_entry_only(story: Story, channel: CommsChannel):
    """0.5.1 deleted every entry of that time, whoever wrote it."""
    message = story.says(story.bob, channel, "Failing over")
    pin(story, message)
    pin(story, story.says(story.bob, channel, "It works again"))
    entry = TimelineEvent.objects.get(text="Failing over")
    TimelineEvent.objects.create(
        incident=channel.incident, timestamp=entry.timestamp, text="By hand", event_type="text"
    )
    story.ana.unpins(message)
    story.settle()
    texts = set(TimelineEvent.objects.values_list("text", flat=True))
    assert texts == {"It works again", "By hand"}


def test_an_entry_whose_time_was_corrected_leaves_with_its_pin(story: Story, channel: CommsChannel):
    message = story.says(story.bob, channel, "Failing over")
    pin(story, message)
    TimelineEvent.objects.update(timestamp=datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    story.ana.unpins(message)
    story.settle()
    assert pins(story) == []


def test_a_message_pinned_again_is_entered_again_once(story: Story, channel: CommsChannel):
    message = story.says(story.bob, channel, "Failing over")
    for act in (story.ana.pins, story.bob.unpins, story.bob.pins):
        act(message)
    story.settle()
    assert pins(story) == ["Failing over"]


def test_edits_of_a_pinned_message_are_followed(story: Story, channel: CommsChannel):
    message = story.says(story.bob, channel, "Failing over")
    pin(story, message)
    story.bob.edits(message, "Failing over, <done>")
    story.settle()
    assert pins(story) == ["Failing over, &lt;done&gt;"]


def test_a_pinned_message_that_is_deleted_leaves(story: Story, channel: CommsChannel):
    message = story.says(story.bob, channel, "Failing over")
    pin(story, message)
    story.bob.deletes(message)
    story.settle()
    assert pins(story) == []


def test_a_bots_message_can_be_pinned(story: Story, channel: CommsChannel):
    """0.5.1 ignored it silently."""
    pin(story, story.workspace.post_message(channel.channel_id, "CPU at 100 %"))
    assert pins(story) == ["CPU at 100 %"]


def test_a_pinned_file_is_no_message_and_no_error(story: Story, channel: CommsChannel):
    """In 0.5.1 it was a 500, three times."""
    item = {"type": "file", "file_id": "F1", "created": 1, "created_by": story.bob.id}
    event = {"type": "pin_added", "user": story.bob.id, "channel_id": channel.channel_id}
    story.hears({**event, "item": item}, channel)
    assert pins(story) == []
    assert {row.status for row in story.workspace.deliveries(name="pin_added")} == {200}
    assert story.given_up() == []


def test_pins_elsewhere_are_nobodys_business(story: Story, channel: CommsChannel):
    pin(story, story.ana.says("general", "Lunch?"))
    assert pins(story) == []


# -- changes -------------------------------------------------------------------------------------


def test_every_change_by_a_command_is_an_entry_with_who_did_it(story: Story, channel: CommsChannel):
    told = (
        (story.bob, "lead @dana", f"{story.dana.mention} was added as incident lead"),
        (story.bob, "severity major", "Incident severity set to major"),
        (story.dana, "summary It broke", 'Incident summary added: "It broke"'),
        (story.dana, "impact All", 'Incident impact added: "All"'),
        (story.bob, "close", "Incident closed"),
        (story.dana, "reopen", "Incident reopened"),
    )
    for who, command, _ in told:
        story.says(who, channel, f"@incident {command}")
        story.forward(minutes=1)
    assert changes(channel.incident) == [(text, who.id) for who, _, text in told]


def test_every_change_in_the_form_is_an_entry_with_who_did_it(story: Story, channel: CommsChannel):
    story.chidi.clicks(story.headline(channel.incident), "edit-incident-button")
    assert not story.chidi.submits({"report": "It is slow", "severity": "3"}).errors
    assert sorted(changes(channel.incident)) == [
        (
            'Incident report updated from "The database is down" to "It is slow"',
            story.chidi.id,
        ),
        ("Incident severity set to minor", story.chidi.id),
    ]


def test_a_removed_lead_is_an_entry(story: Story):
    incident = story.declares(story.ana, lead="bob")
    story.chidi.clicks(story.headline(incident), "edit-incident-button")
    assert not story.chidi.submits({"lead": None}).errors
    words = f"{story.bob.mention} was removed as incident lead"
    assert changes(incident) == [(words, story.chidi.id)]


def test_closing_by_the_button_is_an_entry_with_who_did_it(story: Story):
    """In 0.5.1 nothing of closing was in the timeline."""
    incident = story.declares(story.ana)
    story.dana.clicks(story.headline(incident), "close-incident-button")
    story.settle()
    assert changes(incident) == [("Incident closed", story.dana.id)]


def test_a_change_of_status_by_a_user_of_the_site_is_an_entry_with_their_name(
    story: Story, admin_client: Client
):
    incident = story.declares(story.ana, incident_type="report")
    page = admin_client.get(f"/admin/response/incident/{incident.pk}/change/")
    data = as_posted(page.context["adminform"].form)
    del data["report_only"]
    assert admin_client.post(page.request["PATH_INFO"], data).status_code == 302
    entry = incident.timeline_events().get()
    assert entry.text == "Report turned into a live incident"
    assert (entry.actor, entry.actor_name) == (None, "admin")


def test_saving_without_a_change_is_no_entry(story: Story, channel: CommsChannel):
    story.chidi.clicks(story.headline(channel.incident), "edit-incident-button")
    assert not story.chidi.submits().errors
    assert changes(channel.incident) == []


# -- who took part -------------------------------------------------------------------------------


def participants(channel: CommsChannel) -> dict[str, int]:
    rows = UserStats.objects.filter(incident=channel.incident).select_related("user")
    return {row.user.display_name: row.message_count for row in rows}


def test_people_who_join_take_part_and_the_bot_does_not(story: Story, channel: CommsChannel):
    story.forward(minutes=5)
    story.joins(story.bob, channel)
    story.settle()
    assert participants(channel) == {"ana": 0, "bob": 0}
    joined = UserStats.objects.get(user__external_id=story.bob.id).join_time
    assert joined == datetime(2026, 11, 23, 10, 5, tzinfo=UTC)


def test_messages_of_people_are_counted_and_nothing_else(story: Story, channel: CommsChannel):
    """In 0.5.1 joins and topics counted, too."""
    first = story.says(story.bob, channel, "Hello")
    story.bob.says(channel.channel_id, "In a thread", thread_ts=first.ts)
    story.says(story.ana, channel, "@incident status")
    story.ana.sets_topic(channel.channel_id, "Everything is fine")
    story.bob.edits(first, "Hello!")
    story.bob.reacts(first, "tada")
    story.settle()
    assert participants(channel) == {"ana": 1, "bob": 2}


def test_a_message_that_slack_delivers_three_times_counts_once(story: Story, channel: CommsChannel):
    story.fault(duplicate_deliveries=2)
    story.says(story.bob, channel, "Hello")
    assert participants(channel)["bob"] == 1


def test_a_new_name_is_the_name_from_then_on(story: Story, channel: CommsChannel):
    story.says(story.bob, channel, "Hello")
    story.workspace.change_user("bob", display_name="Bobby " + "x" * 74)
    story.settle()
    assert participants(channel)["Bobby " + "x" * 74] == 1
