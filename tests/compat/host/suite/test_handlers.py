"""Commands, keywords, events, notifications and headline buttons, by real signed deliveries."""

from __future__ import annotations

import pytest
from lighthouse.actions import events
from lighthouse.models import Specialist

from response.models import Incident, TimelineEvent
from tests.scenarios.story import Story, buttons, said

CREATE, EDIT, CLOSE = (
    f"{name}-button" for name in ("create-comms-channel", "edit-incident", "close-incident")
)


def said_with(story: Story, channel, words: str) -> list[str]:
    return [text for text in story.bot_says(channel.channel_id) if words in text]


# -- commands --------------------------------------------------------------------------------


def test_a_command_of_the_host_takes_the_place_of_ours(story: Story):
    channel = story.begins()
    story.forward(minutes=12)
    message = story.says(story.ana, channel, "@incident duration")
    assert story.answer(channel) == "⏱️ The incident has been running for 12 mins"
    assert story.reactions(message) == ["white_check_mark"]


def test_a_command_by_any_of_its_names_gets_the_rest_as_its_message(story: Story):
    channel = story.begins()
    message = story.says(story.bob, channel, "@incident grumble about the oil")
    assert story.answer(channel) == f"{story.bob.mention} said about the oil"
    assert story.reactions(message) == ["question"]


def test_a_command_that_posts_blocks_itself(story: Story):
    """The host calls Slack at once, with ``Message.send``, and answers nothing."""
    Specialist.objects.create(name="divers", summary="They go down")
    channel = story.begins()
    for name in ("escalate", "esc", "page"):
        message = story.says(story.bob, channel, f"@incident {name}")
        assert story.reactions(message) == ["white_check_mark"]
        posted = story.workspace.messages(channel.channel_id)[-1]
        assert "*divers*\nThey go down" in said(posted)
        assert buttons(posted) == ["escalate-button-id"]


def test_a_command_registered_in_ready(story: Story):
    channel = story.begins()
    story.says(story.bob, channel, "@incident lamp")
    assert story.answer(channel) == "The lamp is lit."


def test_help_lists_the_hosts_commands_with_ours(story: Story):
    channel = story.begins()
    for command in ("manual", "help"):
        story.says(story.bob, channel, f"@incident {command}")
        answer = story.answer(channel)
        assert "Page another team!" in answer
        assert "escalate" in answer
        assert "summary" in answer
        assert answer.count("duration") == 1


# -- keywords --------------------------------------------------------------------------------


def test_keywords_of_0_5_and_of_0_3(story: Story):
    channel = story.begins()
    story.says(story.bob, channel, "Did we tell the Status Page? See the runbook.")
    assert said_with(story, channel, "mentioned the status page") == [
        f"ℹ️ {story.bob.mention} mentioned the status page"  # noqa: RUF001
    ]
    assert len(said_with(story, channel, "lower drawer")) == 1


# -- events ----------------------------------------------------------------------------------


def test_events_of_either_name_run_beside_the_timeline(story: Story):
    events.seen.clear()
    channel = story.begins()
    message = story.says(story.bob, channel, "The wick is wet")
    story.ana.pins(message)
    story.settle()
    assert events.seen == [(channel.incident_id, "The wick is wet")]
    assert TimelineEvent.objects.get(event_type="slack_pin").text == "The wick is wet"
    story.ana.unpins(message)
    story.settle()
    assert story.answer(channel) == f"📌 {story.ana.mention} took a pin out."
    assert not TimelineEvent.objects.filter(event_type="slack_pin").exists()


# -- notifications ---------------------------------------------------------------------------


def test_notifications_once_after_a_while_and_again(story: Story):
    channel = story.begins(lead="ana", severity="2")
    story.tick()
    assert len(said_with(story, channel, "Incident Response process")) == 1
    assert len(said_with(story, channel, "The keeper is awake")) == 1
    assert said_with(story, channel, "told") == []
    story.pass_minutes(100, every=5)
    assert len(said_with(story, channel, "Incident Response process")) == 1
    assert len(said_with(story, channel, "The keeper is awake")) == 1
    assert len(said_with(story, channel, "Has the press been told?")) == 1
    assert len(said_with(story, channel, "30 minutes have elapsed")) == 2


def test_importing_incident_notifications_changes_nothing_of_ours(story: Story):
    channel = story.begins()
    story.pass_minutes(6)
    assert len(said_with(story, channel, "doesn't have a severity")) == 1


# -- the headline ------------------------------------------------------------------------------


def test_buttons_of_the_host_stand_in_their_order(story: Story):
    incident = story.declares(story.ana, severity="2")
    shown = buttons(story.headline(incident))
    assert shown == [CREATE, "page-incident-lead", EDIT, CLOSE, "ring-the-bell"]
    worse = story.declares(story.ana, "The cliff is falling", severity="1")
    assert "coast-guard" in buttons(story.headline(worse))


def test_the_headline_links_to_the_hosts_page(story: Story):
    incident = story.declares(story.ana)
    assert f"/incident/{incident.pk}/" in said(story.headline(incident))


def test_a_report_goes_to_the_channel_that_the_settings_looked_up(story: Story):
    story.declares(story.ana, "A loose screw", incident_type="report")
    assert Incident.objects.get().report_only
    assert "A loose screw" in said(story.workspace.messages("incident-reports")[-1])


# -- actions -------------------------------------------------------------------------------------


def test_an_action_before_0_3_gets_incident_user_and_text(story: Story):
    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), "ring-the-bell")
    story.settle()
    incident.refresh_from_db()
    assert incident.summary == f"The bell was rung by {story.bob.id}"


def test_the_built_in_actions_work_beside_the_hosts(story: Story):
    channel = story.begins()
    story.bob.clicks(story.headline(channel.incident), CLOSE)
    story.settle()
    assert Incident.objects.get().is_closed()
    assert story.given_up() == []


@pytest.mark.parametrize("command", ["@incident statuspage", "@incident SP"])
def test_commands_are_found_in_any_case(story: Story, command: str):
    channel = story.begins()
    story.says(story.ana, channel, command)
    assert buttons(story.workspace.messages(channel.channel_id)[-1]) == ["dialog-open-status-page"]
