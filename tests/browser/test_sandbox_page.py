"""The sandbox page itself: conversations, composer, live updates, drawers."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewPage, Snapshot
from tests.browser.demo_server import DemoServer
from tests.browser.workspace_page import WorkspacePage


def fail_with(message: str, status: int = 400) -> Any:
    """A route handler that refuses a call of the page."""

    def refuse(route: Route) -> None:
        route.fulfill(status=status, json={"ok": False, "error": "refused", "message": message})

    return refuse


def test_a_message_shows_its_marks_references_and_emoji(workspace: WorkspacePage) -> None:
    workspace.say("*bold* _it_ `code` @bob #general https://example.com/?a=1&b=2 :tada:")
    content = workspace.message("bold").get_by_test_id("message-content")
    expect(content).to_have_text("bold it code @bob #general https://example.com/?a=1&b=2 🎉")
    expect(content.locator("strong")).to_have_text("bold")
    expect(content.locator("em")).to_have_text("it")
    expect(content.locator("code")).to_have_text("code")
    link = content.get_by_role("link")
    expect(link).to_have_attribute("href", "https://example.com/?a=1&b=2")
    expect(link).to_have_attribute("rel", "noopener noreferrer")


def test_markup_in_a_message_is_text_and_never_runs(workspace: WorkspacePage) -> None:
    typed = "a < b & <script>document.title='ran'</script> &lt; <img src=x onerror=alert(1)>"
    workspace.say(typed)
    content = workspace.message("a < b").get_by_test_id("message-content")
    expect(content).to_have_text(typed)
    expect(content.locator("script, img")).to_have_count(0)
    expect(workspace.page).not_to_have_title("ran")


def test_messages_of_one_author_stand_together(workspace: WorkspacePage) -> None:
    workspace.say("first")
    workspace.say("second")
    expect(workspace.message("first")).to_contain_text("Ana")
    expect(workspace.message("second")).not_to_contain_text("Ana")


def test_shift_enter_makes_a_new_line(workspace: WorkspacePage) -> None:
    workspace.composer.press_sequentially("one")
    workspace.composer.press("Shift+Enter")
    workspace.composer.press_sequentially("two")
    workspace.composer.press("Enter")
    expect(workspace.message("one").locator("br")).to_have_count(1)


def test_what_was_typed_stays_when_it_could_not_be_sent(workspace: WorkspacePage) -> None:
    workspace.page.route("**/ui/message", fail_with("The channel is gone."))
    workspace.type("important words")
    expect(workspace.get("composer-error")).to_have_text("The channel is gone.")
    expect(workspace.composer).to_have_value("important words")
    workspace.page.unroute("**/ui/message")
    workspace.composer.press("Enter")
    expect(workspace.message("important words")).to_be_visible()
    expect(workspace.get("composer-error")).to_be_hidden()


def test_an_unknown_command_is_refused_and_stays_in_the_box(workspace: WorkspacePage) -> None:
    workspace.type("/incidant db down")
    expect(workspace.get("composer-error")).to_contain_text("/incidant is not a valid command")
    expect(workspace.composer).to_have_value("/incidant db down")


def test_a_command_that_timed_out_stays_in_the_box(workspace: WorkspacePage) -> None:
    answer = '/incident failed with the error "operation_timeout"'
    workspace.page.route("**/ui/command", fail_with(answer, status=504))
    workspace.type("/incident db down")
    expect(workspace.get("composer-error")).to_have_text(answer)
    expect(workspace.composer).to_have_value("/incident db down")


def test_commands_are_suggested(workspace: WorkspacePage) -> None:
    workspace.composer.press_sequentially("/inc")
    expect(workspace.get("completion-item").first).to_contain_text("/incident")
    workspace.composer.press("Tab")
    expect(workspace.composer).to_have_value("/incident ")


def test_people_and_the_bot_are_suggested(workspace: WorkspacePage) -> None:
    workspace.composer.press_sequentially("@inc")
    expect(workspace.get("completion-item").first).to_contain_text("incident")
    workspace.composer.press("Enter")
    expect(workspace.composer).to_have_value("@incident ")
    workspace.composer.fill("@")
    names = workspace.get("completion-item").locator(".completion__label").all_inner_texts()
    workspace.composer.press("ArrowDown")
    workspace.composer.press("Tab")
    expect(workspace.composer).to_have_value(f"@{names[1]} ")


def test_emoji_are_suggested_and_escape_closes_the_list(workspace: WorkspacePage) -> None:
    workspace.composer.press_sequentially("on :fir")
    expect(workspace.get("completion-item").first).to_contain_text("🔥")
    workspace.composer.press("Escape")
    expect(workspace.get("completion")).to_be_hidden()
    expect(workspace.composer).to_have_value("on :fir")


def test_others_see_a_message_without_reloading(
    workspace: WorkspacePage, new_page: NewPage
) -> None:
    bob = WorkspacePage(new_page(), workspace.site).open(user="U0BOB", channel="C0GENERAL")
    workspace.say("can you see this?")
    expect(bob.message("can you see this?")).to_be_visible()


def test_a_channel_with_news_is_marked_until_it_is_read(
    demo: DemoServer, workspace: WorkspacePage
) -> None:
    demo.slack("chat.postMessage", channel="C0INCIDENTS", text="look")
    button = workspace.get("channel-incidents")
    expect(button).to_contain_text("1")
    workspace.go("incidents")
    expect(workspace.message("look")).to_be_visible()
    expect(workspace.page.get_by_role("separator").filter(has_text="New")).to_be_visible()
    workspace.go("general")
    expect(button).to_have_text("incidents")


def test_a_direct_message_rings_the_bell(
    demo: DemoServer, workspace: WorkspacePage, snapshot: Snapshot
) -> None:
    expect(workspace.get("bell-count")).to_have_count(0)
    demo.slack("chat.postMessage", channel="U0ANA", text="You are *lead* now")
    expect(workspace.get("bell-count")).to_have_text("1")
    expect(workspace.get("toast")).to_contain_text("You are lead now")
    workspace.get("bell").click()
    snapshot("bell", workspace.page)
    workspace.get("bell-item").click()
    expect(workspace.message("You are lead now")).to_be_visible()
    expect(workspace.get("bell-count")).to_have_count(0)


def test_an_ephemeral_message_is_for_one_person(demo: DemoServer, workspace: WorkspacePage) -> None:
    demo.slack("chat.postEphemeral", channel="C0GENERAL", user="U0ANA", text="just you")
    message = workspace.message("just you")
    expect(message.get_by_test_id("only-you")).to_have_text("Only visible to you")
    expect(message).to_have_attribute("data-ephemeral", "true")
    workspace.be("U0BOB")
    expect(workspace.messages.filter(has_text="just you")).to_have_count(0)


def test_reactions_are_added_counted_and_taken_back(workspace: WorkspacePage) -> None:
    workspace.say("shipped")
    message = workspace.message("shipped")
    workspace.tool(message, "react")
    workspace.get("emoji-tada").click()
    reaction = message.get_by_test_id("reaction-tada")
    expect(reaction).to_have_attribute("aria-pressed", "true")
    workspace.be("U0BOB")
    expect(reaction).to_have_attribute("aria-pressed", "false")
    reaction.click()
    expect(reaction).to_contain_text("2")
    reaction.click()
    expect(reaction).to_contain_text("1")


def test_a_message_is_pinned_and_unpinned(workspace: WorkspacePage) -> None:
    workspace.say("remember this")
    message = workspace.message("remember this")
    workspace.tool(message, "pin")
    expect(message.get_by_test_id("pinned")).to_be_visible()
    workspace.tool(message, "unpin")
    expect(message.get_by_test_id("pinned")).to_have_count(0)


def test_one_edits_and_deletes_ones_own_messages_only(workspace: WorkspacePage) -> None:
    workspace.say("@bob see <this> & that")
    workspace.tool(workspace.message("see <this>"), "edit")
    expect(workspace.get("edit-box")).to_have_value("@bob see <this> & that")
    workspace.get("edit-box").fill("@bob see *that*")
    workspace.get("edit-box").press("Enter")
    expect(workspace.message("see that")).to_contain_text("(edited)")
    workspace.be("U0BOB")
    workspace.message("see that").hover()
    expect(workspace.message("see that").get_by_test_id("edit")).to_have_count(0)
    workspace.be("U0ANA")
    workspace.tool(workspace.message("see that"), "delete")
    workspace.get("confirm-ok").click()
    expect(workspace.messages.filter(has_text="see that")).to_have_count(0)


def test_a_reply_stands_below_its_message(workspace: WorkspacePage) -> None:
    workspace.say("who can help?")
    workspace.say("something else")
    workspace.tool(workspace.message("who can help?"), "reply")
    workspace.say("I can")
    expect(workspace.messages).to_have_text(
        [re.compile("who can help"), re.compile("I can"), re.compile("something else")]
    )


def test_a_channel_is_made_joined_and_left(workspace: WorkspacePage) -> None:
    workspace.get("new-channel").click()
    workspace.get("new-channel-name").fill("war-room")
    workspace.get("new-channel-create").click()
    expect(workspace.get("channel-title")).to_have_text("war-room")
    workspace.be("U0BOB")
    workspace.get("join").click()
    expect(workspace.composer).to_be_visible()
    workspace.get("channel-menu").click()
    workspace.get("leave").click()
    expect(workspace.get("join")).to_be_visible()


def test_a_refused_channel_name_is_said_beside_it(workspace: WorkspacePage) -> None:
    workspace.get("new-channel").click()
    workspace.get("new-channel-name").fill("general")
    workspace.get("new-channel-create").click()
    expect(workspace.get("new-channel-error")).not_to_be_empty()
    expect(workspace.get("new-channel-name")).to_have_value("general")


def test_the_topic_is_changed_in_the_header(workspace: WorkspacePage) -> None:
    workspace.get("topic").click()
    workspace.get("topic-box").fill("Read https://example.com & more")
    workspace.get("topic-box").press("Enter")
    expect(workspace.get("topic")).to_have_text("Read https://example.com & more")


def test_half_written_text_waits_in_its_channel(workspace: WorkspacePage) -> None:
    workspace.composer.fill("not yet")
    workspace.go("incidents")
    expect(workspace.composer).to_have_value("")
    workspace.go("general")
    expect(workspace.composer).to_have_value("not yet")


def test_the_address_names_person_channel_and_message(
    demo: DemoServer, workspace: WorkspacePage
) -> None:
    ts = str(demo.slack("chat.postMessage", channel="C0INCIDENTS", text="this one")["ts"])
    workspace.open(user="U0DANA", channel="C0INCIDENTS", ts=ts)
    expect(workspace.get("person-select")).to_have_value("U0DANA")
    expect(workspace.get("channel-title")).to_have_text("incidents")
    expect(workspace.at(ts)).to_have_class(re.compile("message--asked"))


def test_older_messages_stay_in_view_when_news_arrives(
    demo: DemoServer, workspace: WorkspacePage
) -> None:
    for number in range(40):
        demo.slack("chat.postMessage", channel="C0GENERAL", text=f"line {number}.")
    expect(workspace.message("line 39.")).to_be_in_viewport()
    workspace.message("line 0.").scroll_into_view_if_needed()
    demo.slack("chat.postMessage", channel="C0GENERAL", text="the newest")
    jump = workspace.page.get_by_role("button", name="New messages")
    expect(jump).to_be_visible()
    expect(workspace.message("line 0.")).to_be_in_viewport()
    jump.click()
    expect(workspace.message("the newest")).to_be_in_viewport()


def test_a_lost_connection_is_said_and_mended(workspace: WorkspacePage) -> None:
    workspace.page.route("**/ui/state*", lambda route: route.abort())
    expect(workspace.get("connection-lost")).to_be_visible()
    workspace.page.unroute("**/ui/state*")
    expect(workspace.get("connection-lost")).to_be_hidden()


def test_faults_are_switched_on_and_off(workspace: WorkspacePage, snapshot: Snapshot) -> None:
    expect(workspace.get("faults-pill")).to_be_hidden()
    workspace.get("faults-toggle").click()
    workspace.get("fault-outage").check()
    workspace.get("faults-save").click()
    expect(workspace.get("faults-pill")).to_be_visible()
    snapshot("faults", workspace.page)
    workspace.get("faults-off").click()
    expect(workspace.get("faults-pill")).to_be_hidden()
    expect(workspace.get("fault-outage")).not_to_be_checked()
    workspace.page.keyboard.press("Escape")
    expect(workspace.get("faults-drawer")).to_be_hidden()


def test_the_log_shows_deliveries_and_calls(
    demo: DemoServer, workspace: WorkspacePage, snapshot: Snapshot
) -> None:
    demo.slack("chat.postMessage", channel="C0GENERAL", text="logged")
    workspace.say("hello")
    workspace.get("log-toggle").click()
    expect(workspace.get("log-delivery").filter(has_text="message").first).to_contain_text("200")
    expect(workspace.get("log-call").filter(has_text="chat.postMessage").first).to_contain_text(
        "ok"
    )
    snapshot("log", workspace.page)


def test_arrow_keys_go_from_message_to_message(workspace: WorkspacePage) -> None:
    workspace.say("upper")
    workspace.say("lower")
    workspace.message("lower").focus()
    workspace.page.keyboard.press("ArrowUp")
    expect(workspace.message("upper")).to_be_focused()
    workspace.page.keyboard.press("Tab")
    expect(workspace.message("upper").get_by_test_id("react")).to_be_focused()


def test_every_control_has_a_name(workspace: WorkspacePage) -> None:
    workspace.say("a message with a toolbar")
    unnamed = workspace.page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, textarea')]
            .filter(node => node.checkVisibility() && !node.closest('select'))
            .filter(node => !node.getAttribute('aria-label') && !node.textContent.trim()
                && !node.labels?.length)
            .map(node => node.outerHTML)"""
    )
    assert unnamed == []


