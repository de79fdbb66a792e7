"""Commands, buttons, modals and shortcuts: what the app gets, what its answer does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from response.sandbox import faults, inputs
from response.sandbox.driver import Person
from response.sandbox.errors import ApiError
from response.sandbox.models import Message
from response.sandbox.workspace import Workspace
from tests.sandbox.conftest import App, Request

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Call = Callable[..., dict[str, Any]]
Object = dict[str, Any]


def plain(text: str) -> Object:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Object:
    return {"text": plain(value.upper()), "value": value}


SEVERITY = {
    "type": "static_select",
    "action_id": "choose",
    "options": [option("minor"), option("major")],
}
FORM: Object = {
    "type": "modal",
    "callback_id": "declare",
    "title": plain("Declare"),
    "submit": plain("Declare"),
    "private_metadata": "{}",
    "blocks": [
        {
            "type": "input",
            "block_id": "title",
            "label": plain("Title"),
            "element": {
                "type": "plain_text_input",
                "action_id": "v",
                "max_length": 200,
                "initial_value": "it broke",
            },
        },
        {
            "type": "input",
            "block_id": "lead",
            "label": plain("Lead"),
            "optional": True,
            "element": {"type": "users_select", "action_id": "v"},
        },
        {
            "type": "input",
            "block_id": "severity",
            "label": plain("Severity"),
            "optional": True,
            "element": SEVERITY,
        },
        {
            "type": "actions",
            "block_id": "more",
            "elements": [{"type": "button", "action_id": "more", "text": plain("More")}],
        },
    ],
}


def payload(request: Request) -> Object:
    form = request.form
    assert form.keys() == {"payload"}
    parsed: Object = json.loads(form["payload"])
    return parsed


def answering(body: Any) -> Callable[[Request], tuple[int, dict[str, str], bytes]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda request: (200, {"Content-Type": "application/json"}, raw)


@pytest.fixture
def posted(app: App, workspace: Workspace) -> Message:
    """A message of the bot's with a button, a select, an overflow menu and radio buttons."""
    elements = [
        {
            "type": "button",
            "action_id": "close",
            "text": plain("Close"),
            "value": "42",
            "style": "danger",
        },
        {**SEVERITY, "placeholder": plain("Severity")},
        {"type": "overflow", "action_id": "menu", "options": [option("edit"), option("hide")]},
        {"type": "users_select", "action_id": "lead", "initial_user": "U0BOB"},
    ]
    blocks = [{"type": "actions", "block_id": "hdr", "elements": elements}]
    return workspace.post_message("incidents", "headline", blocks=blocks)


# -- slash commands -------------------------------------------------------------------------


def test_a_command_is_a_signed_form_of_strings(app: App, ana: Person) -> None:
    assert ana.command("/incident", "db down, ask @bob & co <now>", channel="incidents") is None
    [request] = app.requests
    assert request.verified
    assert request.path == "/slack/slash_command"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    form = request.form
    trigger_id, response_url = form.pop("trigger_id"), form.pop("response_url")
    assert trigger_id.count(".") == 2
    assert response_url.startswith("http://127.0.0.1:8000/sandbox/hooks/")
    assert form == {
        "token": "deprecated",
        "team_id": "T0SANDBOX",
        "team_domain": "acme",
        "channel_id": "C0INCIDENTS",
        "channel_name": "incidents",
        "user_id": "U0ANA",
        "user_name": "ana",
        "command": "/incident",
        "text": "db down, ask <@U0BOB> &amp; co &lt;now&gt;",
        "api_app_id": "A0INCIDENT",
        "is_enterprise_install": "false",
    }


def test_without_should_escape_the_text_comes_as_typed(
    app: App, ana: Person, workspace: Workspace
) -> None:
    team = workspace.team
    team.commands[0]["should_escape"] = False
    team.save()
    ana.command("/incident", "ask @bob & co")
    assert app.requests[0].form["text"] == "ask @bob & co"


