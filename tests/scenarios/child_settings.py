"""Settings of a process that a scenario starts: the app alone, on the test's own database.

Environment: TEST_DATABASE_URL and TEST_SANDBOX_DATABASE_FILE as ``tests.settings`` reads
them, SLACK_API_URL, SLACK_TOKEN, SLACK_SIGNING_SECRET, SITE_URL.
"""

import os

from tests.settings import *  # noqa: F403 - a variant of the settings begins with all of them

WSGI_APPLICATION = "tests.scenarios.child_wsgi.application"
RESPONSE_SANDBOX = False
SLACK_API_URL = os.environ["SLACK_API_URL"]
SLACK_TOKEN = os.environ["SLACK_TOKEN"]
SLACK_SIGNING_SECRET = os.environ["SLACK_SIGNING_SECRET"]
SITE_URL = os.environ["SITE_URL"]
