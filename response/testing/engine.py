"""Makes happen, in this thread, what happens by itself in production."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Self
from unittest import mock

from django.test import override_settings
from django.utils import timezone

from response import background
from response.conf import conf
from response.sandbox import clock, credentials, deliveries, triggers
from response.sandbox.models import ApiCall
from response.sandbox.seed import BOT
from response.sandbox.workspace import Workspace
from response.slack import drain, registry, tick
from response.slack.client import SlackClient
from response.slack.pace import Unpaced
from response.slack.sender import Sender
from response.testing import commits, place, wire
from response.testing.clock import Clock
from response.testing.failures import Failures

# A handler that answers what it said itself would go on for ever.
ROUNDS = 50
TICKS = 120
MINUTE = timedelta(minutes=1)
ROUTER = "response.sandbox.router.SandboxRouter"


class Engine:
    """The workspace, the app beside it, and the time; nothing happens by itself."""

    def __init__(self, workspace: Workspace, time: Clock, failures: Failures) -> None:
        self.workspace = workspace
        self.clock = time
        self.failures = failures

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Self]:
        """Within, this project's app is installed in a workspace of the test's own."""
        time, failures = Clock(), Failures()
        with ExitStack() as stack:
            stack.enter_context(override_settings(**_settings()))
            workspace = stack.enter_context(place.workspace())
            stack.enter_context(background.by_hand())
            stack.enter_context(time.running())
            stack.enter_context(wire.in_process(commits.run_callbacks))
            stack.enter_context(failures.watching())
            # Who steps through a handler in a debugger takes longer than Slack would wait.
            stack.enter_context(mock.patch.object(triggers, "TRIGGER_SECONDS", 3600.0))
            for each in registry.ALL:
                stack.enter_context(each.temporarily())
            yield cls(workspace, time, failures)

    def settle(self) -> None:
        """Deliver Slack's events and work both boxes off, until nothing is due now.

        Raises ``HandlerFailed`` if a handler failed, or if Slack refused something.
        """
        commits.run_callbacks()
        for _ in range(ROUNDS):
            if not self.workspace.deliver() + self._work():
                break
        else:
            raise AssertionError(
                f"After {ROUNDS} rounds there is still something to do: does a handler "
                "answer what it says itself?"
            )
        self.failures.raise_first()

    def forward(self, by: timedelta) -> None:
        """Let time pass, with the tick of each minute; of a long time with 120 of them."""
        step = max(MINUTE, by / TICKS)
        until = self.clock.ahead + by
        while self.clock.ahead < until:
            self.clock.forward(min(step, until - self.clock.ahead))
            if tick.tick(timezone.now()) or self._is_due():
                self.settle()
        self.settle()

    def _is_due(self) -> bool:
        due, event = drain.next_due(), deliveries.next_due()
        now = timezone.now()
        return (due is not None and due <= now) or (event is not None and event <= clock.now())

    def _work(self) -> int:
        before = ApiCall.objects.count()
        drain.drain_once(clock=self.clock, outgoing=Sender(clock=self.clock, pace=Unpaced()))
        commits.run_callbacks()
        return ApiCall.objects.count() - before


def _settings() -> dict[str, object]:
    ours = credentials.generate()
    return {
        "DATABASE_ROUTERS": [ROUTER, *conf.database_routers],
        "SLACK_API_URL": wire.API_URL,
        "SLACK_TOKEN": ours.token,
        # Host code calls it directly.
        "SLACK_CLIENT": SlackClient(ours.token, base_url=wire.API_URL),
        "SLACK_SIGNING_SECRET": ours.signing_secret,
        "INCIDENT_CHANNEL_ID": "C0INCIDENTS",
        "INCIDENT_CHANNEL_NAME": "",
        "INCIDENT_REPORT_CHANNEL_ID": "C0REPORTS",
        "INCIDENT_REPORT_CHANNEL_NAME": "",
        # The host's is no channel of this workspace.
        "INCIDENT_PRIVATE_CHANNEL_ID": "",
        "INCIDENT_BOT_ID": BOT,
        "INCIDENT_BOT_NAME": "incident",
        "RESPONSE_SANDBOX_TOKEN": ours.token,
        "RESPONSE_SANDBOX_SIGNING_SECRET": ours.signing_secret,
        "RESPONSE_SANDBOX_URL": wire.URL,
        "RESPONSE_SANDBOX_APP_URL": wire.URL,
        "RESPONSE_SANDBOX_DELIVER": "manual",
    }