def test_direct_messages_and_private_channels_hide_their_name(
    app: App, ana: Person, workspace: Workspace
) -> None:
    ana.creates_channel("secret", is_private=True)
    ana.command("/incident", channel="secret")
    ana.command("/incident", channel=workspace.dm("ana").id)
    names = [request.form["channel_name"] for request in app.requests]
    assert names == ["privategroup", "directmessage"]


def test_a_commands_answer_is_shown(app: App, ana: Person, bob: Person) -> None:
    app.answer = lambda request: (200, {"Content-Type": "text/plain"}, b"what happened?")
    ana.command("/incident")
    app.answer = answering({"response_type": "in_channel", "text": "hear ye"})
    ana.command("/incident")
    assert [row.text for row in ana.sees("general")] == ["what happened?", "hear ye"]
    assert [row.text for row in bob.sees("general")] == ["hear ye"]


def test_a_command_that_fails_says_so(
    app: App, ana: Person, settings: Any, workspace: Workspace
) -> None:
    app.answer = lambda request: (500, {}, b"")
    with pytest.raises(ApiError) as caught:
        ana.command("/incident", "x")
    assert caught.value.code == "dispatch_failed"
    assert caught.value.text() == '/incident failed with the error "dispatch_failed"'
    app.answer = answering({"blocks": [{"type": "accordion"}]})
    with pytest.raises(ApiError, match="dispatch_failed"):
        ana.command("/incident", "x")
    assert ana.sees("general") == []


def test_a_command_that_is_not_installed_is_invalid(app: App, ana: Person) -> None:
    with pytest.raises(ApiError, match="invalid_command"):
        ana.command("/incidents", "x")
    assert app.requests == []


def test_a_command_takes_membership(app: App, ana: Person, bob: Person) -> None:
    bob.creates_channel("quiet")
    with pytest.raises(ApiError, match="not_in_channel"):
        ana.command("/incident", "x", channel="quiet")


# -- buttons and choices in messages --------------------------------------------------------


def test_a_pressed_button(app: App, ana: Person, posted: Message) -> None:
    ana.clicks(posted, "close")
    [request] = app.requests
    assert request.verified
    assert request.path == "/slack/action"
    sent = payload(request)
    [action] = sent.pop("actions")
    action.pop("action_ts")
    assert action == {
        "type": "button",
        "block_id": "hdr",
        "action_id": "close",
        "text": {"type": "plain_text", "text": "Close", "emoji": True},
        "value": "42",
        "style": "danger",
    }
    assert sent.pop("message")["ts"] == posted.ts
    assert sent.pop("response_url")
    assert sent.pop("trigger_id")
    values = sent.pop("state")["values"]["hdr"]
    assert values["lead"] == {"type": "users_select", "selected_user": "U0BOB"}
    assert values["choose"] == {"type": "static_select", "selected_option": None}
    assert sent == {
        "type": "block_actions",
        "team": {"id": "T0SANDBOX", "domain": "acme"},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0SANDBOX"},
        "api_app_id": "A0INCIDENT",
        "token": "deprecated",
        "container": {
            "type": "message",
            "message_ts": posted.ts,
            "channel_id": "C0INCIDENTS",
            "is_ephemeral": False,
        },
        "channel": {"id": "C0INCIDENTS", "name": "incidents"},
    }


def test_a_chosen_option_is_the_whole_option(app: App, ana: Person, posted: Message) -> None:
    ana.chooses(posted, "choose", "major")
    ana.chooses(posted, "menu", "hide")
    ana.chooses(posted, "lead", "U0DANA")
    chosen, menu, lead = [payload(request)["actions"][0] for request in app.requests]
    assert chosen["selected_option"]["text"]["text"] == "MAJOR"
    assert chosen["placeholder"]["text"] == "Severity"
    assert menu["selected_option"]["value"] == "hide"
    assert (lead["selected_user"], lead["initial_user"]) == ("U0DANA", "U0BOB")


