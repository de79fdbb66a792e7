"""The app and the sandbox together honour what Slack and an app owe each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from response.core.models import Action, Incident
from response.sandbox import clock, credentials, sending, triggers, web_api
from response.sandbox.errors import ApiError
from response.sandbox.models import Delivery as Sent
from response.slack import (
    block_kit,
    declare,
    intake,
    messages,
    modals,
    outbox,
    permissions,
    registry,
)
from response.slack.client import get_client
from response.slack.context import ActionContext
from response.slack.decorators import action_handler, headline_post_action
from response.slack.errors import SlackPermanentError
from response.slack.models import CommsChannel, Delivery, HeadlinePost
from tests.scenarios.story import Story, buttons, said

# As they are for people; the fixtures of the stories are more patient.
SLACKS = sending.DEADLINE
OURS = (declare.PATIENCE, modals.PATIENCE, permissions.PATIENCE)
CLOSE = "close-incident-button"


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    return story.begins()


@pytest.fixture
def host() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    with registry.headline_actions.temporarily(), registry.actions.temporarily():
        yield


# -- three seconds -------------------------------------------------------------------------------


def test_slack_waits_three_seconds_and_we_wait_for_slack_less_than_that():
    assert SLACKS == triggers.TRIGGER_SECONDS == 3.0
    assert all(0 < patience < SLACKS - 0.5 for patience in OURS)


def test_a_slack_that_is_too_slow_is_answered_for_in_time_with_what_was_typed(
    story: Story, monkeypatch: pytest.MonkeyPatch
):
    """In 0.5.1 the command failed and what was typed was gone."""
    answered, done = threading.Event(), threading.Event()
    served = web_api.answer

    def notice(*args: Any) -> Any:
        try:
            return served(*args)
        finally:
            done.set()

    monkeypatch.setattr(clock, "sleep", lambda seconds: seconds and answered.wait(10))
    monkeypatch.setattr(web_api, "answer", notice)
    monkeypatch.setattr(declare, "PATIENCE", 0.05)
    story.fault(latency_ms=5000)
    answer = story.ana.command("/incident", "the database is down", "general")
    answered.set()
    assert done.wait(10)
    assert answer is not None
    assert "the database is down" in said(answer)


def test_an_event_that_is_answered_too_late_comes_again_and_is_handled_once(
    story: Story, channel: CommsChannel, monkeypatch: pytest.MonkeyPatch
):
    """In 0.5.1 every event was worked off before the answer, and so was every repetition."""
    answered, done = threading.Event(), threading.Semaphore(0)
    receive = intake.receive_event

    def dawdle(*args: Any) -> None:
        answered.wait(10)
        receive(*args)
        done.release()

    monkeypatch.setattr(intake, "receive_event", dawdle)
    monkeypatch.setattr(sending, "DEADLINE", 0.2)
    story.ana.says(channel.channel_id, "@incident action rotate the keys")
    assert story.workspace.deliver() == 4
    assert {row.error for row in story.workspace.deliveries(state="pending")} == {"http_timeout"}
    answered.set()
    for _ in range(4):
        assert done.acquire(timeout=10)
    monkeypatch.setattr(sending, "DEADLINE", 60.0)
    story.forward(minutes=1)
    story.settle()
    mentions = story.workspace.deliveries(name="app_mention")
    assert [(row.state, row.attempts) for row in mentions] == [(Sent.State.DELIVERED, 3)]
    assert Action.objects.count() == 1


# -- retries -------------------------------------------------------------------------------------


def test_an_event_that_failed_comes_again_and_is_handled_once(
    story: Story, channel: CommsChannel, monkeypatch: pytest.MonkeyPatch
):
    fail(monkeypatch, times=4)
    story.ana.says(channel.channel_id, "@incident action rotate the keys")
    story.settle()
    assert not Action.objects.exists()
    story.forward(minutes=1)
    story.settle()
    [mention] = story.workspace.deliveries(name="app_mention")
    assert (mention.state, mention.attempts) == (Sent.State.DELIVERED, 3)
    assert Action.objects.count() == 1


def test_an_event_that_fails_four_times_is_given_up_and_the_next_is_handled(
    story: Story, channel: CommsChannel, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        fail(patch, times=100)
        story.ana.says(channel.channel_id, "@incident action rotate the keys")
        for minutes in (0, 1, 5, 60):
            story.forward(minutes=minutes)
            story.settle()
    [mention] = story.workspace.deliveries(name="app_mention")
    assert (mention.state, mention.attempts) == (Sent.State.FAILED, 4)
    story.says(story.ana, channel, "@incident action mend the disk")
    assert [action.details for action in Action.objects.all()] == ["mend the disk"]


def test_an_event_that_comes_late_is_handled(story: Story, channel: CommsChannel):
    story.fault(late_delivery_ms=90_000)
    story.says(story.ana, channel, "@incident severity major")
    assert Incident.objects.get().severity is None
    story.forward(seconds=90)
    story.settle()
    assert Incident.objects.get().severity == "2"


# -- signatures ----------------------------------------------------------------------------------


def test_what_was_signed_with_another_secret_is_refused_and_the_person_is_told(
    story: Story, channel: CommsChannel, settings: Any
):
    settings.RESPONSE_SANDBOX_SIGNING_SECRET = credentials.generate().signing_secret
    with pytest.raises(ApiError, match="dispatch_failed"):
        story.ana.command("/incident", "the database is down", "general")
    with pytest.raises(ApiError, match="dispatch_failed"):
        story.ana.clicks(story.headline(channel.incident), CLOSE)
    story.says(story.ana, channel, "@incident close")
    assert not Incident.objects.get().is_closed()
    assert {row.status for row in story.workspace.deliveries(state="pending")} <= {401, 403}


def test_while_a_secret_is_rotated_both_are_good(story: Story, settings: Any):
    next_one = credentials.generate().signing_secret
    settings.SLACK_SIGNING_SECRET = [next_one, settings.SLACK_SIGNING_SECRET]
    story.declares(story.ana, "Signed with the old one")
    settings.RESPONSE_SANDBOX_SIGNING_SECRET = next_one
    story.declares(story.ana, "Signed with the new one")
    assert Incident.objects.count() == 2


# -- triggers ------------------------------------------------------------------------------------


@pytest.fixture
def form_button(host: None) -> None:
    """A host's button that opens a form, and by mistake another with the same trigger."""

    @headline_post_action(order=50)
    def button(headline_post: HeadlinePost) -> block_kit.Button:
        return block_kit.Button("Form", "form-button", value=headline_post.incident.pk)

    @action_handler("form-button", opens_modal=True)
    def open_twice(context: ActionContext) -> None:
        for _ in range(2):
            view = modals.edit_modal(context.incident)
            get_client().api_call("views.open", trigger_id=context.trigger_id, view=view)


