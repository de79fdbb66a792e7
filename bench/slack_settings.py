"""Slack: the sandbox in a process of its own, which the app knows over HTTP only."""

import os

from demo.settings_sandbox import *  # noqa: F403

RESPONSE_SANDBOX_APP_URL = f"{os.environ['APP_URL']}/slack/"
RESPONSE_SANDBOX_DELIVER = "manual"
# The calls of a whole phase are looked at.
RESPONSE_SANDBOX_KEEP = 1_000_000