def test_an_option_that_was_not_offered_is_refused(app: App, ana: Person, posted: Message) -> None:
    with pytest.raises(ApiError, match="invalid_option"):
        ana.chooses(posted, "choose", "apocalyptic")
    assert app.requests == []


def test_a_press_on_an_ephemeral_message_has_no_message(
    app: App, ana: Person, bob: Person, call: Call
) -> None:
    button = {"type": "button", "action_id": "yes", "text": plain("Yes")}
    blocks = [{"type": "actions", "elements": [button]}]
    call("chat.postEphemeral", channel="C0GENERAL", user="U0ANA", text="?", blocks=blocks)
    [row] = ana.ephemerals("general")
    ana.clicks(row, "yes")
    sent = payload(app.requests[0])
    assert sent["container"]["is_ephemeral"] is True
    assert "message" not in sent
    assert sent["response_url"]


def test_a_press_that_the_app_does_not_take_is_told(app: App, ana: Person, posted: Message) -> None:
    app.answer = lambda request: (404, {}, b"")
    with pytest.raises(ApiError, match="dispatch_failed"):
        ana.clicks(posted, "close")
    assert len(app.requests) == 1


def test_a_press_by_someone_outside_is_refused(
    app: App, ana: Person, bob: Person, workspace: Workspace, posted: Message
) -> None:
    bob.leaves("incidents")
    with pytest.raises(ApiError, match="not_in_channel"):
        bob.clicks(posted, "close")


# -- trigger ids ----------------------------------------------------------------------------


def test_a_trigger_works_once_and_for_three_seconds(
    call: Call, workspace: Workspace, time_machine: Any
) -> None:
    time_machine.move_to(1_795_200_000, tick=False)
    first, late = workspace.trigger("ana").id, workspace.trigger("ana").id
    assert call("views.open", trigger_id=first, view=FORM)["ok"]
    assert call("views.open", trigger_id=first, view=FORM)["error"] == "exchanged_trigger_id"
    assert call("views.open", trigger_id="1.2.x", view=FORM)["error"] == "invalid_trigger_id"
    time_machine.shift(3.1)
    assert call("views.open", trigger_id=late, view=FORM)["error"] == "expired_trigger_id"


