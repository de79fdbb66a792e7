"""Whoever sends the stream and compares: it has the workspace's database and the app's."""

import os

from slack_settings import *  # noqa: F403

INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "acme"]  # noqa: F405
RESPONSE_SANDBOX_KEEP = 10_000_000
# A server that is restarted closes them.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405

if os.environ.get("CHAOS_CLOCK"):
    import chaos_clock

    chaos_clock.follow(os.environ["CHAOS_CLOCK"])
