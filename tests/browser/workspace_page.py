"""The sandbox page in words of what one does there. Its hooks are listed in main.js."""

from typing import Self

from playwright.sync_api import Locator, Page, expect


class WorkspacePage:
    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site

    def open(self, *, user: str = "U0ANA", channel: str = "C0INCIDENTS", ts: str = "") -> Self:
        query = f"user={user}&channel={channel}" + (f"&ts={ts}" if ts else "")
        self.page.goto(f"{self.site}/sandbox/?{query}")
        self.page.locator("html[data-ready]").wait_for()
        return self

    def get(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def be(self, user: str) -> None:
        """Become another person."""
        self.get("person-select").select_option(user)
        self._settle()

    def go(self, channel: str) -> None:
        self.get(f"channel-{channel}").click()
        expect(self.get("channel-title")).to_have_text(channel)
        self._settle()

    def _settle(self) -> None:
        """Wait until the conversation that was asked for is shown."""
        expect(self.page.locator("#messages")).to_have_attribute("aria-busy", "false")

    @property
    def composer(self) -> Locator:
        return self.get("composer")

    def type(self, text: str) -> None:
        """Write and press Enter; what comes of it may be an error."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def say(self, text: str) -> None:
        """Write, press Enter, and see it go."""
        self.type(text)
        expect(self.composer).to_have_value("")

    @property
    def messages(self) -> Locator:
        return self.get("message")

    def message(self, text: str) -> Locator:
        """The newest message with that text in it."""
        return self.messages.filter(has_text=text).last

    def at(self, ts: str) -> Locator:
        """The message with that ts, its content only."""
        return self.page.locator(f'[data-testid="message"][data-ts="{ts}"]')

    def tool(self, message: Locator, name: str) -> None:
        """Press one of the buttons that show when the mouse is over a message."""
        message.hover()
        message.get_by_test_id(name).click()

    @property
    def modal(self) -> Locator:
        return self.get("modal")

    def field(self, block_id: str) -> Locator:
        """The control of an input block."""
        return self.get(f"field-{block_id}").locator("[aria-describedby]")

    def field_error(self, block_id: str) -> Locator:
        return self.get(f"error-{block_id}")

    def submit(self) -> None:
        self.get("modal-submit").click()
