"""``@incident private``: an incident leaves public sight, step by step."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from response.core.actor import acting_as
from response.core.models import ExternalUser, Incident
from response.sandbox import manifest
from response.sandbox.models import Channel, Membership, Team, User
from response.slack.models import Call, CommsChannel, HeadlinePost
from tests.scenarios.story import Story, buttons, said

EDIT = "edit-incident-button"


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.RESPONSE_PRIVATE_INCIDENTS = True


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    """Ana's incident, worked on in public with Bob and Eve, who is a guest."""
    channel = story.begins("The payroll leaked")
    story.says(story.bob, channel, "it was the intern")
    story.ana.invites(channel.channel_id, "eve")
    story.settle()
    return channel


def members(story: Story, channel_id: str) -> set[str]:
    rows = story.workspace.channel(channel_id).memberships.all()
    return {row.user_id for row in rows} - {story.workspace.bot.id}


def private_channel() -> CommsChannel:
    channel = CommsChannel.objects.get()
    assert channel.is_private
    return channel


def goes_private(story: Story, channel: CommsChannel) -> CommsChannel:
    story.says(story.ana, channel, "@incident private")
    return private_channel()


# -- what happens --------------------------------------------------------------------------------


def test_the_headline_is_deleted(story: Story, channel: CommsChannel):
    goes_private(story, channel)
    assert not [text for text in story.texts("incidents") if "payroll" in text]
    assert HeadlinePost.objects.get().message_ts is None


def test_its_members_are_invited_to_a_private_channel(story: Story, channel: CommsChannel):
    new = goes_private(story, channel)
    assert story.workspace.channel(new.channel_id).is_private
    # Slack lets no bot invite a guest.
    assert members(story, new.channel_id) == {story.ana.id, story.bob.id}
    assert {row.user.external_id for row in channel.incident.response_members.all()} == {
        story.ana.id,
        story.bob.id,
    }
    [welcome] = story.bot_says(new.channel_id)
    assert "This is the place to work on *The payroll leaked*" in welcome
    assert "It is private: it exists only for its reporter" in welcome


def test_the_public_channel_is_archived(story: Story, channel: CommsChannel):
    goes_private(story, channel)
    assert story.workspace.channel(channel.channel_id).is_archived
    assert CommsChannel.objects.get().public_channel_id == channel.channel_id


def test_the_steps_are_taken_in_the_order_that_loses_nobody(story: Story, channel: CommsChannel):
    before = len(story.methods())
    goes_private(story, channel)
    steps = [name for name in story.methods()[before:] if name.startswith("conversations.")]
    assert steps.index("conversations.create") < steps.index("conversations.members")
    assert steps.index("conversations.invite") < steps.index("conversations.archive")
    assert story.given_up() == []


def test_who_did_it_is_told_what_was_public(story: Story, channel: CommsChannel):
    goes_private(story, channel)
    [told] = [text for text in story.told(story.ana) if "nobody can take it back" in text]
    assert "its headline in <#C0INCIDENTS>" in told
    assert f"<#{channel.channel_id}>, with 2 messages of 3 people" in told
    assert "1 entry of the change feed" in told
    for person in (story.bob, story.chidi, story.eve):
        assert not [text for text in story.told(person) if "nobody can take it back" in text]


def test_it_goes_on_in_the_private_channel(story: Story, channel: CommsChannel):
    new = goes_private(story, channel)
    story.says(story.bob, new, "@incident severity critical")
    story.says(story.bob, new, "@incident close")
    incident = Incident.objects.get()
    assert (incident.severity, incident.is_closed()) == ("1", True)
    assert "This incident has been closed" in story.answer(new)
    assert story.bot_says("incidents") == []


def test_said_again_it_is_private_already(story: Story, channel: CommsChannel):
    new = goes_private(story, channel)
    story.says(story.ana, new, "@incident private")
    assert story.answer(new) == "This incident is private already."
    assert story.methods().count("conversations.create") == 2


