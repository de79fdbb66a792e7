"""A private incident from its declaration on."""

from __future__ import annotations

from typing import Any

import pytest

from response.core.models import Incident
from response.slack.models import CommsChannel
from tests.scenarios.story import Story, buttons, said


@pytest.fixture
def allowed(settings: Any) -> None:
    settings.RESPONSE_PRIVATE_INCIDENTS = True


def declares_privately(story: Story, title: str = "The payroll leaked") -> Incident:
    return story.declares(story.ana, title, private=["private"])


def members(story: Story) -> set[str]:
    channel = story.workspace.channel(CommsChannel.objects.get().channel_id)
    assert channel.is_private
    rows = channel.memberships.all()
    return {row.user_id for row in rows} - {story.workspace.bot.id}


def test_the_form_offers_it_where_the_setting_allows_it(story: Story, allowed: None):
    story.ana.command("/incident", "", "general")
    assert story.ana.preset("private") == []


def test_the_form_does_not_offer_it_elsewhere(story: Story):
    story.ana.command("/incident", "", "general")
    blocks = story.ana.opens().definition["blocks"]
    assert "private" not in [block["block_id"] for block in blocks]


def test_left_unticked_the_incident_is_public(story: Story, allowed: None):
    assert not story.declares(story.ana).private
    assert len(story.bot_says("incidents")) == 1


def test_switched_off_while_the_form_was_open_nothing_is_declared(
    story: Story, allowed: None, settings: Any
):
    story.ana.command("/incident", "The payroll leaked", "general")
    settings.RESPONSE_PRIVATE_INCIDENTS = False
    result = story.ana.submits({"private": ["private"]})
    assert "switched off" in result.errors["private"]
    assert not Incident.objects.exists()


def test_it_is_announced_nowhere_and_has_a_private_channel_from_the_start(
    story: Story, allowed: None
):
    incident = declares_privately(story)
    assert incident.private
    assert story.bot_says("incidents") == []
    assert members(story) == {story.ana.id}
    [create] = story.workspace.calls("conversations.create")
    assert create.params["is_private"] in (True, "true", "1")


def test_the_lead_that_was_named_is_in_the_channel(story: Story, allowed: None):
    story.declares(story.ana, "The payroll leaked", private=["private"], lead="bob")
    assert members(story) == {story.ana.id, story.bob.id}


def test_the_reporter_is_told_where_it_goes_on(story: Story, allowed: None):
    declares_privately(story)
    [told] = story.told(story.ana)
    assert "It is private: it exists only for its reporter" in told
    assert "#incidents" not in told


def test_its_headline_stands_in_the_channel_for_private_ones(
    story: Story, allowed: None, settings: Any
):
    row = story.dana.creates_channel("board", is_private=True)
    story.dana.invites("board", "incident")
    settings.INCIDENT_PRIVATE_CHANNEL_ID = row.id
    incident = declares_privately(story)
    headline = story.headline(incident)
    assert headline.channel_id == row.id
    assert "The payroll leaked" in said(headline)
    assert buttons(headline) == ["edit-incident-button", "close-incident-button"]
    assert story.bot_says("incidents") == []


def test_nudges_stay_inside(story: Story, allowed: None):
    declares_privately(story)
    channel = CommsChannel.objects.get()
    story.pass_minutes(6)
    assert any("doesn't have a lead" in text for text in story.bot_says(channel.channel_id))
    public = [row.id for row in story.workspace.channels() if not row.is_private]
    assert [text for place in public for text in story.bot_says(place)] == []


def test_closed_it_is_announced_inside_and_told_to_who_leads(story: Story, allowed: None):
    story.declares(story.ana, "The payroll leaked", private=["private"], lead="bob")
    channel = CommsChannel.objects.get()
    story.says(story.bob, channel, "@incident close")
    assert "has been closed" in story.answer(channel)
    assert "is closed, thank you" in story.told(story.bob)[-1]
    story.says(story.bob, channel, "@incident close")
    assert story.answer(channel).endswith("To open it again say `@incident reopen`.")


# -- who has a part in it ------------------------------------------------------------------------


def test_whom_a_member_invites_may_drive_it(story: Story, allowed: None):
    declares_privately(story)
    channel = CommsChannel.objects.get()
    story.ana.invites(channel.channel_id, "chidi")
    story.settle()
    story.says(story.chidi, channel, "@incident severity minor")
    assert Incident.objects.get().severity == "3"


@pytest.mark.parametrize("how", ["leaves", "is removed"])
def test_who_is_out_of_the_channel_has_no_part_in_it_any_more(
    story: Story, allowed: None, settings: Any, how: str
):
    row = story.dana.creates_channel("board", is_private=True)
    story.dana.invites("board", "incident", "chidi")
    settings.INCIDENT_PRIVATE_CHANNEL_ID = row.id
    incident = declares_privately(story)
    channel = CommsChannel.objects.get()
    story.ana.invites(channel.channel_id, "chidi")
    story.settle()
    if how == "leaves":
        story.chidi.leaves(channel.channel_id)
    else:
        story.ana.removes(channel.channel_id, "chidi")
    story.settle()
    story.chidi.clicks(story.headline(incident), "close-incident-button")
    story.settle()
    assert not Incident.objects.get().is_closed()
    assert f"Incident {incident.pk} could not be found" in story.told(story.chidi)[-1]


def test_who_speaks_in_the_channel_is_in_it_even_if_slack_did_not_say_so(
    story: Story, allowed: None
):
    incident = declares_privately(story)
    channel = CommsChannel.objects.get()
    story.ana.invites(channel.channel_id, "chidi")
    story.settle()
    incident.response_members.all().delete()
    message = story.says(story.chidi, channel, "@incident severity minor")
    assert story.reactions(message) == ["white_check_mark"]
    assert story.chidi.id in {row.user.external_id for row in incident.response_members.all()}
