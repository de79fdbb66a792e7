"""A service in this process, connected to a Slack with Socket Mode on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from response.sandbox import sending
from response.slack.client import SlackClient
from response.slack.socket_mode.service import Service
from tests.scenarios.child import PATIENCE
from tests.scenarios.conftest import live_story, nobody_is_in_a_hurry, story, workspace
from tests.socket_mode.slack_socket import SlackSocket, socket_mode

__all__ = ["live_story", "nobody_is_in_a_hurry", "story", "workspace"]

TOKEN = "xapp-of-the-tests"


class Running:
    """A service in a thread of its own."""

    def __init__(self, slack: SlackSocket, **options: Any) -> None:
        self.failure: BaseException | None = None
        self.service = Service(
            SlackClient(TOKEN, base_url=slack.url), **{"pause": lambda failures: 0.01, **options}
        )
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def stop(self) -> None:
        self.service.stopping.set()
        self.ends()

    def ends(self) -> None:
        """Wait until it has."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()

    def _run(self) -> None:
        try:
            self.service.run()
        except BaseException as failure:  # noqa: BLE001 - looked at by the test
            self.failure = failure
        finally:
            connections.close_all()


Start = Callable[..., Running]


@pytest.fixture
def slack() -> Iterator[SlackSocket]:
    with socket_mode() as slack:
        yield slack


@pytest.fixture
def start(slack: SlackSocket) -> Iterator[Start]:
    """Starts services; they have ended when the test has."""
    running: list[Running] = []

    def start(**options: Any) -> Running:
        running.append(Running(slack, **options))
        return running[-1]

    yield start
    for each in running:
        each.stop()


@pytest.fixture
def over_sockets(slack: SlackSocket, start: Start) -> Iterator[SlackSocket]:
    """What the sandbox tells the app goes through Socket Mode, to a service in this process."""
    start()
    slack.connected(2)
    with sending.transported_by(slack.transport):
        yield slack
