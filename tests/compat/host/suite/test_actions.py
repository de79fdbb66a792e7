"""Actions inside comms channels and outside; what a handler is told of them."""

from __future__ import annotations

import pytest
from django.conf import settings
from lighthouse.actions import selects

from response.models import CommsChannel, HeadlinePost, Incident
from response.slack.client import SlackError
from response.slack.decorators import ActionContext
from tests.factories import make_incident
from tests.scenarios.story import Story


@pytest.fixture(autouse=True)
def nothing_yet() -> None:
    selects.contexts.clear()


def test_in_a_comms_channel_the_incident_is_the_channels_whatever_the_value(story: Story):
    story.declares(story.ana, "Another one")
    channel = story.begins()
    story.says(story.bob, channel, "@incident colour")
    posted = story.workspace.messages(channel.channel_id)[-1]
    story.bob.chooses(posted, "colour", "7")
    story.bob.clicks(posted, "colour-none")
    story.settle()
    chosen, none = selects.contexts
    assert (chosen.incident, chosen.user_id, chosen.value) == (
        channel.incident,
        story.bob.id,
        "7",
    )
    assert none.value == "none of them"
    for context in selects.contexts:
        assert context.incident == channel.incident
        assert context.trigger_id
        assert context.response_url
        assert context.message["ts"] == posted.ts
        assert context.message["blocks"][0]["block_id"] == "colours"


def test_elsewhere_the_value_is_the_incidents_number(story: Story):
    incident = story.declares(story.ana)
    other = story.declares(story.ana, "Another one")
    selects.colours().send("C0GENERAL")
    story.bob.chooses(story.workspace.messages("general")[-1], "colour", "red")
    story.settle()
    assert selects.contexts == []
    assert "could not be found" in story.told(story.bob)[-1]
    story.bob.clicks(story.headline(other), "ring-the-bell")
    story.settle()
    changed = Incident.objects.exclude(summary=None)
    assert list(changed.values_list("pk", flat=True)) == [other.pk]
    assert incident.pk != other.pk


def test_a_value_that_names_no_incident_is_told_to_who_clicked(story: Story):
    selects.colours().send("C0GENERAL")
    story.bob.clicks(story.workspace.messages("general")[-1], "colour-none")
    story.settle()
    assert selects.contexts == []
    assert story.told(story.bob)
    assert story.given_up() == []


def test_a_hosts_own_test_makes_a_context_by_position_or_by_name(db):
    incident = make_incident()
    message = {"ts": "1795200000.000100"}
    names = ("incident", "user_id", "message", "value", "trigger_id", "response_url")
    values = (incident, "U0ANA", message, "red", "13.37.abc", "https://x.example")
    by_name = ActionContext(**dict(zip(names, values, strict=True)))
    assert by_name == ActionContext(*values)
    assert [getattr(by_name, name) for name in names] == list(values)


# -- what host code asks of models and client ------------------------------------------------------


def test_a_host_opens_renames_and_talks_in_a_channel(story: Story):
    incident = story.declares(story.ana)
    CommsChannel.objects.create_comms_channel(incident)
    story.settle()
    channel = Incident.objects.get().comms_channel()
    channel.post_in_channel("The lamp is lit")
    channel.post_in_channel(message="It burns")
    story.settle()
    assert story.bot_says(channel.channel_id)[-2:] == ["The lamp is lit", "It burns"]
    channel.rename("thick fog")
    channel.refresh_from_db()
    assert channel.channel_name == "inc-thick-fog"
    assert story.workspace.channel(channel.channel_id).name == "inc-thick-fog"


def test_a_host_brings_the_headline_up_to_date_and_talks_in_its_thread(story: Story):
    incident = story.declares(story.ana)
    post = HeadlinePost.objects.get(incident=incident)
    assert post.message_ts == story.headline(incident).ts
    assert post.comms_channel is None
    post.update_in_slack()
    post.post_to_thread(message="Somebody looks after it")
    story.settle()
    reply = story.workspace.messages("incidents")[-1]
    assert (reply.text, reply.thread_ts) == ("Somebody looks after it", post.message_ts)
    channel = story.opens_channel(story.ana, incident)
    post.refresh_from_db()
    assert post.comms_channel == channel


def test_a_host_catches_what_slack_refuses_at_once(story: Story):
    with pytest.raises(SlackError) as caught:
        settings.SLACK_CLIENT.send_message("C0NOWHERE", "Hello?")
    assert caught.value.slack_error == "channel_not_found"
