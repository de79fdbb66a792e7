"""``@modal_handler``, ``@shortcut_handler`` and ``@dialog_handler`` as hosts use them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from response.exceptions import ResponseError
from response.models import CommsChannel, Incident, TimelineEvent
from response.slack import block_kit
from response.slack.client import get_client
from response.slack.context import ActionContext, ModalContext, ShortcutContext
from response.slack.decorators import (
    action_handler,
    dialog_handler,
    modal_handler,
    shortcut_handler,
)
from response.slack.dialog_builder import Dialog, Text
from response.slack.intake import receive_interaction
from response.testing import HandlerFailed, Post, Slack
from tests.factories import make_incident

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def text_input(name: str) -> Json:
    element = {"type": "plain_text_input", "action_id": name}
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "optional": True,
        "element": element,
    }


FORM = [text_input("what"), text_input("why")]
QUESTION = [{"type": "section", "text": plain("Really?")}]


@pytest.fixture
def channel(slack: Slack) -> CommsChannel:
    return slack.open_incident()


@pytest.fixture
def opens(slack: Slack, channel: CommsChannel) -> Callable[..., Post]:
    """Ana presses a button that opens a modal with these blocks."""

    def open_modal(blocks: list[Json] = FORM, metadata: object = "") -> Post:
        @action_handler("open", opens_modal=True)
        def ask(context: ActionContext) -> None:
            view = {
                "type": "modal",
                "callback_id": "form",
                "title": plain("Form"),
                "submit": plain("Save"),
                "private_metadata": str(metadata),
                "blocks": blocks,
            }
            get_client().api_call("views.open", trigger_id=context.trigger_id, view=view)

        return press(slack, channel)

    return open_modal


def press(slack: Slack, channel: CommsChannel) -> Post:
    message = block_kit.Message()
    message.set_fallback_text("A button")
    message.add_block(block_kit.Actions("b", [block_kit.Button("Open", "open", "x")]))
    message.send(channel.channel_id)
    post = slack.posts(channel)[-1]
    slack.click("open", on=post)
    return post


# -- modals ---------------------------------------------------------------------------------------


def test_it_runs_in_the_request_in_a_transaction(slack: Slack, opens: Callable[..., Post]):
    seen: list[tuple[bool, str]] = []

    @modal_handler("form")
    def save(context: ModalContext) -> None:
        seen.append((connection.in_atomic_block, context.submission["what"]))

    opens()
    slack.person("ana").submits({"what": "It"})
    # Nothing was worked off since.
    assert seen == [(True, "It")]
    assert slack.modal() is None


def test_errors_that_it_returns_stand_beside_their_fields_and_nothing_is_kept(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post]
):
    @modal_handler("form")
    def save(context: ModalContext) -> Json:
        TimelineEvent.objects.create(incident=channel.incident, text="x", event_type="text")
        return {"what": "Too short.", "why": "Too long."}

    opens()
    assert slack.submit({"what": "a"}) == {"what": "Too short.", "why": "Too long."}
    assert slack.modal().values == {"what": "a", "why": None}
    assert not TimelineEvent.objects.filter(text="x").exists()


@pytest.mark.parametrize(("field", "beside"), [("why", "why"), ("", "what")])
def test_a_response_error_stands_beside_its_field_or_the_first(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post], field: str, beside: str
):
    @modal_handler("form")
    def save(context: ModalContext) -> None:
        TimelineEvent.objects.create(incident=channel.incident, text="x", event_type="text")
        raise ResponseError("Say more.", field=field)

    opens()
    assert slack.submit({}) == {beside: "Say more."}
    assert not TimelineEvent.objects.filter(text="x").exists()


def step(callback_id: str, *blocks: str) -> Json:
    title = {"callback_id": callback_id, "title": plain(callback_id), "submit": plain("Go on")}
    return {"type": "modal", **title, "blocks": [text_input(block) for block in blocks]}


def said(incident: Incident) -> list[str]:
    return list(incident.timelineevent_set.filter(event_type="text").values_list("text", flat=True))


def test_it_goes_on_with_another_view_in_its_place(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post]
):
    @modal_handler("form")
    def first(context: ModalContext) -> Json:
        TimelineEvent.objects.create(incident=channel.incident, text="first", event_type="text")
        return {"response_action": "update", "view": step("second", "how")}

    @modal_handler("second")
    def second(context: ModalContext) -> Json | None:
        if not context.submission["how"]:
            return {"response_action": "errors", "errors": {"how": "Say how."}}
        TimelineEvent.objects.create(incident=channel.incident, text="second", event_type="text")
        return None

    opens()
    assert slack.submit({"what": "It"}) == {}
    assert slack.modal().callback_id == "second"
    assert slack.submit({}) == {"how": "Say how."}
    assert slack.submit({"how": "So"}) == {}
    assert slack.modal() is None
    assert said(channel.incident) == ["first", "second"]


def test_views_are_pushed_on_top_and_all_are_cleared(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post]
):
    @modal_handler("form")
    def first(context: ModalContext) -> Json:
        text = context.submission["what"]
        TimelineEvent.objects.create(incident=channel.incident, text=text, event_type="text")
        return {"response_action": "push", "view": step("sure", "why")}

    @modal_handler("sure")
    def second(context: ModalContext) -> Json:
        return {"response_action": "clear"}

    opens()
    slack.submit({"what": "one"})
    assert slack.modal().callback_id == "sure"
    slack.person("ana").cancels()
    # Back, and another try with other words.
    slack.submit({"what": "two"})
    assert slack.modal().callback_id == "sure"
    slack.submit({})
    assert slack.modal() is None
    assert said(channel.incident) == ["one", "two"]


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["update", "push"])
def test_a_step_that_is_submitted_twice_has_its_effect_once_and_the_same_answer(action: str):
    incident = make_incident()

    @modal_handler("form")
    def first(context: ModalContext) -> Json:
        TimelineEvent.objects.create(incident=incident, text="first", event_type="text")
        return {"response_action": action, "view": step("second", "how")}

    payload = {
        "type": "view_submission",
        "team": {"id": "T0ACME"},
        "user": {"id": "U0ANA", "team_id": "T0ACME"},
        "view": {"id": "V1", "hash": "1.a", "callback_id": "form", "state": {"values": {}}},
    }
    answers = [receive_interaction(payload) for _ in range(2)]
    assert answers[0] == answers[1] == {"response_action": action, "view": step("second", "how")}
    assert said(incident) == ["first"]
    # Another state of the view is another submission.
    payload["view"]["hash"] = "2.b"
    assert receive_interaction(payload) == answers[0]
    assert said(incident) == ["first", "first"]


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "update"},
        {"response_action": "open", "view": {}},
        {"response_action": "update", "view": {"x": object()}},
        "done",
    ],
)
def test_an_answer_that_slack_would_not_take_keeps_the_form_and_nothing_else(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post], answer: Any
):
    @modal_handler("form")
    def first(context: ModalContext) -> Any:
        TimelineEvent.objects.create(incident=channel.incident, text="first", event_type="text")
        return answer

    opens()
    with slack.expects_failure():
        assert "Something went wrong" in slack.submit({"what": "It"})["what"]
    assert said(channel.incident) == []


def test_an_error_for_no_field_of_the_modal_is_shown_and_logged(
    slack: Slack, opens: Callable[..., Post]
):
    @modal_handler("form")
    def save(context: ModalContext) -> Json:
        return {"waht": "Say more.", "what": "Say less."}

    opens()
    with slack.expects_failure() as failures:
        assert slack.submit({}) == {"what": "Say more.\nSay less."}
    assert "errors for waht, which are no inputs of the modal 'form'" in str(failures[0])


def test_an_error_of_a_modal_without_inputs_takes_its_place(
    slack: Slack, opens: Callable[..., Post]
):
    @modal_handler("form")
    def save(context: ModalContext) -> None:
        raise ResponseError("That is gone: open it anew.")

    opens(QUESTION)
    assert slack.submit() == {}
    modal = slack.modal()
    assert modal.title == "That did not work"
    assert modal.definition["blocks"][0]["text"]["text"] == "That is gone: open it anew."


@pytest.mark.parametrize("answer", [True, "Too short", ("what", "Too short")])
def test_any_other_answer_is_a_mistake_that_is_logged(
    slack: Slack, opens: Callable[..., Post], answer: object
):
    @modal_handler("form")
    def save(context: ModalContext) -> Any:
        return answer

    opens()
    with slack.expects_failure() as failures:
        assert "nothing was saved" in slack.submit()["what"]
    assert "a modal handler returns None, or {block_id: text}" in str(failures[0].__cause__)


def test_it_may_not_call_slack(slack: Slack, opens: Callable[..., Post]):
    @modal_handler("form")
    def save(context: ModalContext) -> None:
        get_client().get_user_id("ana")

    opens()
    with pytest.raises(HandlerFailed) as failed:
        slack.submit()
    assert "inside a transaction" in str(failed.value.__cause__)


def test_its_incident_is_the_one_that_the_modal_was_opened_for(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post]
):
    got: list[Incident | None] = []

    @modal_handler("form")
    def save(context: ModalContext) -> None:
        got.append(context.incident)

    for metadata in (channel.incident.pk, "", "9" * 30, '{"incident": 1}'):
        opens(FORM, metadata)
        slack.submit()
    assert got == [channel.incident, None, None, None]


def test_of_a_private_incident_an_outsider_is_told_nothing(
    slack: Slack, channel: CommsChannel, opens: Callable[..., Post]
):
    @modal_handler("form")
    def save(context: ModalContext) -> None:
        raise AssertionError("it was called")

    secret = slack.declare("Planted", user="bob")
    Incident.objects.filter(pk=secret.pk).update(private=True)
    opens(FORM, secret.pk)
    (error,) = slack.submit().values()
    assert "Planted" not in error
    assert str(secret.pk) in error


# -- shortcuts and dialogs ------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"atomic": True}, {"opens_modal": True}])
def test_a_response_error_of_a_shortcut_is_told_to_who_chose_it(
    slack: Slack, channel: CommsChannel, options: Json
):
    @shortcut_handler("note-it", **options)
    def note(context: ShortcutContext) -> None:
        raise ResponseError("Only messages of an incident can be noted.")

    slack.shortcut("note-it", user="bob")
    slack.shortcut("note-it", on=slack.say("Hello", channel=channel), user="chidi")
    for user in ("bob", "chidi"):
        assert [post.text for post in slack.told(user)] == [
            "Only messages of an incident can be noted."
        ]


def test_what_an_atomic_shortcut_did_before_it_refused_is_undone(
    slack: Slack, channel: CommsChannel
):
    @shortcut_handler("note-it", atomic=True)
    def note(context: ShortcutContext) -> None:
        TimelineEvent.objects.create(incident=context.incident, text="x", event_type="text")
        raise ResponseError("No.")

    slack.shortcut("note-it", on=slack.say("Hello", channel=channel))
    assert not TimelineEvent.objects.filter(text="x").exists()


def test_a_response_error_of_a_dialog_is_told_to_who_submitted_it(
    slack: Slack, channel: CommsChannel
):
    @action_handler("open", opens_modal=True)
    def ask(context: ActionContext) -> None:
        dialog = Dialog("Form", "Save", elements=[Text("What", "what", optional=True)])
        dialog.send_open_dialog("form", context.trigger_id)

    @dialog_handler("form")
    def save(
        user_id: str, channel_id: str, submission: Json, response_url: str, state: str
    ) -> None:
        raise ResponseError("Say more.")

    press(slack, channel)
    assert slack.submit({}) == {}
    assert [post.text for post in slack.told("ana")][-1] == "Say more."
