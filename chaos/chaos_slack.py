"""Slack: the sandbox in a process of its own, which remembers all that it was called."""

import os

from slack_settings import *  # noqa: F403

RESPONSE_SANDBOX_KEEP = 10_000_000

if os.environ.get("CHAOS_CLOCK"):
    import chaos_clock

    chaos_clock.follow(os.environ["CHAOS_CLOCK"])
