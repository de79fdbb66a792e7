"""What a host can do and see with the test kit, in its own words."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.utils import timezone

from response.models import CommsChannel, Incident
from response.sandbox.errors import ApiError
from response.slack import block_kit, registry
from response.slack.client import SlackClient, get_client
from response.slack.context import ActionContext, ModalContext, ShortcutContext
from response.slack.decorators import (
    action_handler,
    incident_command,
    keyword_handler,
    modal_handler,
    recurring_notification,
    shortcut_handler,
    slack_event,
)
from response.testing import HandlerFailed, Slack


def test_a_command_is_tested_in_five_lines(slack: Slack):
    channel = slack.open_incident("The database is down")
    slack.forward(minutes=12)
    mention = slack.mention("@incident duration", channel=channel)
    assert mention.reactions == ("white_check_mark",)
    assert "12 min" in slack.posts(channel)[-1].text


def test_each_test_begins_with_a_workspace_in_which_nothing_happened(slack: Slack):
    slack.declare()
    assert Incident.objects.count() == len(slack.posts("incidents")) == 1
    with Slack.in_test() as other:
        assert other.posts("#incidents") == other.calls() == []


def test_a_handler_that_a_test_registers_is_gone_after_it():
    with Slack.in_test():
        incident_command(["of-one-test"])(lambda incident, user_id, message: (True, None))
        assert registry.commands.get("of-one-test") is not None
    assert registry.commands.get("of-one-test") is None


def test_settings_and_connections_are_put_back():
    before = settings.SLACK_TOKEN, settings.DATABASE_ROUTERS, connections["sandbox"]
    with Slack.in_test():
        assert before[0] != settings.SLACK_TOKEN
        assert connections["sandbox"] is not before[2]
    assert (settings.SLACK_TOKEN, settings.DATABASE_ROUTERS, connections["sandbox"]) == before


def test_what_waits_for_the_commit_is_done(slack: Slack):
    done: list[str] = []

    @incident_command(["later"])
    def later(incident: Incident, user_id: str, message: str) -> tuple[bool, None]:
        transaction.on_commit(lambda: done.append(message))
        return True, None

    channel = slack.open_incident()
    slack.mention("later this", channel=channel)
    assert done == ["this"]


@pytest.mark.django_db(transaction=True)
def test_the_same_where_transactions_are_real(slack: Slack):
    done: list[str] = []

    @incident_command(["later"])
    def later(incident: Incident, user_id: str, message: str) -> tuple[bool, str]:
        transaction.on_commit(lambda: done.append(message))
        return True, "Later."

    channel = slack.open_incident()
    slack.mention("later this", channel=channel)
    assert done == ["this"]
    assert slack.posts(channel)[-1].text == "Later."


def test_neither_a_thread_nor_a_socket_is_needed(slack: Slack, monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a thread or a socket was wanted")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    channel = slack.open_incident()
    slack.click("close-incident-button", on=slack.headline(channel.incident), user="bob")
    assert Incident.objects.get().is_closed()
    assert "closed by <@U0BOB>" in slack.posts(channel)[-1].text


def test_a_failing_handler_fails_the_test_with_its_exception(slack: Slack):
    @keyword_handler(["pager"])
    def broken(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
        raise ZeroDivisionError("the pager is down")

    channel = slack.open_incident()
    with pytest.raises(HandlerFailed, match="keyword:pager") as failed:
        slack.say("Where is my pager?", channel=channel)
    assert isinstance(failed.value.__cause__, ZeroDivisionError)


def silence_all() -> None:
    logging.disable(logging.CRITICAL)


def forget_the_loggers() -> None:
    for name in ("response", "response.slack", "response.slack.inbox"):
        logging.getLogger(name).disabled = True


def keep_it_to_themselves() -> None:
    logging.getLogger("response.slack.inbox").propagate = False
    logging.getLogger("response").setLevel(logging.CRITICAL)


@pytest.fixture
def logging_is_put_back() -> Iterator[None]:
    names = ("response", "response.slack", "response.slack.inbox")
    yield
    logging.disable(logging.NOTSET)
    for logger in map(logging.getLogger, names):
        logger.disabled, logger.propagate = False, True
        logger.setLevel(logging.NOTSET)


@pytest.mark.django_db
@pytest.mark.usefixtures("logging_is_put_back")
@pytest.mark.parametrize("quiet", [silence_all, forget_the_loggers, keep_it_to_themselves])
def test_it_fails_the_test_of_a_host_that_logs_nothing_too(quiet: Callable[[], None]):
    quiet()
    silent = logging.root.manager.disable
    with Slack.in_test() as slack:

        @keyword_handler(["pager"])
        def broken(
            comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str
        ) -> None:
            raise ZeroDivisionError("the pager is down")

        channel = slack.open_incident()
        with pytest.raises(HandlerFailed):
            slack.say("Where is my pager?", channel=channel)
    assert logging.root.manager.disable == silent


def test_a_failure_may_be_what_the_test_is_about(slack: Slack):
    @keyword_handler(["pager"])
    def broken(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
        raise ZeroDivisionError("the pager is down")

    channel = slack.open_incident()
    with slack.expects_failure() as failures:
        slack.say("Where is my pager?", channel=channel)
    assert "ZeroDivisionError" in repr(failures[0].__cause__)
    with pytest.raises(AssertionError, match="nothing did"), slack.expects_failure():
        slack.say("Hello", channel=channel)


def test_what_slack_refuses_fails_the_test(slack: Slack):
    @incident_command(["shout"])
    def shout(incident: Incident, user_id: str, message: str) -> tuple[bool, None]:
        CommsChannel(incident=incident, channel_id="C0NOWHERE").post_in_channel("Hello?")
        return True, None

    channel = slack.open_incident()
    with pytest.raises(HandlerFailed, match="channel_not_found"):
        slack.mention("shout", channel=channel)


def test_host_code_may_call_slack_with_any_client(slack: Slack):
    channel = slack.open_incident()
    assert settings.SLACK_CLIENT.get_channel_name(channel.channel_id) == channel.channel_name
    assert get_client().get_user_id("bob") == "U0BOB"
    slack.workspace.faults.update(outage=True)
    with pytest.raises(Exception, match="could not be reached"):
        get_client().get_user_id("bob")
    slack.workspace.faults.reset()
    with pytest.raises(Exception, match="invalid_auth"):
        SlackClient("xoxb-of-another-app").get_user_id("bob")


def test_a_button_and_the_modal_it_opens(slack: Slack):
    got: list[ModalContext] = []

    @action_handler("hand-over", opens_modal=True)
    def ask(context: ActionContext) -> None:
        view = {
            "type": "modal",
            "callback_id": "hand-over",
            "title": {"type": "plain_text", "text": "Hand over"},
            "submit": {"type": "plain_text", "text": "Hand over"},
            "private_metadata": str(context.incident.pk if context.incident else ""),
            "blocks": [
                {
                    "type": "input",
                    "block_id": "to",
                    "label": {"type": "plain_text", "text": "To"},
                    "element": {"type": "users_select", "action_id": "to"},
                }
            ],
        }
        get_client().api_call("views.open", trigger_id=context.trigger_id, view=view)

    @modal_handler("hand-over")
    def hand_over(context: ModalContext) -> dict[str, str] | None:
        got.append(context)
        return {"to": "Not to yourself."} if context.submission["to"] == context.user_id else None

    channel = slack.open_incident()
    message = block_kit.Message()
    message.set_fallback_text("Hand over?")
    message.add_block(block_kit.Actions("b", [block_kit.Button("Hand over", "hand-over", "x")]))
    message.send(channel.channel_id)
    offer = slack.posts(channel)[-1]
    assert offer.action_ids == ("hand-over",)
    assert "Hand over" in offer.shown

    slack.click("hand-over", on=offer, user="bob")
    modal = slack.modal("bob")
    assert modal is not None
    assert (modal.callback_id, modal.title, modal.values) == (
        "hand-over",
        "Hand over",
        {"to": None},
    )
    assert slack.submit({"to": "bob"}, user="bob") == {"to": "Not to yourself."}
    assert slack.submit({"to": "chidi"}, user="bob") == {}
    assert slack.modal("bob") is None
    assert [context.submission["to"] for context in got] == ["U0BOB", "U0CHIDI"]


def test_shortcuts_of_both_kinds(slack: Slack):
    got: list[ShortcutContext] = []

    @shortcut_handler("note-it")
    def note(context: ShortcutContext) -> None:
        got.append(context)

    channel = slack.open_incident()
    said = slack.say("Failing over", channel=channel, user="bob")
    slack.shortcut("note-it", user="bob")
    slack.shortcut("note-it", on=said, user="chidi")
    everywhere, on_message = got
    assert (everywhere.incident, everywhere.channel_id) == (None, "")
    assert on_message.incident == channel.incident
    assert on_message.message["text"] == "Failing over"


def test_any_event_of_slacks(slack: Slack):
    got: list[dict[str, Any]] = []

    @slack_event("emoji_changed", in_incident=False)
    def listen(payload: dict[str, Any]) -> None:
        got.append(payload)

    slack.event("emoji_changed", subtype="add", name="fire")
    assert [(payload["subtype"], payload["name"]) for payload in got] == [("add", "fire")]
    slack.event("emoji_changed", subtype="remove", names=["fire"])
    assert len(got) == 2


def test_an_event_in_a_channel(slack: Slack):
    got: list[tuple[Incident, str]] = []

    @slack_event("reaction_added")
    def listen(incident: Incident, payload: dict[str, Any]) -> None:
        got.append((incident, payload["reaction"]))

    channel = slack.open_incident()
    slack.react(slack.say("Fixed!", channel=channel.incident), "tada", user="ana")
    slack.event("call_rejected", channel=channel)
    assert got == [(channel.incident, "tada")]


def test_nudges_fall_due_as_time_passes(slack: Slack):
    @recurring_notification(interval_mins=60 * 24, max_notifications=2)
    def still_there(incident: Incident) -> None:
        incident.comms_channel().post_in_channel("Still there?")

    channel = slack.open_incident()
    began = timezone.now()
    slack.forward(days=3)
    assert 3 * 24 * 3600 <= (timezone.now() - began).total_seconds() < 3 * 24 * 3600 + 60
    assert [post.text for post in slack.posts(channel)].count("Still there?") == 2
    with pytest.raises(ValueError, match="forward only"):
        slack.forward()


def test_a_change_of_the_test_itself_is_followed_up_by_settle(slack: Slack):
    channel = slack.open_incident()
    incident = channel.incident
    incident.severity = "1"
    incident.save()
    slack.settle()
    assert "Critical" in slack.headline(incident).shown


def test_what_one_person_is_told(slack: Slack):
    slack.declare(user="bob")
    assert slack.told("ana") == []
    (told,) = slack.told("bob")
    assert told.only_for == "U0BOB"


def test_a_new_member_and_an_edited_message(slack: Slack):
    zoe = slack.add_user("zoe")
    channel = slack.open_incident()
    said = slack.say("Thinkin", channel=channel, user="zoe")
    assert slack.edit(said, "Thinking").text == "Thinking"
    assert said.user_id == zoe


def test_an_answer_in_a_thread_and_a_pin(slack: Slack):
    channel = slack.open_incident()
    first = slack.say("Failing over", channel=channel)
    answer = slack.say("Done", channel=channel, user="bob", thread=first)
    assert answer.thread_ts == first.ts
    slack.pin(first, user="bob")
    assert [entry.text for entry in channel.incident.timeline_events()] == ["Failing over"]


def test_mistakes_in_a_test_are_told(slack: Slack):
    incident = slack.declare()
    with pytest.raises(AssertionError, match=r"slack.open_channel\(incident\)"):
        slack.say("Hello?", channel=incident)
    with pytest.raises(LookupError, match="#incidents"):
        slack.say("Hello?", channel="nowhere")
    with pytest.raises(LookupError, match="zoe"):
        slack.say("Hello?", channel="general", user="zoe")
    with pytest.raises(AssertionError, match="No modal"):
        slack.submit({})
    with pytest.raises(AssertionError, match=r"slack.settle\(\)"):
        slack.headline(Incident(pk=incident.pk + 1))
    with pytest.raises(ApiError, match="not a valid command"):
        slack.command("/incidents")


def test_a_modal_with_errors_declares_nothing(slack: Slack):
    with pytest.raises(AssertionError, match="The incident was not declared"):
        slack.declare("")
    assert not Incident.objects.exists()


def test_a_handler_that_answers_itself_for_ever_is_stopped(slack: Slack):
    @slack_event("reaction_added")
    def join_in(incident: Incident, payload: dict[str, Any]) -> None:
        where = payload["item"]
        name = f"{'tada' if payload['reaction'] == 'fire' else 'fire'}"
        client = get_client()
        client.remove_reaction(name, where["channel"], where["ts"])
        client.add_reaction(name, where["channel"], where["ts"])

    channel = slack.open_incident()
    said = slack.say("Fixed!", channel=channel)
    with pytest.raises(AssertionError, match="answer what it says itself"):
        slack.react(said, "fire")


@pytest.mark.parametrize("use_tz", [True, False])
def test_both_kinds_of_time(request: pytest.FixtureRequest, settings: Any, use_tz: bool):
    settings.USE_TZ = use_tz
    slack = request.getfixturevalue("slack")
    channel = slack.open_incident()
    slack.forward(hours=1)
    slack.mention("duration", channel=channel)
    assert "1 hr" in slack.posts(channel)[-1].text


def test_a_project_that_has_each_request_in_a_transaction(
    slack: Slack, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(connections["default"].settings_dict, "ATOMIC_REQUESTS", True)
    slack.declare()
    assert slack.posts("incidents")


def test_a_project_without_our_urls_is_told_what_to_add(slack: Slack, settings: Any):
    settings.ROOT_URLCONF = "response.ui.urls"
    with pytest.raises(ImproperlyConfigured, match=r'include\("response.slack.urls"\)'):
        slack.command("/incident")


def test_a_private_incident_is_announced_in_no_channel_of_the_project(settings: Any, db: None):
    settings.INCIDENT_PRIVATE_CHANNEL_ID = "C0PRODUCTION"
    with Slack.in_test() as slack:
        incident = slack.declare()
        incident.private = True
        incident.save()
        slack.settle()
        assert slack.posts("incidents") == []
