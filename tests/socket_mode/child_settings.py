"""Settings of a process that a test of Socket Mode starts.

Environment, beside that of ``tests.scenarios.child_settings``: SLACK_APP_TOKEN, and
CHILD_HOLDS_BACK as ``child_wsgi`` reads it.
"""

import os

from tests.scenarios.child_settings import *  # noqa: F403 - a variant begins with all of them

WSGI_APPLICATION = "tests.socket_mode.child_wsgi.application"
SLACK_APP_TOKEN = os.environ["SLACK_APP_TOKEN"]
