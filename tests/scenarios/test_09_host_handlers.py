"""A host's own handlers, as the documentation has always shown them: those of the demo's host."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest

from response.core.models import Incident, TimelineEvent
from response.slack import block_kit, registry
from response.slack.decorators import (
    ActionContext,
    action_handler,
    dialog_handler,
    event_handler,
    headline_post_action,
    keyword_handler,
)
from response.slack.dialog_builder import Dialog, SelectFromUsers, Text
from response.slack.models import CommsChannel, HeadlinePost, UserStats
from tests.scenarios.story import Story, buttons, said

CREATE, EDIT, CLOSE = (
    f"{name}-button" for name in ("create-comms-channel", "edit-incident", "close-incident")
)


@pytest.fixture(autouse=True)
def registrations() -> Iterator[None]:
    """What a test registers is forgotten after it."""
    with ExitStack() as stack:
        for each in registry.ALL:
            stack.enter_context(each.temporarily())
        yield


@pytest.fixture
def acme() -> None:
    """The demo's host is installed: its ``response_handlers`` are loaded."""
    sys.modules.pop("acme.response_handlers", None)
    import_module("acme.response_handlers")


def said_with(story: Story, channel: CommsChannel, words: str) -> list[str]:
    return [text for text in story.bot_says(channel.channel_id) if words in text]


# -- the demo's ----------------------------------------------------------------------------------


def test_its_duration_command_replaces_the_built_in_one(story: Story, acme: None):
    channel = story.begins()
    story.forward(minutes=12)
    story.says(story.ana, channel, "@incident duration")
    assert story.answer(channel) == "⏱️ The incident has been running for 12 mins"
    story.says(story.ana, channel, "@incident help")
    assert story.answer(channel).count("`@incident duration`") == 1


def test_it_proposes_a_break_every_half_hour_and_a_look_at_the_status_page_once(
    story: Story, acme: None
):
    channel = story.begins(lead="ana", severity="2")
    for _ in range(14):
        story.forward(minutes=5)
        story.tick()
    assert len(said_with(story, channel, "30 minutes have elapsed")) == 2
    assert len(said_with(story, channel, "update the status page?")) == 1


def test_it_points_at_the_runbooks_when_somebody_speaks_of_them(story: Story, acme: None):
    channel = story.begins()
    story.says(story.bob, channel, "Is there a Runbook for this?")
    story.says(story.bob, channel, "a run book, I mean")
    assert len(said_with(story, channel, "see https://runbooks.acme.example/")) == 2


def test_its_close_action_closes_as_the_built_in_one_does(story: Story, acme: None):
    channel = story.begins(lead="bob")
    headline = story.headline(channel.incident)
    story.dana.clicks(headline, CLOSE)
    story.chidi.clicks(headline, CLOSE)
    story.settle()
    assert Incident.objects.get().is_closed()
    assert len(said_with(story, channel, f"has been closed by {story.dana.mention}")) == 1
    assert "💧 *Status:* Resolved" in said(story.headline(channel.incident))
    assert len(story.bob.direct_messages()) == 1
    assert "already closed" in story.told(story.chidi)[0]


def test_its_headline_button_pages_in_the_channel_or_in_the_thread(story: Story, acme: None):
    incident = story.declares(story.ana)
    assert buttons(story.headline(incident)) == [CREATE, "page-on-call-button", EDIT, CLOSE]
    story.bob.clicks(story.headline(incident), "page-on-call-button")
    story.settle()
    reply = story.workspace.messages("incidents")[-1]
    assert reply.text == f"📟 {story.bob.mention} paged Acme's on-call engineer."
    assert reply.thread_ts == story.headline(incident).ts
    channel = story.opens_channel(story.ana, incident)
    story.bob.clicks(story.headline(incident), "page-on-call-button")
    story.settle()
    assert len(said_with(story, channel, "paged Acme's on-call engineer")) == 1


def test_its_pin_handler_runs_beside_the_timelines(story: Story, acme: None):
    channel = story.begins()
    story.ana.pins(story.says(story.bob, channel, "Failing over"))
    story.settle()
    assert story.answer(channel) == f"📌 {story.ana.mention} put that on the timeline."
    assert TimelineEvent.objects.get().text == "Failing over"


# -- the other forms that the documentation shows ------------------------------------------------


