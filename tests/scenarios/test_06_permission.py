"""Who may act, and how a person is told who may not."""

from __future__ import annotations

from typing import Any

import pytest

from response.core.models import Incident
from response.slack import block_kit
from response.slack.models import CommsChannel
from response.slack.permissions import PermissionRequest
from tests.scenarios.story import Story

CREATE, EDIT, CLOSE = (
    f"{name}-button" for name in ("create-comms-channel", "edit-incident", "close-incident")
)


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    """With Eve in it, who is a guest."""
    channel = story.begins()
    story.ana.invites(channel.channel_id, "eve")
    story.settle()
    return channel


def test_a_guest_may_give_no_command_and_is_told_privately(story: Story, channel: CommsChannel):
    said = story.says(story.eve, channel, "@incident close")
    assert not Incident.objects.get().is_closed()
    assert story.reactions(said) == []
    [told] = story.eve.ephemerals(channel.channel_id)
    assert "only full members of this workspace may do that" in told.text
    assert len(story.bot_says(channel.channel_id)) == 1


def test_a_guest_may_press_no_button_and_is_told_privately(story: Story, channel: CommsChannel):
    story.eve.clicks(story.headline(channel.incident), CLOSE)
    story.settle()
    assert not Incident.objects.get().is_closed()
    [told] = story.eve.ephemerals("incidents")
    assert "only full members" in told.text


def test_a_guest_may_open_no_form_and_is_told_privately(story: Story, channel: CommsChannel):
    story.says(story.eve, channel, "@incident status")
    story.eve.clicks(story.headline(channel.incident), EDIT)
    story.settle()
    assert story.eve.modal is None
    [told] = story.eve.ephemerals("incidents")
    assert "only full members" in told.text


def test_a_refused_command_gives_back_what_was_typed(story: Story):
    story.eve.command("/incident", "first", "general")
    story.settle()
    answer = story.eve.command("/incident", "the <b>shop</b> is down", "general")
    assert answer is not None
    assert "full members" in answer.text
    assert "the &lt;b&gt;shop&lt;/b&gt; is down" in answer.text


def test_a_guest_cannot_be_named_lead(story: Story, channel: CommsChannel):
    story.eve.command("/incident", "so that we know her", "general")
    story.settle()
    story.ana.clicks(story.headline(channel.incident), EDIT)
    assert "lead" in story.ana.submits({"lead": "eve"}).errors
    message = story.says(story.ana, channel, "@incident lead @eve")
    assert story.reactions(message) == ["question"]
    assert Incident.objects.get().lead is None


def test_the_bot_cannot_be_named_lead(story: Story, channel: CommsChannel):
    message = story.says(story.ana, channel, "@incident lead @incident")
    assert story.reactions(message) == ["question"]
    assert Incident.objects.get().lead is None


def test_a_guest_whom_we_never_met_cannot_submit_the_form(story: Story):
    """Opening it cannot wait for Slack to say who she is; submitting can."""
    incident = story.declares(story.ana)
    story.eve.clicks(story.headline(incident), EDIT)
    result = story.eve.submits({"report": "It is nothing"})
    assert "only full members" in result.errors["report"]
    assert Incident.objects.get().report == "The database is down"


def test_people_of_another_workspace_are_refused(story: Story, channel: CommsChannel):
    story.workspace.add_user("zoe", other_team_id="T0OTHER")
    zoe = type(story.ana)(story.workspace, "zoe")
    zoe.joins(channel.channel_id)
    story.settle()
    story.says(zoe, channel, "@incident close")
    assert not Incident.objects.get().is_closed()
    assert any("only full members" in line for line in story.told(zoe))


def test_somebody_who_became_a_guest_is_refused(story: Story, channel: CommsChannel):
    story.says(story.dana, channel, "@incident severity minor")
    story.workspace.change_user("dana", is_restricted=True)
    story.settle()
    story.says(story.dana, channel, "@incident close")
    assert not Incident.objects.get().is_closed()


def test_when_slack_does_not_say_who_somebody_is_they_may_act(story: Story, channel: CommsChannel):
    story.fault(server_error_methods=["users.info"], server_error_count=1)
    story.says(story.chidi, channel, "@incident severity major")
    assert Incident.objects.get().severity == "2"


def test_the_host_decides_who_may_do_what(story: Story, channel: CommsChannel, settings: Any):
    asked = []

    def only_ana_closes(request: PermissionRequest) -> bool:
        asked.append((request.user_id, request.action, request.incident))
        return request.action != "command:close" or request.user_id == story.ana.id

    settings.RESPONSE_SLACK_PERMISSION = only_ana_closes
    story.says(story.eve, channel, "@incident severity minor")
    story.says(story.bob, channel, "@incident close")
    assert Incident.objects.get().severity == "3"
    assert not Incident.objects.get().is_closed()
    [told] = story.bob.ephemerals(channel.channel_id)
    assert told.text.startswith("Sorry")
    story.says(story.ana, channel, "@incident close")
    assert Incident.objects.get().is_closed()
    assert (story.bob.id, "command:close", channel.incident) in asked


def test_a_private_incident_is_driven_by_those_who_have_a_part_in_it(
    story: Story, channel: CommsChannel
):
    story.joins(story.bob, channel)
    story.settle()
    Incident.objects.update(private=True)
    story.says(story.bob, channel, "@incident severity minor")
    assert Incident.objects.get().severity == "3"


def test_to_everybody_else_a_private_incident_does_not_exist(story: Story, channel: CommsChannel):
    Incident.objects.update(private=True)
    for number in (channel.incident_id, 999_999):
        button = block_kit.Button("Close", CLOSE, value=number)
        blocks = [block_kit.Actions(block_id="actions", elements=[button]).serialize()]
        forged = story.workspace.post_message("general", "Press me", blocks=blocks)
        story.chidi.clicks(forged, CLOSE)
        story.settle()
        told = story.told(story.chidi)[-1]
        assert told == f"Incident {number} could not be found: it may have been deleted."
    assert not Incident.objects.get().is_closed()
