"""Every registration of a test is undone after it; the doctor is asked about a sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.utils import timezone

from response.conf import conf
from response.models import Heartbeat
from response.sandbox.workspace import Workspace
from response.slack import registry
from tests.scenarios.conftest import nobody_is_in_a_hurry, story, workspace
from tests.setup.doctor import Examine, Report, run

__all__ = ("nobody_is_in_a_hurry", "story", "workspace")


@pytest.fixture(autouse=True)
def registrations_are_undone() -> Iterator[None]:
    with ExitStack() as stack:
        for kind in registry.ALL:
            stack.enter_context(kind.temporarily())
        yield


@pytest.fixture
def examine(workspace: Workspace, settings: Any) -> Examine:
    """Runs the command against the sandbox; no secret of the settings is ever printed."""
    workspace.reset()
    settings.RESPONSE_CRON_TOKEN = "cron-4711-token-of-the-tests"
    Heartbeat.objects.create(name=Heartbeat.SCHEDULER, at=timezone.now())

    def examined(*arguments: str) -> Report:
        # Long enough for a busy machine; what must be waited for says less.
        code, text = run("--json", *(arguments or ("--timeout=60",)))
        for secret in (conf.slack_token, conf.cron_token, *conf.slack_signing_secrets):
            assert not secret or secret not in text
        return Report(code, text)

    return examined
