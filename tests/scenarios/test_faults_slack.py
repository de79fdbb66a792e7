"""Slack is down, refuses, answers too late or not at all: what was wanted arrives all the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone

from response.core.models import Incident
from response.sandbox.models import Channel, Message
from response.slack import channels, leases, registry
from response.slack.client import SlackClient
from response.slack.decorators import incident_command
from response.slack.models import Call, CommsChannel, Conversation
from tests.scenarios.others import elsewhere
from tests.scenarios.story import Story, said

STEPS = (
    *("conversations.create", "conversations.setTopic", "conversations.invite"),
    *("chat.postMessage", "chat.update"),
)


@pytest.fixture
def incident(story: Story) -> Incident:
    return story.declares(story.ana, "The database is down", lead="bob", severity="1")


def asks_for_channel(story: Story, incident: Incident) -> None:
    """The button is pressed, and nothing is worked off yet."""
    story.ana.clicks(story.headline(incident), "create-comms-channel-button")


def succeeded(story: Story, method: str) -> int:
    return sum(call.answer.get("ok") is True for call in story.workspace.calls(method))


def made_channels(story: Story) -> list[Channel]:
    """Channels that the bot made, whoever knows of them."""
    return list(Channel.objects.filter(creator=story.workspace.bot, name__startswith="inc-"))


def assert_one_complete_channel(story: Story, incident: Incident, *, welcomes: int = 1) -> None:
    incident = Incident.objects.get(pk=incident.pk)
    row = CommsChannel.objects.get(incident=incident)
    channel = story.workspace.channel(row.channel_id)
    assert [made.id for made in made_channels(story)] == [channel.id]
    assert channel.name == row.channel_name
    assert incident.report in channel.topic
    assert f"/incident/{incident.pk}/" in channel.topic
    members = set(channel.members.values_list("id", flat=True))
    assert {story.ana.id, story.bob.id, story.workspace.bot.id} <= members
    welcome = [text for text in story.bot_says(channel.name) if "@incident" in text.lower()]
    assert 1 <= len(welcome) <= welcomes
    assert f"<#{channel.id}>" in said(story.headline(incident))
    assert "create-comms-channel-button" not in str(story.headline(incident).blocks)
    assert not Call.objects.exclude(state__in=["sent", "dropped"]).exists()


# -- an hour without Slack ------------------------------------------------------------------------


def test_slack_is_down_for_an_hour_and_everything_arrives_once_and_in_order(
    story: Story, incident: Incident
):
    mine = story.opens_channel(story.ana, incident)
    other = story.opens_channel(story.dana, story.declares(story.dana, "The queue is full"))
    places = ((story.ana, mine), (story.dana, other))
    spoken: list[Message] = []
    with registry.commands.temporarily():

        @incident_command(["echo"])
        def echo(incident: Incident, user_id: str, message: str) -> tuple[bool, str]:
            return True, f"heard {message}"

        story.fault(outage=True)
        asked = len(story.workspace.calls())
        for minute in range(60):
            if minute % 10 == 0:
                spoken += [
                    story.says(who, place, f"@incident echo {minute}") for who, place in places
                ]
            story.pass_minutes(1)
        story.says(story.ana, mine, "@incident severity minor")
        meanwhile = story.workspace.calls()[asked:]
        assert all(call.dropped for call in meanwhile)
        assert len(meanwhile) < 600, "an hour of waiting is not an hour of calling"
        story.heal()
        story.forward(minutes=1)
        story.settle()

    for _, place in places:
        told = story.bot_says(place.channel_name)
        heard = [text for text in told if text.startswith("heard")]
        assert heard == [f"heard {minute}" for minute in range(0, 60, 10)]
    for message in spoken:
        assert story.reactions(message) == ["white_check_mark"]
    assert "minor" in said(story.headline(incident)).lower()
    assert not Call.objects.exclude(state__in=["sent", "dropped"]).exists()


def test_an_incident_declared_just_before_slack_goes_down_gets_its_headline_and_channel_later(
    story: Story,
):
    story.ana.command("/incident", "The database is down", "general")
    story.fault(outage=True)
    story.ana.submits({})
    assert Incident.objects.get().report == "The database is down"
    for _ in range(60):
        story.pass_minutes(1)
    assert not story.bot_says("incidents")
    story.heal()
    story.forward(minutes=1)
    story.settle()
    assert len(story.bot_says("incidents")) == 1
    asks_for_channel(story, Incident.objects.get())
    story.settle()
    assert CommsChannel.objects.exists()


def test_a_close_while_slack_is_down_is_announced_once_afterwards(story: Story, incident: Incident):
    channel = story.opens_channel(story.ana, incident)
    story.fault(outage=True)
    story.bob.clicks(story.headline(incident), "close-incident-button")
    story.dana.clicks(story.headline(incident), "close-incident-button")
    story.settle()
    assert Incident.objects.get().is_closed()
    story.forward(minutes=50)
    story.heal()
    story.settle()
    closed = [text for text in story.bot_says(channel.channel_name) if "has been closed" in text]
    assert len(closed) == 1
    assert len(story.bob.direct_messages()) == 1


# -- a channel of which one step fails ------------------------------------------------------------


@pytest.mark.parametrize("fault", ["rate_limit", "server_error", "drop_after_work"])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_three_times_ends_in_one_complete_channel(
    story: Story, incident: Incident, step: str, fault: str
):
    story.fault(**{f"{fault}_methods": [step], f"{fault}_count": 3, "retry_after": 30})
    asks_for_channel(story, incident)
    story.settle()
    if fault == "rate_limit":
        asked = len(story.workspace.calls(step))
        story.forward(29)
        story.settle()
        assert len(story.workspace.calls(step)) == asked, "Retry-After is waited out"
    for _ in range(6):
        story.forward(30)
        story.settle()
    # A message whose answer was lost cannot be told from one that was never posted.
    in_doubt = fault == "drop_after_work" and step == "chat.postMessage"
    assert_one_complete_channel(story, incident, welcomes=4 if in_doubt else 1)


def test_a_429_that_lasts_for_ten_minutes_is_no_reason_to_give_up(story: Story, incident: Incident):
    elsewhere = story.opens_channel(story.dana, story.declares(story.dana, "The queue is full"))
    story.fault(rate_limit_methods=["conversations.setTopic"], rate_limit_count=20, retry_after=30)
    asks_for_channel(story, incident)
    for _ in range(21):
        # Others succeed meanwhile, and still a 429 is not the call's fault.
        story.says(story.dana, elsewhere, "@incident status")
        story.forward(30)
    story.settle()
    channel = CommsChannel.objects.get(incident=incident)
    assert story.workspace.channel(channel.channel_id).topic
    assert not Call.objects.exclude(state__in=["sent", "dropped"]).exists()


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, and it gives nothing back."""