def test_without_the_setting_it_is_refused(story: Story, channel: CommsChannel, settings: Any):
    settings.RESPONSE_PRIVATE_INCIDENTS = False
    message = story.says(story.ana, channel, "@incident private")
    assert story.reactions(message) == ["question"]
    assert "RESPONSE_PRIVATE_INCIDENTS" in story.answer(channel)
    assert not Incident.objects.get().private


def test_an_incident_without_a_channel_gets_a_private_one(story: Story):
    incident = story.declares(story.ana, "The payroll leaked")
    ana = ExternalUser.objects.get(external_id=story.ana.id)
    with acting_as(ana):
        incident.private = True
        incident.save()
    story.settle()
    assert members(story, private_channel().channel_id) == {story.ana.id}
    assert any("nobody can take it back" in text for text in story.told(story.ana))


def test_switched_on_elsewhere_the_lead_is_told(story: Story, channel: CommsChannel):
    """A signed-in user of the site is nobody in Slack."""
    story.says(story.bob, channel, "@incident lead")
    incident = Incident.objects.get()
    with acting_as(None, name="admin"):
        incident.private = True
        incident.save()
    story.settle()
    private_channel()
    assert any("nobody can take it back" in text for text in story.told(story.bob))


def test_switched_on_through_the_api_it_goes_the_same_way(story: Story, channel: CommsChannel):
    user = get_user_model().objects.create_superuser("root")
    ExternalUser.objects.filter(external_id=story.bob.id).update(owner=user)
    client = APIClient()
    client.force_login(user)
    path = f"/core/incidents/{channel.incident_id}/"
    assert client.patch(path, {"private": True}, format="json").status_code == 200
    story.settle()
    assert members(story, private_channel().channel_id) == {story.ana.id, story.bob.id}
    assert story.workspace.channel(channel.channel_id).is_archived
    assert HeadlinePost.objects.get().message_ts is None
    assert any("nobody can take it back" in text for text in story.told(story.bob))


def test_a_channel_of_two_pages_comes_along(story: Story, channel: CommsChannel):
    """Most of them came before we listened: Slack knows who they are, and we do not."""
    people = [User(id=f"U0P{number}", name=f"person{number}") for number in range(118)]
    User.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(channel_id=channel.channel_id, user=person) for person in people
    )
    new = goes_private(story, channel)
    assert len(members(story, new.channel_id)) == 120
    assert channel.incident.response_members.count() == 120
    assert story.given_up() == []


# -- what was on its way -------------------------------------------------------------------------


def test_what_was_on_its_way_to_the_public_channel_goes_to_the_private_one(
    story: Story, channel: CommsChannel
):
    incident = Incident.objects.get()
    incident.private = True
    incident.summary = "the whole list of salaries"
    incident.save()
    channel.post_in_channel("a secret on its way")
    story.settle()
    story.forward(5)
    story.settle()
    assert "a secret on its way" not in story.texts(channel.channel_id)
    assert "a secret on its way" in story.texts(private_channel().channel_id)


def test_who_holds_on_to_the_old_row_posts_to_the_private_channel(
    story: Story, channel: CommsChannel
):
    new = goes_private(story, channel)
    channel.post_in_channel("from a handler that had read the row before")
    story.settle()
    assert "from a handler that had read the row before" in story.texts(new.channel_id)
    assert story.given_up() == []


def test_who_joins_the_public_channel_in_between_is_no_member(story: Story, channel: CommsChannel):
    story.fault(server_error_methods=["conversations.create"], server_error_count=1)
    story.says(story.ana, channel, "@incident private")
    story.chidi.joins(channel.channel_id)
    story.says(story.chidi, channel, "@incident summary it was me")
    assert Incident.objects.get().summary is None
    assert "could not be found" in story.told(story.chidi)[-1]


