"""A live server that is both our app and the sandbox, and a story told against it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from response.sandbox import credentials, sending, triggers
from response.sandbox.workspace import Workspace
from response.slack import declare, modals, permissions
from tests.scenarios.story import Story

# A Monday morning in office hours.
START = "2026-11-23T10:00:00+00:00"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/scenarios/" in str(item.path):
            mark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
            item.add_marker(mark)


@pytest.fixture(autouse=True)
def nobody_is_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds that pass on the machine of the tests are none of the story's."""
    monkeypatch.setattr(sending, "DEADLINE", 60.0)
    for module in (declare, modals, permissions):
        monkeypatch.setattr(module, "PATIENCE", 60.0)


@pytest.fixture
def workspace(live_server: Any, settings: Any) -> Workspace:
    """The seeded workspace, and an app that is connected to it."""
    ours = credentials.generate()
    settings.DEBUG = True
    settings.SITE_URL = live_server.url
    settings.SLACK_API_URL = f"{live_server.url}/sandbox/api/"
    settings.SLACK_TOKEN = settings.RESPONSE_SANDBOX_TOKEN = ours.token
    settings.SLACK_SIGNING_SECRET = ours.signing_secret
    settings.RESPONSE_SANDBOX_SIGNING_SECRET = ours.signing_secret
    settings.RESPONSE_SANDBOX_APP_URL = f"{live_server.url}/slack/"
    settings.RESPONSE_SANDBOX_URL = f"{live_server.url}/sandbox/"
    settings.RESPONSE_SANDBOX_DELIVER = "manual"
    return Workspace()


@pytest.fixture
def story(workspace: Workspace) -> Iterator[Story]:
    """A story that begins at ``START``; time stands still unless it is moved forward."""
    with time_machine.travel(START, tick=False) as traveller:
        yield Story(workspace.reset(), traveller)


@pytest.fixture
def live_story(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """A story that begins now and in which time passes, as it does in other processes."""
    # A process that is only just starting may take longer than Slack would wait.
    monkeypatch.setattr(triggers, "TRIGGER_SECONDS", 60.0)
    with time_machine.travel(time.time(), tick=True) as traveller:
        yield Story(workspace.reset(), traveller)
