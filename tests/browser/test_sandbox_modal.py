"""Modals of the sandbox page: fields, validation, waiting, failing, the stack of views."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Snapshot
from tests.browser.workspace_page import WorkspacePage

Object = dict[str, Any]


def plain(text: str) -> Object:
    return {"type": "plain_text", "text": text}


def option(value: str) -> Object:
    return {"text": plain(value.title()), "value": value}


def field(block_id: str, element: Object, **more: Any) -> Object:
    """An input block with the id of its block for its label and its action."""
    label = {"label": plain(block_id.title()), **more}
    return {
        "type": "input",
        "block_id": block_id,
        "element": {"action_id": block_id, **element},
        **label,
    }


def text_field(block_id: str, **element: Any) -> Object:
    return field(block_id, {"type": "plain_text_input", **element})


def view(*blocks: Object, view_id: str = "V1", title: str = "Test") -> Object:
    return {
        "id": view_id,
        "hash": "1",
        "type": "modal",
        "title": plain(title),
        "submit": plain("Save"),
        "close": plain("Never mind"),
        "blocks": list(blocks),
    }


class App:
    """Stands in for app and sandbox: says which modal is open, and answers what the page posts."""

    def __init__(self, workspace: WorkspacePage) -> None:
        self.workspace = workspace
        self.stack: list[Object] = []
        self.answers: list[Object] = []
        self.submitted: list[Object] = []
        self.closed: list[Object] = []
        self.version = 1_000_000
        workspace.page.route("**/ui/state*", self._state)
        workspace.page.route("**/ui/view_submit", self._submit)
        workspace.page.route("**/ui/view_close", self._close)

    def opens(self, *stack: Object) -> None:
        """Show the last of these views."""
        self.stack = list(stack)
        expect(self.workspace.get("modal-title")).to_have_text(stack[-1]["title"]["text"])

    def updates(self, **changes: Any) -> None:
        """``views.update`` of the top view."""
        self.stack[-1] = {**copy.deepcopy(self.stack[-1]), "hash": "2", **changes}

    def _state(self, route: Route) -> None:
        answer = route.fetch(url=re.sub(r"since=\d+", "since=0", route.request.url)).json()
        self.version += 1
        depth = len(self.stack)
        top = {"view": self.stack[-1], "state": "open", "depth": depth} if depth else None
        route.fulfill(json={**answer, "version": self.version, "modal": top})

    def _submit(self, route: Route) -> None:
        self.submitted.append(route.request.post_data_json["values"])
        answer = self.answers.pop(0) if self.answers else {"ok": True, "response_action": "close"}
        if answer.get("response_action") == "close":
            self.stack.pop()
        route.fulfill(status=200 if answer["ok"] else 504, json=answer)

    def _close(self, route: Route) -> None:
        body = route.request.post_data_json
        self.closed.append(body)
        self.stack = [] if body["clear"] else self.stack[:-1]
        route.fulfill(json={"ok": True})


@pytest.fixture
def app(workspace: WorkspacePage) -> Iterator[App]:
    yield App(workspace)
    workspace.page.unroute_all(behavior="ignoreErrors")


def test_declaring_an_incident_in_the_real_app(
    workspace: WorkspacePage, snapshot: Snapshot
) -> None:
    workspace.say("/incident a < b & c")
    expect(workspace.modal).to_be_visible()
    title = workspace.modal.get_by_role("textbox").first
    expect(title).to_have_value("a < b & c")
    expect(title).to_be_focused()
    snapshot("declare", workspace.page)
    title.fill("")
    workspace.submit()
    expect(workspace.modal.get_by_text("Please complete this required field.")).to_be_visible()
    title.fill("Ampersand & co")
    workspace.submit()
    expect(workspace.modal).to_be_hidden()
    workspace.go("incidents")
    expect(workspace.message("Ampersand & co")).to_be_visible()


def test_a_required_field_is_asked_for_beside_it(workspace: WorkspacePage, app: App) -> None:
    severity = {"type": "static_select", "options": [option("major")]}
    app.opens(view(text_field("title"), field("severity", severity), text_field("note")))
    workspace.field("title").fill("   ")
    workspace.submit()
    error = "Please complete this required field."
    for block_id in ("title", "severity", "note"):
        expect(workspace.field_error(block_id)).to_have_text(error)
        expect(workspace.field(block_id)).to_have_attribute("aria-invalid", "true")
    expect(workspace.field("title")).to_be_focused()
    assert app.submitted == []
    workspace.field("title").fill("now it has one")
    expect(workspace.field_error("title")).to_be_hidden()
    expect(workspace.field_error("severity")).to_be_visible()


def test_length_is_counted_in_characters(workspace: WorkspacePage, app: App) -> None:
    app.opens(view(text_field("title", max_length=5, min_length=2)))
    workspace.field("title").fill("🔥🔥🔥🔥🔥")
    expect(workspace.get("counter-title")).to_have_text("0")
    workspace.field("title").fill("123456")
    expect(workspace.get("counter-title")).to_have_text("-1")
    workspace.submit()
    expect(workspace.field_error("title")).to_contain_text("at most 5")
    workspace.field("title").fill("1")
    workspace.submit()
    expect(workspace.field_error("title")).to_contain_text("at least 2")
    workspace.field("title").fill("🔥🔥🔥🔥🔥")
    workspace.submit()
    expect(workspace.modal).to_be_hidden()
    assert app.submitted[0]["title"]["title"]["value"] == "🔥🔥🔥🔥🔥"


def test_numbers_addresses_and_links_are_checked(workspace: WorkspacePage, app: App) -> None:
    number = {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}
    app.opens(
        view(
            field("count", number),
            field("mail", {"type": "email_text_input"}),
            field("link", {"type": "url_text_input"}),
        )
    )
    for block_id, wrong in {"count": "1.5", "mail": "ana", "link": "example"}.items():
        workspace.field(block_id).fill(wrong)
    workspace.submit()
    expect(workspace.field_error("count")).to_have_text("Enter a whole number.")
    expect(workspace.field_error("mail")).to_contain_text("e-mail")
    expect(workspace.field_error("link")).to_contain_text("link")
    workspace.field("count").fill("10")
    workspace.submit()
    expect(workspace.field_error("count")).to_have_text("Enter 9 or less.")


def test_values_are_sent_as_slack_sends_them(workspace: WorkspacePage, app: App) -> None:
    choices = {"options": [option("live"), option("report")]}
    app.opens(
        view(
            text_field("title", initial_value="a < b & c"),
            text_field("empty") | {"optional": True},
            field("kind", {"type": "radio_buttons", **choices}),
            field("options", {"type": "checkboxes", **choices}, optional=True),
            field("lead", {"type": "users_select", "initial_user": "U0BOB"}),
            field("severity", {"type": "static_select", **choices}),
            field("room", {"type": "conversations_select"}),
            field("day", {"type": "datepicker"}),
            field("hour", {"type": "timepicker", "initial_time": "09:15"}),
            field("start", {"type": "datetimepicker", "initial_date_time": 1795200000}),
            field("story", {"type": "rich_text_input"}, optional=True),
        )
    )
    workspace.field("kind").get_by_label("Report").check()
    workspace.field("severity").select_option("live")
    workspace.field("room").select_option("C0INCIDENTS")
    workspace.field("day").fill("2026-11-21")
    workspace.submit()
    expect(workspace.modal).to_be_hidden()
    sent = {block_id: inner[block_id] for block_id, inner in app.submitted[0].items()}
    assert sent == {
        "title": {"type": "plain_text_input", "value": "a < b & c"},
        "empty": {"type": "plain_text_input", "value": None},
        "kind": {"type": "radio_buttons", "selected_option": option("report")},
        "options": {"type": "checkboxes", "selected_options": []},
        "lead": {"type": "users_select", "selected_user": "U0BOB"},
        "severity": {"type": "static_select", "selected_option": option("live")},
        "room": {"type": "conversations_select", "selected_conversation": "C0INCIDENTS"},
        "day": {"type": "datepicker", "selected_date": "2026-11-21"},
        "hour": {"type": "timepicker", "selected_time": "09:15"},
        "start": {"type": "datetimepicker", "selected_date_time": 1795200000},
        "story": {"type": "rich_text_input", "rich_text_value": None},
    }


def test_errors_of_the_app_stand_beside_their_fields(
    workspace: WorkspacePage, app: App, snapshot: Snapshot
) -> None:
    app.opens(view(text_field("title"), text_field("lead"), text_field("note")))
    for block_id in ("title", "lead", "note"):
        workspace.field(block_id).fill("something")
    errors = {"note": "Too rude.", "lead": "Nobody has that name."}
    app.answers = [{"ok": True, "response_action": "errors", "errors": errors}]
    workspace.submit()
    expect(workspace.field_error("lead")).to_have_text("Nobody has that name.")
    expect(workspace.field_error("note")).to_have_text("Too rude.")
    expect(workspace.field_error("title")).to_be_hidden()
    expect(workspace.field("lead")).to_be_focused()
    expect(workspace.field("title")).to_have_value("something")
    snapshot("modal-errors", workspace.page)
    workspace.submit()
    expect(workspace.modal).to_be_hidden()


def test_a_time_out_keeps_what_was_entered(
    workspace: WorkspacePage, app: App, snapshot: Snapshot
) -> None:
    app.opens(view(text_field("title")))
    workspace.field("title").fill("precious")
    app.answers = [{"ok": False, "error": "operation_timeout", "message": "No answer in time."}]
    workspace.submit()
    expect(workspace.get("modal-banner")).to_contain_text("trouble connecting. Try again?")
    expect(workspace.get("modal-banner")).to_contain_text("No answer in time.")
    expect(workspace.field("title")).to_have_value("precious")
    snapshot("modal-timeout", workspace.page)
    workspace.submit()
    expect(workspace.modal).to_be_hidden()
    assert [one["title"]["title"]["value"] for one in app.submitted] == ["precious", "precious"]


def test_while_it_is_submitted_the_button_waits(workspace: WorkspacePage, app: App) -> None:
    app.opens(view(text_field("title", initial_value="x")))
    held: list[Route] = []
    workspace.page.route("**/ui/view_submit", lambda route: held.append(route))
    workspace.submit()
    expect(workspace.get("modal-submit")).to_be_disabled()
    expect(workspace.page.locator("#modal-form")).to_have_attribute("aria-busy", "true")
    workspace.field("title").press("Enter")
    assert len(held) == 1
    held[0].fulfill(status=502, json={"ok": False, "error": "dispatch_failed", "message": "No."})
    expect(workspace.get("modal-submit")).to_be_enabled()


def test_enter_submits_and_escape_closes_the_whole_stack(
    workspace: WorkspacePage, app: App
) -> None:
    app.opens(view(text_field("title", initial_value="x")))
    workspace.field("title").press("Enter")
    expect(workspace.modal).to_be_hidden()
    assert len(app.submitted) == 1
    app.opens(view(view_id="V2", title="First"), view(view_id="V3", title="Second"))
    workspace.page.keyboard.press("Escape")
    expect(workspace.modal).to_be_hidden()
    assert [(one["view_id"], one["clear"]) for one in app.closed] == [("V3", True)]


def test_a_pushed_view_closes_to_the_one_below_with_its_values(
    workspace: WorkspacePage, app: App
) -> None:
    below = view(text_field("title"), title="Below")
    app.opens(below)
    workspace.field("title").fill("half written")
    app.opens(below, view(text_field("name"), view_id="V2", title="Above"))
    expect(workspace.get("modal-close")).to_have_text("Never mind")
    workspace.get("modal-close").click()
    expect(workspace.get("modal-title")).to_have_text("Below")
    expect(workspace.field("title")).to_have_value("half written")
    assert [(one["view_id"], one["clear"]) for one in app.closed] == [("V2", False)]


def test_an_updated_view_keeps_what_was_entered_and_the_focus(
    workspace: WorkspacePage, app: App
) -> None:
    title, lead = text_field("title"), field("lead", {"type": "users_select"})
    app.opens(view(title, lead))
    workspace.field("lead").select_option("U0DANA")
    workspace.field("title").fill("typed")
    app.updates(title=plain("Updated"), blocks=[title, lead, text_field("more")])
    expect(workspace.get("modal-title")).to_have_text("Updated")
    expect(workspace.field("title")).to_have_value("typed")
    expect(workspace.field("title")).to_be_focused()
    expect(workspace.field("lead")).to_have_value("U0DANA")
    expect(workspace.field("more")).to_be_visible()


def test_a_field_that_dispatches_sends_an_action(workspace: WorkspacePage, app: App) -> None:
    select = {"type": "users_select"}
    app.opens(view(field("lead", select, dispatch_action=True), field("quiet", select)))
    bodies: list[Object] = []

    def keep(route: Route) -> None:
        bodies.append(route.request.post_data_json)
        route.fulfill(json={"ok": True})

    workspace.page.route("**/ui/action", keep)
    workspace.field("quiet").select_option("U0BOB")
    with workspace.page.expect_response("**/ui/action"):
        workspace.field("lead").select_option("U0DANA")
    assert [body["view_id"] for body in bodies] == ["V1"]
    assert bodies[0]["action"]["selected_user"] == "U0DANA"
    assert bodies[0]["state_values"]["quiet"]["quiet"]["selected_user"] == "U0BOB"


def test_hints_placeholders_and_texts_are_drawn(workspace: WorkspacePage, app: App) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Mind* the `gap`"}}
    hinted = text_field("title", placeholder=plain("What is up?"), multiline=True)
    app.opens(view(section, {"type": "divider"}, {**hinted, "hint": plain("Be brief &amp; kind")}))
    expect(workspace.modal.locator("strong")).to_have_text("Mind")
    expect(workspace.field("title")).to_have_attribute("placeholder", "What is up?")
    expect(workspace.get("field-title")).to_contain_text("Be brief & kind")
    expect(workspace.modal.get_by_label("Title")).to_be_visible()
