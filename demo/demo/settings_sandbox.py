"""The demo beside a Slack workspace in a box: no account, no token, nothing leaves this machine.

What `.env` says of a real workspace is left aside; the sandbox has channels, a token and a
signing secret of its own.
"""

import os

# Settings that depend on DEBUG are made while demo.settings loads.
os.environ["DEBUG"] = "1"

from demo.settings import *
from response.sandbox.credentials import load_or_create

PORT = text("PORT", "8000")
SITE_URL = f"http://127.0.0.1:{PORT}"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = []
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
SECURE_PROXY_SSL_HEADER, SECURE_HSTS_SECONDS = None, 0
# Beside another project on localhost, which sends its cookies to every port.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "response_demo_session", "response_demo_csrf"

INSTALLED_APPS += ["response.sandbox"]

if not text("DATABASE_URL"):
    DATABASES["default"] = sqlite(VAR / "demo.sqlite3")
# A file of its own: in one file, a handler that holds the write lock while it calls the
# sandbox would wait for itself.
DATABASES["sandbox"] = sqlite(VAR / "workspace.sqlite3")
DATABASE_ROUTERS = ["response.sandbox.router.SandboxRouter"]

_credentials = load_or_create(VAR / "workspace.json")

RESPONSE_SANDBOX = True
RESPONSE_SANDBOX_URL = f"{SITE_URL}/sandbox/"
RESPONSE_SANDBOX_APP_URL = f"{SITE_URL}/slack/"
RESPONSE_SANDBOX_TOKEN = _credentials.token
RESPONSE_SANDBOX_SIGNING_SECRET = _credentials.signing_secret

SLACK_TOKEN = _credentials.token
SLACK_SIGNING_SECRET = _credentials.signing_secret
SLACK_API_URL = f"{SITE_URL}/sandbox/api/"
INCIDENT_CHANNEL_ID, INCIDENT_CHANNEL_NAME = "C0INCIDENTS", ""
INCIDENT_REPORT_CHANNEL_ID, INCIDENT_REPORT_CHANNEL_NAME = "C0REPORTS", ""
RESPONSE_PRIVATE_INCIDENTS, INCIDENT_PRIVATE_CHANNEL_ID = True, ""
INCIDENT_BOT_ID, INCIDENT_BOT_NAME = "U0INCIDENT", ""
RESPONSE_CRON_TOKEN = text("RESPONSE_CRON_TOKEN") or kept_secret("cron-token")
# A newcomer sees the pages at once.
RESPONSE_LOGIN_REQUIRED = flag("RESPONSE_LOGIN_REQUIRED", default=False)
