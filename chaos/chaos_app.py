"""The app as a host runs it in production: the demo's settings without the demo's own handlers."""

import os

from demo.settings import *  # noqa: F403

INSTALLED_APPS = [name for name in INSTALLED_APPS if name != "acme"]  # noqa: F405

# With DEBUG a worker would watch its files from a process of its own, and survive `kill -9`.
assert not DEBUG, "The experiments are about a site in production."  # noqa: F405

# Nobody collects static files here; pages only name them.
STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

if os.environ.get("CHAOS_CLOCK"):
    import chaos_clock

    chaos_clock.follow(os.environ["CHAOS_CLOCK"])
