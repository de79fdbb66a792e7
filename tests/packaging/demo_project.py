"""The demo project in a process of its own, since it has settings of its own."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.packaging.contents import ROOT

DEMO = ROOT / "demo"
# What DESIGN fixes, and what only the demo has.
NAMES = (
    *("DATABASE_URL", "DEBUG", "DEMO_VAR", "PORT", "SECRET_KEY", "SITE_URL"),
    *("SLACK_API_URL", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_TOKEN"),
    *("INCIDENT_BOT_ID", "INCIDENT_BOT_NAME", "INCIDENT_CHANNEL_ID", "INCIDENT_CHANNEL_NAME"),
    *("INCIDENT_REPORT_CHANNEL_ID", "INCIDENT_REPORT_CHANNEL_NAME"),
    *("INCIDENT_PRIVATE_CHANNEL_ID", "RESPONSE_PRIVATE_INCIDENTS"),
    *("RESPONSE_CRON_TOKEN", "RESPONSE_LOGIN_REQUIRED", "RESPONSE_SANDBOX"),
    *("RESPONSE_METRICS_TOKEN", "RESPONSE_RETENTION_DAYS"),
    *("LOG_JSON", "RESPONSE_TASK_BACKEND", "REDIS_URL"),
)
# Refuses the network as the demo's settings load, and prints the settings that were asked for.
SHOW = """
import json, socket, sys

def refuse(*args):
    raise SystemExit("The settings opened a connection.")

socket.socket.connect = socket.getaddrinfo = refuse
from django.conf import settings
print(json.dumps({name: getattr(settings, name, None) for name in sys.argv[1:]}, default=str))
"""


def environment(folder: Path, settings: str, **names: str) -> dict[str, str]:
    """Every name of the demo's, empty unless given: so a developer's `.env` has no say."""
    inherited = {name: value for name, value in os.environ.items() if name not in NAMES}
    empty = dict.fromkeys(NAMES, "")
    # As under tox, where the wheel is installed; else the package is in the checkout.
    path = str(DEMO) if "TOX_ENV_NAME" in os.environ else os.pathsep.join([str(DEMO), str(ROOT)])
    own = {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": path, "DEMO_VAR": str(folder)}
    return {**inherited, **empty, **own, **names}


def run(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], env=env, cwd=DEMO, capture_output=True, text=True, timeout=120
    )


def settings_of(env: dict[str, str], *names: str) -> dict[str, Any]:
    """The values of the settings of these names; a string where JSON has no form for one."""
    done = run("-c", SHOW, *names, env=env)
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def example_values() -> dict[str, str]:
    """The lines NAME=value of env.example."""
    text = (ROOT / "env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
