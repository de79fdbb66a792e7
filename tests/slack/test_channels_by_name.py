"""A configured channel is found by its name, however many pages of channels Slack has."""

from __future__ import annotations

from typing import Any

import pytest

from response.slack import (
    channels,
)
from response.slack.client import SlackClient
from response.slack.errors import SlackRateLimited, error_for

pytestmark = pytest.mark.django_db(transaction=True)


class Workspace(SlackClient):
    """Has 30 pages of channels, of which it shows some before it says 429."""

    PAGES, AT_ONCE = 30, 12

    def __init__(self) -> None:
        super().__init__("xoxb-1")
        self.asked: list[int] = []
        self.left = self.AT_ONCE

    def api_call(self, api_endpoint: str, timeout: Any = None, **kwargs: Any) -> dict[str, Any]:
        assert api_endpoint == "conversations.list"
        if not self.left:
            raise SlackRateLimited("slowly", retry_after=30)
        self.left -= 1
        page = int(kwargs.get("cursor") or 0)
        self.asked.append(page)
        last = page + 1 == self.PAGES
        found = {"id": f"C{page}", "name": "incidents" if last else f"x{page}"}
        following = "" if last else str(page + 1)
        return {"ok": True, "channels": [found], "response_metadata": {"next_cursor": following}}


@pytest.fixture
def workspace(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    settings.INCIDENT_CHANNEL_ID, settings.INCIDENT_CHANNEL_NAME = None, "#incidents"
    monkeypatch.setattr(channels, "_ids", {})
    monkeypatch.setattr(channels, "_cursors", {})
    settings.SLACK_CLIENT = Workspace()
    found: Workspace = settings.SLACK_CLIENT
    return found


def test_a_channel_is_found_by_its_name_in_more_pages_than_slack_shows_at_once(
    workspace: Workspace,
):
    for _ in range(2):
        with pytest.raises(SlackRateLimited):
            channels.incident_channel_id()
        workspace.left = workspace.AT_ONCE
    assert channels.incident_channel_id() == "C29"
    assert workspace.asked == list(range(30))
    assert channels.incident_channel_id() == "C29"


def test_a_name_that_is_not_there_is_looked_for_from_the_beginning_again(
    workspace: Workspace, settings: Any
):
    settings.INCIDENT_CHANNEL_NAME = "elsewhere"
    for _ in range(2):
        workspace.left = workspace.PAGES
        with pytest.raises(channels.ChannelNotConfigured):
            channels.incident_channel_id()
    assert workspace.asked == list(range(30)) * 2


def test_a_place_that_slack_forgot_is_no_end(workspace: Workspace, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SlackRateLimited):
        channels.incident_channel_id()
    workspace.left = 100
    call = workspace.api_call

    def forget(endpoint: str, timeout: Any = None, **kwargs: Any) -> dict[str, Any]:
        monkeypatch.setattr(workspace, "api_call", call)
        raise error_for(endpoint, "invalid_cursor")

    monkeypatch.setattr(workspace, "api_call", forget)
    assert channels.incident_channel_id() == "C29"