def test_a_trigger_works_once_and_who_clicked_is_asked_to_click_again(
    story: Story, form_button: None
):
    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), "form-button")
    story.settle()
    answers = [call.answer for call in story.workspace.calls("views.open")]
    assert [answer.get("error") for answer in answers] == [None, None, "exchanged_trigger_id"]
    [told] = story.bob.ephemerals("incidents")
    assert messages.TRIGGER_EXPIRED in said(told)
    assert buttons(told) == ["form-button"]


# -- response URLs -------------------------------------------------------------------------------


def test_an_answer_to_a_click_is_seen_by_who_clicked_only(story: Story, channel: CommsChannel):
    headline = story.headline(channel.incident)
    for person in (story.bob, story.chidi):
        person.clicks(headline, CLOSE)
    story.settle()
    assert len(story.chidi.ephemerals("incidents")) == 1
    assert story.bob.ephemerals("incidents") == []
    assert "chat.postEphemeral" not in story.methods()


def test_an_answer_that_comes_after_half_an_hour_comes_all_the_same(
    story: Story, channel: CommsChannel
):
    headline = story.headline(channel.incident)
    for person in (story.bob, story.chidi):
        person.clicks(headline, CLOSE)
    story.forward(minutes=31)
    story.settle()
    [told] = story.chidi.ephemerals("incidents")
    assert "already closed" in told.text
    assert story.given_up() == []


def test_an_answer_to_somebody_who_has_left_comes_directly(story: Story, channel: CommsChannel):
    headline = story.headline(channel.incident)
    for person in (story.bob, story.chidi):
        person.clicks(headline, CLOSE)
    story.chidi.leaves("incidents")
    story.forward(minutes=31)
    story.settle()
    [told] = story.chidi.direct_messages()
    assert "already closed" in told.text


# -- what the Web API refuses --------------------------------------------------------------------


def test_a_method_that_slack_does_not_have_is_a_permanent_error(story: Story):
    with pytest.raises(SlackPermanentError) as refused:
        get_client().api_call("conversations.frobnicate", channel="C0GENERAL")
    assert refused.value.slack_error == "unknown_method"


def test_a_message_that_slack_would_not_show_is_given_up_at_once_and_keeps_nothing_back(
    story: Story, channel: CommsChannel
):
    block = {"type": "divider"}
    outbox.post(channel.channel_id, "too much", blocks=[block] * 51)
    outbox.post(channel.channel_id, "x" * 40_001)
    outbox.post(channel.channel_id, "all is well")
    story.settle()
    assert story.answer(channel) == "all is well"
    refused = story.given_up()
    assert len(refused) == 2
    assert "invalid_blocks" in refused[0]
    assert "msg_too_long" in refused[1]


def test_a_channel_that_the_bot_is_not_in_is_said_to_the_operator_and_works_once_it_is(
    story: Story,
):
    team = story.workspace.team
    team.scopes = [scope for scope in team.scopes if scope != "chat:write.public"]
    team.save()
    story.workspace.channel("incidents").memberships.filter(user=story.workspace.bot).delete()
    incident = story.declares(story.ana, "The database is down")
    [refused] = story.given_up()
    assert "not_in_channel" in refused
    story.ana.invites("incidents", "incident")
    incident.severity = "1"
    incident.save()
    story.settle()
    assert "Critical" in said(story.headline(incident))


def test_a_token_that_slack_no_longer_takes_loses_nothing(story: Story, settings: Any):
    incident = story.declares(story.ana, "The database is down")
    good, settings.SLACK_TOKEN = settings.SLACK_TOKEN, "xoxb-revoked"
    incident.report = "The network is down"
    incident.save()
    story.settle()
    assert "The database is down" in said(story.headline(incident))
    settings.SLACK_TOKEN = good
    story.forward(minutes=1)
    story.settle()
    assert "The network is down" in said(story.headline(incident))
    assert story.given_up() == []


def fail(patch: pytest.MonkeyPatch, *, times: int) -> None:
    """The app answers so many events with a 500."""
    receive, left = intake.receive_event, iter(range(times))

    def broken(*args: Any) -> None:
        if next(left, None) is not None:
            raise RuntimeError("the database is away")
        receive(*args)

    patch.setattr(intake, "receive_event", broken)


def test_a_delivery_that_was_taken_leaves_no_payload_behind(story: Story, channel: CommsChannel):
    story.says(story.ana, channel, "@incident severity major")
    assert Delivery.objects.exists()
    assert not Delivery.objects.exclude(payload="").exists()
