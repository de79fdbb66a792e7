"""The app as a host runs it in production: the demo's settings without the demo's own handlers."""

import os

from demo.settings import *  # noqa: F403

INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "acme"]  # noqa: F405

if os.environ.get("CHAOS_CLOCK"):
    import chaos_clock

    chaos_clock.follow(os.environ["CHAOS_CLOCK"])