def test_a_private_incident_of_0_5_1_moves_when_something_is_to_be_said(
    story: Story, channel: CommsChannel
):
    """0.5.1 had private incidents in public channels."""
    Incident.objects.update(private=True)
    story.says(story.ana, channel, "@incident close")
    story.forward(5)
    story.settle()
    new = private_channel()
    assert not [text for text in story.texts(channel.channel_id) if "has been closed" in text]
    assert [text for text in story.texts(new.channel_id) if "has been closed" in text]


# -- after a crash, and when Slack refuses -------------------------------------------------------


@pytest.mark.parametrize(
    "method",
    [
        "chat.delete",
        "conversations.create",
        "conversations.members",
        "conversations.invite",
        "conversations.archive",
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_each_step_is_repeated_after_a_failure(
    story: Story, channel: CommsChannel, method: str, when: str
):
    """Slack fails before it does what is asked, or does it and its answer is lost."""
    if when == "before":
        story.fault(server_error_methods=[method], server_error_count=1)
    else:
        story.fault(drop_after_work_methods=[method], drop_after_work_count=1)
    story.says(story.ana, channel, "@incident private")
    for _ in range(4):
        story.forward(20)
        story.settle()
    new = private_channel()
    assert members(story, new.channel_id) == {story.ana.id, story.bob.id}
    assert story.workspace.channel(channel.channel_id).is_archived
    assert not [text for text in story.texts("incidents") if "payroll" in text]
    made = Channel.objects.filter(is_private=True, is_im=False)
    assert made.count() == 1
    assert story.given_up() == []


def test_a_channel_that_slack_refuses_is_told_and_can_be_had_later(
    story: Story, channel: CommsChannel
):
    Team.objects.update(scopes=[scope for scope in manifest.SCOPES if scope != "groups:write"])
    story.says(story.ana, channel, "@incident private")
    told = story.told(story.ana)[-1]
    assert "could not be created: the app lacks a permission in Slack" in told
    assert "is still public: please write no more there" in told
    assert not [text for text in story.texts("incidents") if "payroll" in text]
    Team.objects.update(scopes=manifest.scopes())
    story.says(story.ana, channel, "@incident private")
    story.forward(5)
    story.settle()
    assert members(story, private_channel().channel_id) == {story.ana.id, story.bob.id}


def test_a_channel_that_cannot_be_archived_is_told(story: Story, channel: CommsChannel):
    Channel.objects.filter(id=channel.channel_id).update(is_general=True)
    goes_private(story, channel)
    told = story.told(story.ana)[-1]
    assert f"<#{channel.channel_id}> could not be archived" in told
    assert "please archive it yourself" in told


# -- the channel for private headlines -----------------------------------------------------------


@pytest.fixture
def board(story: Story, settings: Any) -> str:
    """A private channel of Dana's for the headlines of private incidents."""
    row = story.dana.creates_channel("board", is_private=True)
    story.dana.invites("board", "incident", "ana")
    settings.INCIDENT_PRIVATE_CHANNEL_ID = row.id
    return row.id


def test_the_headline_moves_to_the_channel_for_private_ones(
    story: Story, channel: CommsChannel, board: str
):
    new = goes_private(story, channel)
    assert not [text for text in story.texts("incidents") if "payroll" in text]
    headline = story.headline(Incident.objects.get())
    assert headline.channel_id == board
    assert "The payroll leaked" in said(headline)
    assert f"<#{new.channel_id}>" in said(headline)
    assert EDIT in buttons(headline)


def test_made_public_again_it_is_announced_to_all(story: Story, channel: CommsChannel, board: str):
    new = goes_private(story, channel)
    incident = Incident.objects.get()
    incident.private = False
    incident.save()
    story.settle()
    assert story.headline(incident).channel_id == "C0INCIDENTS"
    assert not [row for row in story.workspace.messages(board) if "payroll" in said(row)]
    # Slack lets no bot make a private channel public, either.
    assert CommsChannel.objects.get().channel_id == new.channel_id


def test_no_call_is_left_behind(story: Story, channel: CommsChannel):
    goes_private(story, channel)
    assert not Call.objects.filter(state__in=["pending", "sending", "parked"]).exists()
