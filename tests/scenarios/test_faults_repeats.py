"""What comes again, comes late, or is handled twice at once still happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from response.core.models import Action, Incident, TimelineEvent
from response.sandbox import sending
from response.sandbox.errors import ApiError
from response.slack import registry
from response.slack.decorators import (
    dialog_handler,
    incident_command,
    shortcut_handler,
    slack_event,
)
from response.slack.models import Call, CommsChannel, HandlerRun, PinnedMessage, UserStats
from tests.scenarios import wire
from tests.scenarios.others import elsewhere
from tests.scenarios.story import Story, said

SHORTCUT = "count-me"
DIALOG = "old-dialog"


@pytest.fixture(autouse=True)
def own_registrations() -> Iterator[None]:
    with (
        registry.commands.temporarily(),
        registry.events.temporarily(),
        registry.shortcuts.temporarily(),
        registry.dialogs.temporarily(),
    ):
        yield


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    return story.opens_channel(story.ana, story.declares(story.ana))


# -- the same delivery three times -----------------------------------------------------------


def _message(story: Story, channel: CommsChannel) -> Callable[[], int]:
    story.bob.joins(channel.channel_name)
    story.settle()
    story.bob.says(channel.channel_name, "It is the cache.")
    return lambda: UserStats.objects.get(user__external_id=story.bob.id).message_count


def _command(story: Story, channel: CommsChannel) -> Callable[[], int]:
    story.ana.says(channel.channel_name, "@incident action Write it up")
    return Action.objects.count


def _pin(story: Story, channel: CommsChannel) -> Callable[[], int]:
    message = story.says(story.ana, channel, "It is the cache.")
    story.ana.pins(message)
    return TimelineEvent.objects.filter(event_type="slack_pin").count


def _join(story: Story, channel: CommsChannel) -> Callable[[], int]:
    story.bob.joins(channel.channel_name)
    return UserStats.objects.filter(user__external_id=story.bob.id).count


def _close(story: Story, channel: CommsChannel) -> Callable[[], int]:
    story.bob.clicks(story.headline(channel.incident), "close-incident-button")
    return TimelineEvent.objects.filter(text="Incident closed").count


def _open_channel(story: Story, channel: CommsChannel) -> Callable[[], int]:
    other = story.declares(story.ana, "The queue is full")
    story.bob.clicks(story.headline(other), "create-comms-channel-button")
    return CommsChannel.objects.filter(incident=other).count


def _declare(story: Story, channel: CommsChannel) -> Callable[[], int]:
    story.bob.command("/incident", "The queue is full")
    story.bob.submits({})
    return Incident.objects.filter(report="The queue is full").count


def _shortcut(story: Story, channel: CommsChannel) -> Callable[[], int]:
    used = []

    @shortcut_handler(SHORTCUT)
    def count(context):
        used.append(context.user_id)

    story.bob.uses_shortcut(SHORTCUT)
    return lambda: len(used)


def _dialog(story: Story, channel: CommsChannel) -> Callable[[], int]:
    submitted = []

    @dialog_handler(DIALOG)
    def dialog(user_id, channel_id, submission, response_url, state):
        submitted.append(submission)

    block = {"type": "input", "block_id": "b", "label": {"type": "plain_text", "text": "B"}}
    block |= {"element": {"type": "plain_text_input", "action_id": "a"}}
    view = {"type": "modal", "callback_id": DIALOG, "blocks": [block]}
    titles = {name: {"type": "plain_text", "text": name} for name in ("title", "submit")}
    story.workspace.open_modal(story.bob.id, view | titles)
    story.bob.submits({"b": "something"})
    return lambda: len(submitted)


KINDS = {
    "message": _message,
    "command": _command,
    "pin": _pin,
    "join": _join,
    "close": _close,
    "open channel": _open_channel,
    "declare": _declare,
    "shortcut": _shortcut,
    "dialog": _dialog,
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_delivery_three_times_takes_effect_once(
    story: Story, channel: CommsChannel, kind: str
):
    effect = KINDS[kind](story, channel)
    delivery = wire.last_delivery(story.workspace)
    story.workspace.deliver()
    assert wire.deliver_again(delivery) == 200
    story.settle()
    assert effect() == 1
    asked = story.methods()
    assert wire.deliver_again(delivery) == 200
    story.settle()
    assert effect() == 1
    assert story.methods() == asked
    assert Call.objects.filter(state="parked").count() == 0


def test_the_same_slash_command_again_opens_no_second_modal_and_declares_nothing(story: Story):
    story.ana.command("/incident", "down", "general")
    assert wire.deliver_again(wire.last_delivery(story.workspace)) == 200
    assert len(story.workspace.calls("views.open")) == 2
    assert [call.answer["ok"] for call in story.workspace.calls("views.open")] == [True, False]
    assert not Incident.objects.exists()


def test_events_that_slack_itself_delivers_three_times_count_once(
    story: Story, channel: CommsChannel
):
    story.fault(duplicate_deliveries=2)
    message = story.says(story.ana, channel, "It is the cache.")
    story.ana.pins(message)
    story.says(story.ana, channel, "@incident summary The cache is cold.")
    assert PinnedMessage.objects.count() == 1
    assert story.reactions(message) == []
    assert UserStats.objects.get(user__external_id=story.ana.id).message_count == 2
    assert TimelineEvent.objects.filter(event_type="slack_pin").count() == 1


# -- late answers and late triggers -----------------------------------------------------------


def _too_late(path: str, body: bytes, headers: Any) -> sending.Reply:
    """The app does its work and answers, and Slack has given up meanwhile."""
    sending.over_http(path, body, headers)
    return sending.Reply(error="http_timeout")


def test_submit_pressed_again_after_a_time_out_makes_one_incident(story: Story):
    story.ana.command("/incident", "The database is down", "general")
    with sending.transported_by(_too_late), pytest.raises(ApiError, match="operation_timeout"):
        story.ana.submits({"summary": "Nobody can log in"})
    assert story.ana.modal is not None, "what was typed is still there"
    story.settle()
    result = story.ana.submits({"summary": "Nobody can log in"})
    assert not result.errors
    assert story.ana.modal is None
    story.settle()
    assert Incident.objects.get().summary == "Nobody can log in"
    assert len(story.bot_says("incidents")) == 1
    assert len(story.ana.ephemerals("general")) == 1


def test_an_edit_submitted_again_after_a_time_out_keeps_what_others_changed_since(
    story: Story, channel: CommsChannel
):
    story.ana.clicks(story.headline(channel.incident), "edit-incident-button")
    with sending.transported_by(_too_late), pytest.raises(ApiError, match="operation_timeout"):
        story.ana.submits({"summary": "The first summary"})
    story.settle()
    incident = Incident.objects.get()
    incident.summary = "A newer summary"
    incident.save()
    story.ana.submits({"summary": "The first summary"})
    incident.refresh_from_db()
    assert incident.summary == "A newer summary"


def test_a_trigger_that_is_too_old_for_the_declare_modal_answers_with_what_was_typed(story: Story):
    story.fault(expire_triggers=True)
    answer = story.ana.command("/incident", "the <database> is down", "general")
    assert answer is not None
    assert answer.only_for_id == story.ana.id
    assert "the &lt;database&gt; is down" in said(answer)
    story.heal()
    assert story.ana.command("/incident", "the database is down", "general") is None
    story.ana.opens(callback_id="incident-report-dialog")


def test_a_trigger_that_is_too_old_for_the_edit_button_is_told_with_a_button_that_works(
    story: Story,
):
    incident = story.declares(story.ana)
    story.fault(expire_triggers=True)
    story.bob.clicks(story.headline(incident), "edit-incident-button")
    story.settle()
    assert story.bob.modal is None
    told = story.bob.ephemerals("incidents")
    assert len(told) == 1
    assert not story.ana.ephemerals("incidents")
    story.heal()
    story.bob.clicks(told[0], "edit-incident-button")
    story.bob.opens(callback_id="incident-edit-dialog")
    assert not story.bob.submits({"report": "Another title"}).errors
    assert str(Incident.objects.get()) == "Another title"


def test_a_slack_that_fails_when_the_edit_modal_opens_is_told_with_a_button_that_works(
    story: Story,
):
    incident = story.declares(story.ana)
    story.fault(server_error_methods=["views.open"], server_error_count=1)
    story.bob.clicks(story.headline(incident), "edit-incident-button")
    story.settle()
    told = story.bob.ephemerals("incidents")
    assert len(told) == 1
    story.bob.clicks(told[0], "edit-incident-button")
    story.bob.opens(callback_id="incident-edit-dialog")


# -- handlers that fail, and handlers that are run twice at once --------------------------------


def test_of_two_handlers_of_an_event_the_one_that_raises_fails_alone(
    story: Story, channel: CommsChannel
):
    tries = []

    @slack_event("message")
    def broken(incident, payload):
        tries.append(payload["text"])
        if len(tries) < 3:
            raise RuntimeError("broken")

    @slack_event("message")
    def works(incident, payload):
        incident.comms_channel().post_in_channel(f"heard {payload['text']}")

    story.says(story.ana, channel, "one")
    story.says(story.ana, channel, "two")
    assert story.bot_says(channel.channel_name)[-2:] == ["heard one", "heard two"]
    assert tries == ["one", "two"], "the first waits for its next try, the second came meanwhile"
    assert UserStats.objects.get(user__external_id=story.ana.id).message_count == 2
    story.pass_minutes(2)
    assert sorted(tries) == ["one", "one", "two", "two"]
    assert not HandlerRun.objects.exclude(state="done").exists()
    assert story.bot_says(channel.channel_name).count("heard one") == 1


def test_a_lease_that_expires_in_the_middle_of_a_hosts_handler_sends_one_answer(
    story: Story, channel: CommsChannel
):
    """It runs twice, as its documentation says; what it asks Slack for is sent once."""
    began = []

    @incident_command(["slow"])
    def slow(incident, user_id, message):
        began.append(1)
        incident.comms_channel().post_in_channel("done at last")
        if len(began) == 1:
            story.forward(121)
            elsewhere(story.work)
        return True, None

    message = story.says(story.ana, channel, "@incident slow")
    assert len(began) == 2
    assert story.bot_says(channel.channel_name).count("done at last") == 1
    assert story.reactions(message) == ["white_check_mark"]
    assert not HandlerRun.objects.exclude(state="done").exists()


def test_a_lease_that_expires_in_the_middle_of_an_atomic_handler_has_one_effect(
    story: Story, channel: CommsChannel
):
    if not connection.features.has_select_for_update:
        pytest.skip("SQLite lets nobody write in the middle of another's transaction.")
    began = []

    @incident_command(["slow"], atomic=True)
    def slow(incident, user_id, message):
        began.append(1)
        Action.objects.create(incident=incident, details="done", user=incident.reporter)
        if len(began) == 1:
            story.forward(31)
            elsewhere(story.work)
        return True, None

    message = story.says(story.ana, channel, "@incident slow")
    assert len(began) == 2
    assert Action.objects.count() == 1
    assert story.reactions(message) == ["white_check_mark"]
    assert not HandlerRun.objects.exclude(state="done").exists()
