"""A live server that is both our app and the sandbox, and a story told against it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from response.sandbox import credentials, sending
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
def story(live_server: Any, settings: Any) -> Iterator[Story]:
    """The seeded workspace, its people, and the clock at ``START``."""
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
    with time_machine.travel(START, tick=False) as traveller:
        yield Story(Workspace().reset(), traveller)