def test_a_refused_view_does_not_use_the_trigger_up(call: Call, workspace: Workspace) -> None:
    trigger_id = workspace.trigger("ana").id
    wrong = {**FORM, "title": plain("x" * 25)}
    answer = call("views.open", trigger_id=trigger_id, view=wrong)
    assert answer["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in answer["response_metadata"]["messages"][0]
    assert call("views.open", trigger_id=trigger_id, view=json.dumps(FORM))["ok"]


def test_triggers_can_be_made_to_expire(call: Call, workspace: Workspace) -> None:
    faults.update(expire_triggers=True)
    trigger_id = workspace.trigger("ana").id
    assert call("views.open", trigger_id=trigger_id, view=FORM)["error"] == "expired_trigger_id"


def test_dialogs_have_other_names_for_it(call: Call, workspace: Workspace) -> None:
    trigger_id = workspace.trigger("ana").id
    answer = call("dialog.open", trigger_id=trigger_id, dialog="{}")
    assert answer["error"] == "not_supported_in_sandbox"
    faults.update(expire_triggers=True)
    expired = workspace.trigger("ana").id
    answer = call("dialog.open", trigger_id=expired, dialog="{}")
    assert answer["error"] == "trigger_expired"


# -- modals ---------------------------------------------------------------------------------


def test_a_submission_holds_every_value(app: App, ana: Person, workspace: Workspace) -> None:
    view = workspace.open_modal("ana", FORM)
    assert ana.preset("title") == "it broke"
    done = ana.submits({"title": "DB down", "lead": "bob", "severity": "major"})
    assert done.response_action == "close"
    sent = payload(app.requests[0])
    assert (sent["type"], sent["response_urls"]) == ("view_submission", [])
    assert sent["trigger_id"]
    assert "channel" not in sent
    shown = sent["view"]
    assert (shown["id"], shown["callback_id"], shown["private_metadata"]) == (
        view.id,
        "declare",
        "{}",
    )
    assert (shown["root_view_id"], shown["previous_view_id"]) == (view.id, None)
    values = shown["state"]["values"]
    assert values["title"]["v"] == {"type": "plain_text_input", "value": "DB down"}
    assert values["lead"]["v"] == {"type": "users_select", "selected_user": "U0BOB"}
    assert values["severity"]["choose"]["selected_option"]["value"] == "major"
    assert ana.modal is None


def test_fields_left_alone_are_null(app: App, ana: Person, workspace: Workspace) -> None:
    workspace.open_modal("ana", FORM)
    ana.submits()
    values = payload(app.requests[0])["view"]["state"]["values"]
    assert values["title"]["v"]["value"] == "it broke"
    assert values["lead"]["v"]["selected_user"] is None
    assert values["severity"]["choose"]["selected_option"] is None


def test_slack_itself_minds_missing_and_long_values(
    app: App, ana: Person, workspace: Workspace
) -> None:
    workspace.open_modal("ana", FORM)
    assert ana.submits({"title": "  "}).errors == {"title": inputs.REQUIRED}
    assert ana.submits({"title": "x" * 201}).errors.keys() == {"title"}
    assert app.requests == []
    ana.submits({"title": "&" * 200})
    assert len(app.requests) == 1


def test_the_apps_errors_keep_the_modal_and_its_values(
    app: App, ana: Person, workspace: Workspace
) -> None:
    workspace.open_modal("ana", FORM)
    app.answer = answering({"response_action": "errors", "errors": {"title": "Say more."}})
    done = ana.submits({"title": "x"})
    assert (done.response_action, done.errors) == ("errors", {"title": "Say more."})
    assert ana.preset("title") == "x"


@pytest.mark.parametrize(
    "body",
    [
        b"ok",
        {},
        {"response_action": "close"},
        {"response_action": "errors", "errors": {}},
        {"response_action": "errors", "errors": {"nosuchblock": "x"}},
        {"response_action": "errors", "errors": {"more": "no input block"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push"},
    ],
)
def test_an_answer_that_slack_does_not_understand_keeps_the_modal(
    app: App, ana: Person, workspace: Workspace, body: Any
) -> None:
    workspace.open_modal("ana", FORM)
    app.answer = answering(body)
    with pytest.raises(ApiError, match="dispatch_failed"):
        ana.submits({"title": "kept"})
    assert ana.preset("title") == "kept"


def test_an_app_that_is_down_keeps_the_modal(ana: Person, workspace: Workspace) -> None:
    workspace.open_modal("ana", FORM)
    with pytest.raises(ApiError, match="dispatch_failed"):
        ana.submits({"title": "kept"})
    assert ana.preset("title") == "kept"


def test_an_answer_can_update_push_and_clear(app: App, ana: Person, workspace: Workspace) -> None:
    first = workspace.open_modal("ana", FORM)
    app.answer = answering({"response_action": "update", "view": {**FORM, "callback_id": "2"}})
    ana.submits({"title": "typed"})
    updated = ana.opens(callback_id="2")
    assert updated.id == first.id
    assert updated.hash != first.hash
    assert ana.preset("title") == "typed"
    app.answer = answering({"response_action": "push", "view": {**FORM, "callback_id": "3"}})
    ana.submits()
    pushed = ana.opens(callback_id="3")
    assert (pushed.previous_id, pushed.root_id, pushed.depth) == (first.id, first.id, 2)
    app.answer = answering({"response_action": "clear"})
    ana.submits()
    assert ana.modal is None


def test_a_stack_has_three_modals_at_most(app: App, ana: Person, call: Call) -> None:
    triggers: list[str] = []

    def push(request: Request) -> tuple[int, dict[str, str], bytes]:
        triggers.append(payload(request)["trigger_id"])
        return 200, {}, b""

    app.answer = push
    ana.workspace.open_modal("ana", FORM)
    answers = []
    for _ in range(3):
        ana.clicks_in_modal("more")
        answers.append(call("views.push", trigger_id=triggers.pop(), view=FORM))
    assert [answer.get("error") for answer in answers] == [None, None, "push_limit_reached"]
    ana.cancels()
    assert ana.opens().depth == 2
    ana.cancels(everything=True)
    assert ana.modal is None


def test_an_action_in_a_modal_has_the_view_and_no_channel(
    app: App, ana: Person, workspace: Workspace
) -> None:
    view = workspace.open_modal("ana", FORM)
    ana.clicks_in_modal("more")
    sent = payload(app.requests[0])
    assert sent["container"] == {"type": "view", "view_id": view.id}
    assert sent["view"]["state"]["values"]["title"]["v"]["value"] == "it broke"
    assert not {"channel", "message", "response_url"} & sent.keys()


def test_inputs_dispatch_only_when_they_are_told_to(
    app: App, ana: Person, workspace: Workspace
) -> None:
    blocks = [
        {**FORM["blocks"][2], "block_id": "quiet", "element": {**SEVERITY, "action_id": "quiet"}},
        {**FORM["blocks"][2], "block_id": "loud", "dispatch_action": True},
    ]
    workspace.open_modal("ana", {**FORM, "blocks": blocks})
    ana.clicks_in_modal("quiet", "major")
    assert app.requests == []
    ana.clicks_in_modal("choose", "minor")
    assert payload(app.requests[0])["actions"][0]["selected_option"]["value"] == "minor"


def test_updates_can_demand_the_hash_they_know(call: Call, workspace: Workspace) -> None:
    view = workspace.open_modal("ana", {**FORM, "external_id": "declare-1"})
    known = {"view_id": view.id, "hash": view.hash}
    assert call("views.update", view=FORM, **known)["ok"]
    assert call("views.update", view=FORM, **known)["error"] == "hash_conflict"
    assert call("views.update", view=FORM, view_id="V0NONE")["error"] == "not_found"
    assert call("views.update", view=FORM, external_id="declare-1")["error"] == "not_found"


def test_an_external_id_is_unique(call: Call, workspace: Workspace) -> None:
    view = {**FORM, "external_id": "declare-1"}
    workspace.open_modal("ana", view)
    trigger_id = workspace.trigger("bob").id
    answer = call("views.open", trigger_id=trigger_id, view=view)
    assert answer["error"] == "duplicate_external_id"


def test_a_closed_modal_is_told_if_wanted(app: App, ana: Person, workspace: Workspace) -> None:
    workspace.open_modal("ana", FORM)
    ana.cancels()
    assert app.requests == []
    workspace.open_modal("ana", {**FORM, "notify_on_close": True})
    ana.cancels(everything=True)
    sent = payload(app.requests[0])
    assert (sent["type"], sent["is_cleared"]) == ("view_closed", True)
    assert sent["view"]["state"] == {"values": {}}
    assert "trigger_id" not in sent


def test_one_person_does_not_see_anothers_modal(
    app: App, ana: Person, bob: Person, workspace: Workspace
) -> None:
    view = workspace.open_modal("ana", FORM)
    assert bob.modal is None
    with pytest.raises(ApiError, match="view_not_found"):
        bob.submits({}, view)


# -- shortcuts ------------------------------------------------------------------------------


def test_shortcuts(app: App, ana: Person) -> None:
    row = ana.says("general", "rolled back")
    ana.uses_shortcut("incident_declare")
    ana.uses_message_shortcut(row, "timeline_add")
    anywhere, on_message = [payload(request) for request in app.requests]
    assert (anywhere["type"], anywhere["callback_id"]) == ("shortcut", "incident_declare")
    assert not {"channel", "message", "response_url"} & anywhere.keys()
    assert (on_message["type"], on_message["message_ts"]) == ("message_action", row.ts)
    assert on_message["message"]["text"] == "rolled back"
    assert on_message["response_url"]