def test_keyword_handlers_of_both_signatures_run_and_several_hosts_share_a_word(story: Story):
    """In 0.5.1 the host that was loaded last had the word alone."""
    heard: list[tuple[Any, ...]] = []

    def of_0_3(comms_channel: CommsChannel, user: str, text: str, ts: str) -> None:
        heard.append((comms_channel, user, text, ts))

    with pytest.deprecated_call(match="keyword"):
        keyword_handler(["runbook"])(of_0_3)

    @keyword_handler(["runbook", "run book"])
    def of_0_5(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
        heard.append((comms_channel, user, keyword, text, ts))

    channel = story.begins()
    message = story.says(story.bob, channel, "Is there a run book? Or a RUNBOOK?")
    ts, text = message.ts, message.text
    assert sorted(heard, key=len) == [
        (channel, story.bob.id, text, ts),
        (channel, story.bob.id, "runbook", text, ts),
        (channel, story.bob.id, "run book", text, ts),
    ]


def test_a_keyword_is_a_word_that_is_said_and_nothing_else(story: Story):
    """In 0.5.1 it was found within words, in commands and in topics."""
    heard: list[str] = []

    @keyword_handler(["book"])
    def listen(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
        heard.append(text)

    channel = story.begins()
    story.says(story.bob, channel, "Who booked the notebook?")
    story.says(story.bob, channel, "@incident summary the book is lost")
    story.bob.sets_topic(channel.channel_id, "the book")
    story.bob.says("general", "a book")
    story.settle()
    assert heard == []
    story.says(story.bob, channel, "The (book) is here.")
    assert heard == ["The (book) is here."]


def test_an_alert_of_a_bot_can_say_a_keyword(story: Story):
    """In 0.5.1 alerts never triggered anything."""
    heard: list[str] = []

    @keyword_handler(["cpu"])
    def listen(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
        heard.append(user)

    channel = story.begins()
    story.hears(
        {"type": "message", "subtype": "bot_message", "bot_id": "B0ALERT", "text": "CPU at 100 %"},
        channel,
    )
    assert heard == ["B0ALERT"]
    assert UserStats.objects.get(incident=channel.incident).user.external_id == story.ana.id


def test_one_handler_that_fails_keeps_no_other_from_running(story: Story):
    """In 0.5.1 it kept those after it, and the message was delivered three times."""

    @event_handler("message")
    def broken(incident: Incident, payload: dict[str, Any]) -> None:
        raise RuntimeError("the pager is down")

    @keyword_handler(["runbook"])
    def listen(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
        comms_channel.post_in_channel("Here it is.")

    channel = story.begins()
    story.says(story.bob, channel, "Is there a runbook?")
    assert len(said_with(story, channel, "Here it is.")) == 1
    stats = UserStats.objects.get(incident=channel.incident, user__external_id=story.bob.id)
    assert stats.message_count == 1


def test_an_action_handler_in_the_form_before_0_3_gets_incident_user_and_message(story: Story):
    got: list[tuple[Any, ...]] = []

    @headline_post_action(order=50)
    def button(headline_post: HeadlinePost) -> block_kit.Button:
        return block_kit.Button("Old", "old-button", value=headline_post.incident.pk)

    def old(incident: Incident, user_id: str, message: str) -> None:
        got.append((incident, user_id, message))

    with pytest.deprecated_call(match="action_context"):
        action_handler("old-button")(old)
    incident = story.declares(story.ana)
    headline = story.headline(incident)
    story.bob.clicks(headline, "old-button")
    story.settle()
    assert got == [(incident, story.bob.id, headline.text)]


def test_a_dialog_comes_back_with_what_was_entered_its_state_and_its_channel(story: Story):
    got: list[tuple[Any, ...]] = []

    @headline_post_action(order=50)
    def button(headline_post: HeadlinePost) -> block_kit.Button:
        return block_kit.Button("Hand over", "hand-over", value=headline_post.incident.pk)

    @action_handler("hand-over", opens_modal=True)
    def ask(action_context: ActionContext) -> None:
        dialog = Dialog(
            title="Hand over",
            submit_label="Hand over",
            state=action_context.incident.pk,
            elements=[
                SelectFromUsers(label="To", name="to"),
                Text(label="Why", name="why", optional=True),
            ],
        )
        dialog.send_open_dialog("hand-over", action_context.trigger_id)

    @dialog_handler("hand-over")
    def hand_over(
        user_id: str, channel_id: str, submission: dict[str, Any], response_url: str, state: str
    ) -> None:
        got.append((user_id, channel_id, submission, bool(response_url), state))

    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), "hand-over")
    story.bob.opens(callback_id="hand-over")
    assert not story.bob.submits({"to": "dana", "why": "It is late"}).errors
    story.settle()
    entered = {"to": story.dana.id, "why": "It is late"}
    assert got == [(story.bob.id, "C0INCIDENTS", entered, True, str(incident.pk))]


def test_an_event_handler_gets_the_event_as_slack_sent_it(story: Story):
    got: list[tuple[Incident, dict[str, Any]]] = []

    @event_handler("pin_added")
    def listen(incident: Incident, payload: dict[str, Any]) -> None:
        got.append((incident, payload))

    channel = story.begins()
    message = story.says(story.bob, channel, "Failing over")
    story.ana.pins(message)
    story.ana.pins(story.ana.says("general", "Lunch?"))
    story.settle()
    [(incident, payload)] = got
    assert incident == channel.incident
    assert payload["item"]["message"]["text"] == "Failing over"
    assert payload["user"] == story.ana.id
