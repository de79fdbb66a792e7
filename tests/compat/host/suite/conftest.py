"""The host's process, as gunicorn has it: its WSGI module is loaded, and Slack is the sandbox."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import time_machine

from response.sandbox import credentials
from response.sandbox.workspace import Workspace
from response.slack.client import SlackClient
from tests.conftest import no_network, nothing_in_the_background
from tests.scenarios.conftest import START, nobody_is_in_a_hurry
from tests.scenarios.story import Story

__all__ = ("no_network", "nobody_is_in_a_hurry", "nothing_in_the_background")


@pytest.fixture(scope="session", autouse=True)
def warned() -> list[warnings.WarningMessage]:
    """The server's start: ``lighthouse.wsgi`` imports the handlers; the warnings that it made."""
    with warnings.catch_warnings(record=True) as made:
        warnings.simplefilter("always")
        import_module("lighthouse.wsgi")
    return made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if {"story", "workspace"} & set(getattr(item, "fixturenames", ())):
            mark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])
            item.add_marker(mark)
            item.add_marker(pytest.mark.story)


@pytest.fixture
def workspace(live_server: Any, settings: Any) -> Workspace:
    """The seeded workspace; the host reaches it with the client that its settings made."""
    ours = credentials.generate()
    settings.DEBUG = True
    settings.SITE_URL = live_server.url
    settings.SLACK_API_URL = f"{live_server.url}/sandbox/api/"
    settings.SLACK_TOKEN = settings.RESPONSE_SANDBOX_TOKEN = ours.token
    settings.SLACK_CLIENT = SlackClient(ours.token, base_url=settings.SLACK_API_URL)
    settings.SLACK_SIGNING_SECRET = ours.signing_secret
    settings.RESPONSE_SANDBOX_SIGNING_SECRET = ours.signing_secret
    settings.RESPONSE_SANDBOX_APP_URL = f"{live_server.url}/slack/"
    settings.RESPONSE_SANDBOX_URL = f"{live_server.url}/sandbox/"
    return Workspace()


@pytest.fixture
def story(workspace: Workspace) -> Iterator[Story]:
    """A story that begins at ``START``; time stands still unless it is moved forward."""
    with time_machine.travel(START, tick=False) as traveller:
        yield Story(workspace.reset(), traveller)
