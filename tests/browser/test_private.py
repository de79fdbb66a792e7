"""A private incident in the browser: seen by those in its channel, and by nobody else."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage, Snapshot
from tests.browser.demo_server import DemoServer
from tests.browser.test_whole_story import SOON, declare, headline, says
from tests.browser.workspace_page import WorkspacePage

TITLE = "The payroll leaked"


def channel_of(workspace: WorkspacePage) -> str:
    """The name of the newest comms channel that whoever sits there can see."""
    channel = workspace.page.locator('[data-testid^="channel-inc-"]').last
    expect(channel).to_be_visible(timeout=SOON)
    return (channel.get_attribute("data-testid") or "").removeprefix("channel-")


def report_of(workspace: WorkspacePage) -> str:
    """The path of the incident's page, as the bot tells it in its channel."""
    welcome = workspace.message("This is the place to work on")
    expect(welcome).to_be_visible(timeout=SOON)
    link = welcome.locator('a[href*="/incident/"]').first.get_attribute("href") or ""
    found = re.search(r"/incident/\d+/", link)
    assert found is not None, link
    return found[0]


def public(workspace: WorkspacePage) -> Locator:
    """What everybody in the channel reads, without what is told to one person."""
    return workspace.page.locator('[data-testid="message"]:not([data-ephemeral="true"])')


def sees_nothing(page: Page, demo: DemoServer, path: str) -> None:
    """Somebody of whom the site knows nothing."""
    page.goto(f"{demo.url}/")
    expect(page.locator("main")).not_to_contain_text(TITLE)
    answer = page.goto(f"{demo.url}{path}")
    assert answer is not None
    assert answer.status == 404
    assert TITLE not in page.content()


def signs_in(page: Page, demo: DemoServer) -> None:
    page.goto(f"{demo.url}/admin/login/")
    page.get_by_label("Username").fill("demo")
    page.get_by_label("Password").fill((demo.var / "demo-password").read_text())
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Site administration")).to_be_visible()


def test_declared_in_private_it_is_in_its_channel_only(
    demo: DemoServer, workspace: WorkspacePage, new_page: NewPage, snapshot: Snapshot
) -> None:
    workspace.say(f"/incident {TITLE}")
    expect(workspace.modal).to_be_visible(timeout=SOON)
    workspace.get("field-private").get_by_role("checkbox").check()
    snapshot("private-01-declare", workspace.page)
    workspace.submit()
    expect(workspace.modal).to_be_hidden(timeout=SOON)
    name = channel_of(workspace)
    expect(public(workspace).filter(has_text=TITLE)).to_have_count(0)
    workspace.go(name)
    path = report_of(workspace)
    says(workspace, "@incident severity major")
    snapshot("private-02-channel", workspace.page)

    workspace.be("U0CHIDI")
    workspace.go("incidents")
    expect(workspace.get(f"channel-{name}")).to_have_count(0)
    expect(public(workspace).filter(has_text=TITLE)).to_have_count(0)
    sees_nothing(new_page(), demo, path)

    boss = new_page()
    signs_in(boss, demo)
    boss.goto(f"{demo.url}{path}")
    expect(boss.get_by_role("heading", level=1)).to_contain_text(TITLE)


def test_made_private_later_it_leaves_the_public_channels(
    demo: DemoServer, workspace: WorkspacePage, new_page: NewPage, snapshot: Snapshot
) -> None:
    declare(workspace, TITLE)
    post = headline(workspace, TITLE)
    post.get_by_test_id("action-create-comms-channel-button").click()
    expect(post).to_contain_text("Comms channel", timeout=SOON)
    old = channel_of(workspace)
    workspace.go(old)
    path = report_of(workspace)
    workspace.say("@incident private")
    new = workspace.get(f"channel-{old}-2")
    expect(new).to_be_visible(timeout=SOON)
    workspace.go(f"{old}-2")
    expect(workspace.message("It is private")).to_be_visible(timeout=SOON)
    snapshot("private-03-moved", workspace.page)
    workspace.go("incidents")
    expect(public(workspace).filter(has_text=TITLE)).to_have_count(0, timeout=SOON)

    workspace.be("U0CHIDI")
    expect(workspace.get(f"channel-{old}-2")).to_have_count(0)
    sees_nothing(new_page(), demo, path)
