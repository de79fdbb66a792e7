"""Block Kit in messages: every block is drawn, and what one does with it is sent."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewPage, Snapshot
from tests.browser.demo_server import DemoServer
from tests.browser.workspace_page import WorkspacePage

Object = dict[str, Any]


def plain(text: str) -> Object:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Object:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str) -> Object:
    return {"text": plain(text), "value": value}


def actions(*elements: Object, block_id: str = "row") -> Object:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(**more: Any) -> Object:
    return {"type": "button", "action_id": "go", "text": plain("Go"), "value": "42", **more}


SEVERITIES = [option("Critical", "1"), option("Major", "2")]
CONFIRM = {
    "title": plain("Really?"),
    "text": mrkdwn("It *cannot* be undone"),
    "confirm": plain("Do it"),
    "deny": plain("Not now"),
}


class Sent:
    """What the page posts to ui/action; the app does not get to see it."""

    def __init__(self, workspace: WorkspacePage) -> None:
        self.bodies: list[Object] = []
        self.workspace = workspace
        workspace.page.route("**/ui/action", self._keep)

    def _keep(self, route: Any) -> None:
        self.bodies.append(route.request.post_data_json)
        route.fulfill(json={"ok": True})

    def by(self, do: Any) -> Object:
        """The body of the one call that something makes."""
        with self.workspace.page.expect_response("**/ui/action"):
            do()
        return self.bodies[-1]


@pytest.fixture
def sent(workspace: WorkspacePage) -> Iterator[Sent]:
    yield Sent(workspace)
    workspace.page.unroute_all(behavior="wait")


@pytest.fixture
def post(demo: DemoServer, workspace: WorkspacePage) -> Any:
    """Posts blocks as the bot; gives the message on the page."""

    def send(*blocks: Object) -> Locator:
        message = workspace.at(demo.post_blocks("C0GENERAL", *blocks))
        expect(message).to_be_visible()
        return message

    return send


def test_section_header_context_and_divider(post: Any, snapshot: Snapshot) -> None:
    message = post(
        {"type": "header", "text": plain(":fire: Down & <out>")},
        {"type": "section", "text": mrkdwn("*Lead* <@U0BOB>"), "accessory": button()},
        {"type": "section", "fields": [mrkdwn("*A*\n1"), plain("*B*")]},
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("see <https://example.com|here>")]},
    )
    expect(message.locator(".block-header")).to_have_text("🔥 Down & <out>")
    expect(message.locator(".block-section__text strong")).to_have_text("Lead")
    expect(message.locator(".block-section__field")).to_have_text(["A1", "*B*"])
    expect(message.get_by_role("separator")).to_be_visible()
    expect(message.locator(".block-context").get_by_role("link")).to_have_text("here")
    expect(message.locator(".block-section__accessory").get_by_role("button")).to_have_text("Go")
    snapshot("blocks", message.page)


def test_a_markdown_block_and_rich_text(post: Any) -> None:
    leaves = [{"type": "text", "text": "rich", "style": {"bold": True}}]
    message = post(
        {"type": "markdown", "text": "**strong** and `code`"},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": leaves}],
        },
    )
    expect(message.locator("strong")).to_have_text(["strong", "rich"])


def test_an_image_from_elsewhere_is_a_link(post: Any) -> None:
    message = post({"type": "image", "image_url": "https://example.com/a.png", "alt_text": "graph"})
    expect(message.locator("img")).to_have_count(0)
    expect(message.get_by_role("link", name="graph")).to_be_visible()


def test_an_unknown_block_is_a_box_with_its_name(
    workspace: WorkspacePage,
) -> None:
    def with_unknown_block(route: Any) -> None:
        answer = route.fetch().json()
        block = {"type": "hologram", "block_id": "b"}
        message = {"ts": "1.1", "user": "U0INCIDENT", "bot_id": "B", "text": "", "blocks": [block]}
        route.fulfill(json={**answer, "messages": [message]})

    workspace.page.route("**/ui/messages*", with_unknown_block)
    workspace.go("incidents")
    expect(workspace.get("unknown-block")).to_contain_text("hologram")
    workspace.page.unroute_all(behavior="wait")


def test_a_button_sends_its_value(post: Any, sent: Sent) -> None:
    message = post(actions(button(style="primary")))
    body = sent.by(message.get_by_test_id("action-go").click)
    assert body["user"] == "U0ANA"
    assert body["channel"] == "C0GENERAL"
    assert body["message_ts"] == message.get_attribute("data-ts")
    action = body["action"]
    assert (action["type"], action["block_id"]) == ("button", "row")
    assert (action["action_id"], action["value"]) == ("go", "42")


def test_a_confirmation_is_asked_before_anything_is_sent(
    workspace: WorkspacePage, post: Any, sent: Sent, snapshot: Snapshot
) -> None:
    go = post(actions(button(confirm=CONFIRM))).get_by_test_id("action-go")
    go.click()
    expect(workspace.get("confirm")).to_contain_text("It cannot be undone")
    expect(workspace.get("confirm-ok")).to_have_text("Do it")
    snapshot("confirm", workspace.page)
    workspace.get("confirm-deny").click()
    expect(workspace.get("confirm")).to_have_count(0)
    assert sent.bodies == []
    go.click()
    sent.by(workspace.get("confirm-ok").click)


def test_a_denied_choice_goes_back(workspace: WorkspacePage, post: Any) -> None:
    select = {
        "type": "static_select",
        "action_id": "sev",
        "placeholder": plain("Severity"),
        "options": SEVERITIES,
        "initial_option": SEVERITIES[0],
        "confirm": CONFIRM,
    }
    control = post(actions(select)).get_by_test_id("action-sev")
    control.select_option("2")
    workspace.get("confirm-deny").click()
    expect(control).to_have_value("1")


def test_selects_send_what_was_chosen(post: Any, sent: Sent) -> None:
    groups = [
        {"label": plain("High"), "options": SEVERITIES},
        {"label": plain("Low"), "options": [option("Minor", "3")]},
    ]
    more = {"placeholder": plain("Choose")}
    message = post(
        actions(
            {"type": "static_select", "action_id": "sev", "option_groups": groups, **more},
            {"type": "users_select", "action_id": "lead", "initial_user": "U0BOB", **more},
            {"type": "conversations_select", "action_id": "room", **more},
        )
    )
    severity = message.get_by_test_id("action-sev")
    expect(severity.locator("optgroup")).to_have_count(2)
    body = sent.by(lambda: severity.select_option("3"))
    assert body["action"]["selected_option"]["value"] == "3"
    assert body["state_values"]["row"]["lead"]["selected_user"] == "U0BOB"
    body = sent.by(lambda: message.get_by_test_id("action-lead").select_option("U0DANA"))
    assert body["action"]["selected_user"] == "U0DANA"
    body = sent.by(lambda: message.get_by_test_id("action-room").select_option("C0INCIDENTS"))
    assert body["action"]["selected_conversation"] == "C0INCIDENTS"


def test_an_overflow_menu(workspace: WorkspacePage, post: Any, sent: Sent) -> None:
    options = [option("Rename", "rename"), option("Archive", "archive")]
    menu = post(actions({"type": "overflow", "action_id": "more", "options": options}))
    menu.get_by_test_id("action-more").click()
    expect(workspace.get("option-rename")).to_be_focused()
    workspace.page.keyboard.press("ArrowDown")
    body = sent.by(lambda: workspace.page.keyboard.press("Enter"))
    assert body["action"]["selected_option"]["value"] == "archive"


def test_radio_buttons_and_checkboxes(post: Any, sent: Sent) -> None:
    message = post(
        actions(
            {"type": "radio_buttons", "action_id": "one", "options": SEVERITIES},
            {"type": "checkboxes", "action_id": "any", "options": SEVERITIES},
        )
    )
    body = sent.by(message.get_by_test_id("action-one").get_by_label("Major").check)
    assert body["action"]["selected_option"]["value"] == "2"
    sent.by(message.get_by_test_id("action-any").get_by_label("Critical").check)
    body = sent.by(message.get_by_test_id("action-any").get_by_label("Major").check)
    assert [one["value"] for one in body["action"]["selected_options"]] == ["1", "2"]


def test_pickers_of_date_and_time(demo: DemoServer, new_page: NewPage) -> None:
    demo.reset_workspace()
    page = new_page(timezone_id="Asia/Kathmandu")
    workspace = WorkspacePage(page, demo.url).open(channel="C0GENERAL")
    sent = Sent(workspace)
    row = actions(
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-20"},
        {"type": "timepicker", "action_id": "hour"},
        {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1795200000},
    )
    message = workspace.at(demo.post_blocks("C0GENERAL", row))
    expect(message.get_by_test_id("action-day")).to_have_value("2026-11-20")
    body = sent.by(lambda: message.get_by_test_id("action-day").fill("2026-11-21"))
    assert body["action"]["selected_date"] == "2026-11-21"
    body = sent.by(lambda: message.get_by_test_id("action-hour").fill("14:30"))
    assert body["action"]["selected_time"] == "14:30"
    moment = message.get_by_test_id("action-moment")
    expect(moment).to_have_value("2026-11-21T00:25")
    body = sent.by(lambda: moment.fill("2026-11-21T00:30"))
    assert body["action"]["selected_date_time"] == 1795200300


def test_an_app_that_does_not_answer_is_told_beside_the_button(
    workspace: WorkspacePage, post: Any
) -> None:
    message = post(actions(button()))
    answer = {"ok": False, "error": "operation_timeout", "message": "The app took too long."}
    workspace.page.route("**/ui/action", lambda route: route.fulfill(status=504, json=answer))
    message.get_by_test_id("action-go").click()
    expect(message.get_by_test_id("action-error")).to_have_text("The app took too long.")
    expect(message.get_by_test_id("action-go")).to_be_enabled()


def test_an_open_choice_survives_what_others_write(
    demo: DemoServer, workspace: WorkspacePage, post: Any
) -> None:
    message = post(
        actions({"type": "checkboxes", "action_id": "any", "options": SEVERITIES}, button())
    )
    box = message.get_by_label("Major")
    box.focus()
    demo.slack("chat.postMessage", channel="C0GENERAL", text="meanwhile")
    expect(workspace.message("meanwhile")).to_be_visible()
    expect(box).to_be_focused()


def test_an_updated_message_is_redrawn_in_its_place(
    demo: DemoServer, workspace: WorkspacePage, post: Any
) -> None:
    message = post(actions(button()))
    demo.slack("chat.postMessage", channel="C0GENERAL", text="later")
    ts = message.get_attribute("data-ts")
    section = {"type": "section", "text": mrkdwn("done")}
    demo.slack("chat.update", channel="C0GENERAL", ts=ts, text="done", blocks=[section])
    expect(message).to_contain_text("done")
    expect(workspace.messages.last).to_contain_text("later")


def test_an_attachment(demo: DemoServer, workspace: WorkspacePage) -> None:
    attachment = {"color": "danger", "title": "CPU", "text": "is *hot*"}
    demo.slack("chat.postMessage", channel="C0GENERAL", text="alert", attachments=[attachment])
    box = workspace.message("alert").locator(".attachment")
    expect(box.locator("strong")).to_have_text("hot")
    expect(box).to_have_css("border-left-color", "rgb(224, 30, 90)")