def dies_when(
    patch: pytest.MonkeyPatch, at: Callable[[str], bool], *, before_the_call: bool = False
) -> None:
    """From now on the process dies around the Slack calls that ``at`` says."""
    call = SlackClient.api_call

    def api_call(self: SlackClient, method: str, **arguments: Any) -> Any:
        dies = at(method)
        if dies and before_the_call:
            raise Killed
        try:
            return call(self, method, **arguments)
        finally:
            if dies:
                raise Killed

    patch.setattr(SlackClient, "api_call", api_call)
    patch.setattr(leases, "release", lambda lease: None)


@pytest.mark.parametrize("before_the_call", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_around_any_step_ends_in_one_complete_channel(
    story: Story, incident: Incident, monkeypatch: Any, step: str, before_the_call: bool
):
    asks_for_channel(story, incident)
    with monkeypatch.context() as patch:
        dies_when(patch, step.__eq__, before_the_call=before_the_call)
        with pytest.raises(Killed):
            story.settle()
    assert Conversation.objects.exclude(lease_token=None).exists(), "it gave nothing back"
    story.forward(31)
    story.settle()
    assert_one_complete_channel(story, incident, welcomes=1 if before_the_call else 2)


def test_a_crash_after_each_step_in_turn_ends_in_one_complete_channel(
    story: Story, incident: Incident, monkeypatch: Any
):
    asks_for_channel(story, incident)
    survived: list[str] = []

    def is_new(method: str) -> bool:
        survived.append(method)
        return survived.count(method) == 1

    with monkeypatch.context() as patch:
        dies_when(patch, is_new)
        for _ in range(20):
            with suppress(Killed):
                story.settle()
            story.forward(31)
    assert set(survived) >= {*STEPS, "auth.test", "conversations.list"}
    assert_one_complete_channel(story, incident, welcomes=2)


# -- the answer of conversations.create -----------------------------------------------------------


def test_a_created_channel_whose_answer_was_lost_is_taken_and_no_second_one_made(
    story: Story, incident: Incident
):
    story.fault(drop_after_work_methods=["conversations.create"], drop_after_work_count=1)
    asks_for_channel(story, incident)
    story.settle()
    assert len(made_channels(story)) == 1
    assert not CommsChannel.objects.exists()
    story.forward(5)
    story.settle()
    assert_one_complete_channel(story, incident)
    assert CommsChannel.objects.get().channel_name == channels.comms_channel_name(incident)


def test_a_lease_that_expires_while_slack_makes_the_channel_ends_in_one_channel(
    story: Story, incident: Incident, monkeypatch: Any
):
    """Another process takes the call over, while the first still waits for Slack's answer."""
    call = SlackClient.api_call
    slow = ["conversations.create"]

    def api_call(self: SlackClient, method: str, **arguments: Any) -> Any:
        answer = call(self, method, **arguments)
        if method in slow:
            slow.remove(method)
            story.forward(31)
            elsewhere(story.settle)
        return answer

    monkeypatch.setattr(SlackClient, "api_call", api_call)
    asks_for_channel(story, incident)
    story.settle()
    assert_one_complete_channel(story, incident)


def test_the_name_of_somebody_elses_channel_gets_a_suffix(story: Story, incident: Incident):
    name = channels.comms_channel_name(incident)
    theirs = story.bob.creates_channel(name)
    channel = story.opens_channel(story.ana, incident)
    assert channel.channel_name == f"{name}-2"
    assert_one_complete_channel(story, incident)
    theirs.refresh_from_db()
    assert not theirs.topic


@pytest.mark.parametrize("fault", ["server_error", "drop_after_work"])
def test_somebody_elses_channel_is_not_taken_for_ours_although_our_attempt_is_in_doubt(
    story: Story, incident: Incident, fault: str
):
    """Slack fails, perhaps after the work; meanwhile somebody makes a channel of that name."""
    name = channels.comms_channel_name(incident)
    story.fault(server_error_methods=["conversations.create"], server_error_count=1)
    asks_for_channel(story, incident)
    story.settle()
    theirs = story.bob.creates_channel(name)
    story.fault(**{f"{fault}_methods": ["conversations.create"], f"{fault}_count": 1})
    for _ in range(5):
        story.forward(10)
        story.settle()
    assert_one_complete_channel(story, incident)
    assert CommsChannel.objects.get().channel_name == f"{name}-2"
    assert CommsChannel.objects.get().channel_id != theirs.id


def test_another_incidents_channel_of_the_same_name_is_not_taken_for_ours(
    story: Story, incident: Incident
):
    first = story.opens_channel(story.ana, incident)
    second = story.declares(story.ana, incident.report)
    story.fault(server_error_methods=["conversations.create"], server_error_count=1)
    asks_for_channel(story, second)
    for _ in range(5):
        story.settle()
        story.forward(10)
    channel = CommsChannel.objects.get(incident=second)
    assert channel.channel_id != first.channel_id
    assert channel.channel_name == f"{first.channel_name}-2"


def test_a_channel_of_ours_from_long_ago_is_not_taken_for_the_one_in_doubt(
    story: Story, incident: Incident
):
    old = story.workspace.channel("general")
    name = channels.comms_channel_name(incident)
    Channel.objects.filter(pk=old.pk).update(
        name=name, creator=story.workspace.bot, created=timezone.now().timestamp() - 7200
    )
    story.fault(server_error_methods=["conversations.create"], server_error_count=1)
    asks_for_channel(story, incident)
    for _ in range(5):
        story.settle()
        story.forward(10)
    assert CommsChannel.objects.get().channel_name == f"{name}-2"


# -- what no retry can mend -----------------------------------------------------------------------


def test_a_refusal_that_no_retry_mends_is_told_to_who_asked_and_can_be_tried_again(
    story: Story, incident: Incident
):
    story.fault(
        error_methods=["conversations.create"], error_count=1, error_code="restricted_action"
    )
    asks_for_channel(story, incident)
    story.settle()
    assert not CommsChannel.objects.exists()
    assert len(story.ana.direct_messages()) == 1
    asks_for_channel(story, incident)
    story.settle()
    assert CommsChannel.objects.filter(incident=incident).count() == 1


def test_a_channel_in_which_one_step_is_refused_for_good_gets_all_the_others(
    story: Story, incident: Incident
):
    story.fault(error_methods=["conversations.setTopic"], error_count=1, error_code="too_long")
    channel = story.opens_channel(story.ana, incident)
    assert [text for text in story.bot_says(channel.channel_name) if "@incident" in text.lower()]
    assert f"<#{channel.channel_id}>" in said(story.headline(incident))
    assert Call.objects.get(state="parked").method == "conversations.setTopic"