def test_the_page_needs_nothing_but_itself(demo: DemoServer, page: Page) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    WorkspacePage(page, demo.url).open()
    assert [url for url in requested if not url.startswith(demo.url)] == []


def test_it_works_under_a_strict_content_security_policy(demo: DemoServer, page: Page) -> None:
    answer = page.goto(f"{demo.url}/sandbox/")
    assert answer is not None
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    # A breach is an error on the console, which fails this test and every other.
    expect(page.get_by_test_id("channel-title")).not_to_be_empty()


def test_a_slash_after_a_space_is_no_command(workspace: WorkspacePage) -> None:
    workspace.say(" /incident is what I type")
    expect(workspace.message("/incident is what I type")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("phone", {"viewport": {"width": 390, "height": 844}}),
        ("phone-dark", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}),
        ("narrow", {"viewport": {"width": 320, "height": 640}}),
    ],
)
def test_it_fits_a_phone(
    demo: DemoServer, new_page: NewPage, snapshot: Snapshot, name: str, options: dict[str, Any]
) -> None:
    demo.reset_workspace()
    workspace = WorkspacePage(new_page(**options), demo.url).open(channel="C0GENERAL")
    workspace.say("a-word-that-is-far-too-long-for-a-small-screen-" * 3)
    width = options["viewport"]["width"]
    assert workspace.page.evaluate("document.documentElement.scrollWidth") == width
    expect(workspace.get("channel-incidents")).not_to_be_visible()
    workspace.page.get_by_role("button", name="Channels", exact=True).click()
    expect(workspace.get("channel-incidents")).to_be_visible()
    snapshot(f"{name}-channels", workspace.page)
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*Lead*\n<@U0BOB>"}}
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    row = {"type": "actions", "elements": [{**button, "action_id": f"go{n}"} for n in range(6)]}
    demo.post_blocks("C0INCIDENTS", {**section, "accessory": button}, row)
    workspace.go("incidents")
    expect(workspace.message("Lead").get_by_role("button", name="Go")).to_have_count(7)
    assert workspace.page.evaluate("document.documentElement.scrollWidth") == width
    snapshot(name, workspace.page)
