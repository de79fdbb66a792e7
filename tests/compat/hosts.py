"""Starts processes of the host project: its settings cannot live beside those of the tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.slack import web_api_server
from tests.slack.web_api_server import Server

HOST = Path(__file__).with_name("host")
ROOT = HOST.parents[2]
PATIENCE = 300.0
# How often the settings may be imported in one test.
OFTEN = 20
MEMBERS = (("U0ANA", "ana"), ("U0INCIDENT", "incident"))
CHANNELS = (("C0INCIDENTS", "incidents"), ("C0REPORTS", "incident-reports"))


@contextmanager
def slack() -> Iterator[Server]:
    """What stands in Slack's place while the host's settings are imported."""
    members = [{"id": id_, "name": name, "profile": {}} for id_, name in MEMBERS]
    channels = [{"id": id_, "name": name, "is_archived": False} for id_, name in CHANNELS]
    with web_api_server.serving() as server:
        server.script("users.list", *[web_api_server.ok(members=members)] * OFTEN)
        server.script("conversations.list", *[web_api_server.ok(channels=channels)] * 2 * OFTEN)
        yield server


def run(
    command: list[str], server: Server, settings: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run Python with ``command`` in the host's folder; what it printed is in ``stdout``."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=HOST,
        env=_environment(server, settings) | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def _environment(server: Server, settings: str) -> dict[str, str]:
    # Of the pytest that started us nothing: options, plug-ins, workers.
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "DJANGO_"))}
    # Under tox the wheel is installed and ``tests`` found; else both are in the checkout.
    path = [str(HOST)] if "TOX_ENV_NAME" in os.environ else [str(HOST), str(ROOT)]
    return {
        **inherited,
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": f"lighthouse.settings.{settings}",
        "COMPAT_SLACK": server.url,
        "SITE_URL": "https://lighthouse.example",
        "SLACK_TOKEN": "xoxb-of-the-lighthouse",
        "SLACK_SIGNING_SECRET": "signing secret of the lighthouse",
        "INCIDENT_CHANNEL_NAME": "incidents",
        "INCIDENT_REPORT_CHANNEL_NAME": "incident-reports",
        "INCIDENT_BOT_NAME": "incident",
        "RESPONSE_CRON_TOKEN": "cron token of the lighthouse",
    }
