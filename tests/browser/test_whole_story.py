"""The whole story in the browser: from ``/incident`` to the report, as a newcomer lives it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage, Snapshot
from tests.browser.demo_server import DemoServer
from tests.browser.workspace_page import WorkspacePage

TITLE = 'Card payments fail: 30% < usual & "rising" <script>alert(1)</script>'
# The boxes are worked off in the background: an answer takes what a busy machine takes.
SOON = 30_000


def declare(workspace: WorkspacePage, title: str = TITLE, **fields: str) -> None:
    """Type ``/incident``, fill the modal in and submit it."""
    workspace.say(f"/incident {title}")
    expect(workspace.modal).to_be_visible(timeout=SOON)
    for name in ("summary", "impact"):
        if name in fields:
            workspace.field(name).fill(fields[name])
    for name in ("severity", "lead", "incident_type"):
        if name in fields:
            workspace.field(name).select_option(label=fields[name])
    workspace.submit()
    expect(workspace.modal).to_be_hidden(timeout=SOON)


def headline(workspace: WorkspacePage, title: str = TITLE) -> Locator:
    workspace.go("incidents")
    post = workspace.message(title)
    expect(post).to_be_visible(timeout=SOON)
    return post


def says(workspace: WorkspacePage, text: str, reaction: str = "white_check_mark") -> Locator:
    """Say something to the bot, and see its reaction."""
    workspace.say(text)
    own = workspace.page.locator('[data-testid="message"][data-author="U0ANA"]')
    said = own.filter(has_text=text.partition("\n")[0].removeprefix("@incident ")).last
    if reaction:
        expect(said.get_by_test_id(f"reaction-{reaction}")).to_be_visible(timeout=SOON)
    return said


def test_from_incident_to_the_report(
    demo: DemoServer, workspace: WorkspacePage, new_page: NewPage, snapshot: Snapshot
) -> None:
    page = workspace.page
    # Declare: the modal is pre-filled; an empty title is refused beside its field.
    workspace.say(f"/incident {TITLE}")
    expect(workspace.field("report")).to_have_value(TITLE, timeout=SOON)
    snapshot("story-01-declare", page)
    workspace.field("report").fill("   ")
    workspace.submit()
    expect(workspace.field_error("report")).to_be_visible(timeout=SOON)
    snapshot("story-02-title-refused", page)
    workspace.field("report").fill(TITLE)
    workspace.field("severity").select_option(label="Major")
    workspace.submit()
    expect(workspace.modal).to_be_hidden(timeout=SOON)
    # The reporter is told privately where to go.
    private = workspace.page.locator('[data-testid="message"][data-ephemeral="true"]').last
    expect(private).to_contain_text("#incidents", timeout=SOON)
    snapshot("story-03-told-where-to-go", page)

    post = headline(workspace)
    expect(post).to_contain_text("Live")
    expect(post).to_contain_text("Major")
    snapshot("story-04-headline", page)

    # Edit: everything is filled in, and the severity cannot be unset.
    post.get_by_test_id("action-edit-incident-button").click()
    expect(workspace.field("report")).to_have_value(TITLE, timeout=SOON)
    workspace.field("impact").fill("A third of our customers cannot pay")
    snapshot("story-05-edit", page)
    workspace.submit()
    expect(workspace.modal).to_be_hidden(timeout=SOON)

    # Comms channel.
    post.get_by_test_id("action-create-comms-channel-button").click()
    expect(post).to_contain_text("Comms channel", timeout=SOON)
    expect(post.get_by_test_id("action-create-comms-channel-button")).to_have_count(0)
    snapshot("story-06-comms-channel", page)
    channel = page.locator('[data-testid^="channel-inc-"]').last
    name = (channel.get_attribute("data-testid") or "").removeprefix("channel-")
    workspace.go(name)
    expect(workspace.message("@incident lead")).to_be_visible(timeout=SOON)
    snapshot("story-07-welcome", page)

    # Commands.
    says(workspace, "@incident lead @bob")
    says(workspace, "@incident sev CRITICAL")
    says(
        workspace, "@incident summary The certificate expired at 08:57.\nIt is **not** the network."
    )
    says(workspace, "@incident summary The certificate of the card provider expired.")
    proposal = workspace.messages.filter(
        has=page.get_by_test_id("action-set-proposed-text-action")
    ).last
    expect(proposal).to_be_visible(timeout=SOON)
    snapshot("story-08-summary-proposed", page)
    proposal.get_by_test_id("action-set-proposed-text-action").click()
    expect(workspace.message("has been updated")).to_be_visible(timeout=SOON)
    says(workspace, "@incident action Renew certificates automatically")
    says(workspace, "@incident serverity minor", reaction="question")
    says(workspace, "@incident duration")
    says(workspace, "@incident help")
    snapshot("story-09-commands", page)

    # Pins become the timeline; the runbook keyword is the host's own handler.
    workspace.say("We found it: the certificate expired")
    pinned = workspace.message("We found it")
    workspace.tool(pinned, "pin")
    expect(pinned.get_by_test_id("pinned")).to_be_visible()
    workspace.say("is there a runbook for this?")
    snapshot("story-10-pinned", page)

    # Close: asks for confirmation, is announced, and asks the lead for the report.
    post = headline(workspace)
    expect(post).to_contain_text("Critical", timeout=SOON)
    post.get_by_test_id("action-close-incident-button").click()
    expect(workspace.get("confirm")).to_be_visible()
    snapshot("story-11-close-confirmation", page)
    workspace.get("confirm-ok").click()
    expect(post).to_contain_text("Resolved", timeout=SOON)
    snapshot("story-12-resolved", page)
    workspace.go(name)
    expect(workspace.message("has been closed")).to_be_visible(timeout=SOON)
    workspace.be("U0BOB")
    expect(workspace.get("bell-count")).to_be_visible(timeout=SOON)
    workspace.get("bell").click()
    expect(workspace.get("bell-list")).to_contain_text("report")
    snapshot("story-13-bell", page)

    report = new_page()
    _read_the_report(report, demo, snapshot)
    _read_it_on_a_phone(new_page, report.url, snapshot)


def _read_the_report(page: Page, demo: DemoServer, snapshot: Snapshot) -> None:
    page.goto(f"{demo.url}/")
    snapshot("story-14-list", page)
    page.get_by_role("link", name=re.compile("Card payments fail")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    body = page.locator("main")
    expect(body).to_contain_text("The certificate of the card provider expired.")
    expect(body).to_contain_text("A third of our customers cannot pay")
    expect(body).to_contain_text("We found it: the certificate expired")
    expect(body).to_contain_text("Renew certificates automatically")
    expect(body).to_contain_text("bob")
    page.screenshot(path="artifacts/browser/story-15-report.png", full_page=True)


def _read_it_on_a_phone(new_page: NewPage, url: str, snapshot: Snapshot) -> None:
    phone = new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    phone.goto(url)
    snapshot("story-16-report-on-a-phone", phone)
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
