"""Settings of the test-suite: a host project with every part of the app mounted.

Environment, all optional:

TEST_DATABASE_URL           database of the tests, e.g. postgres://postgres@127.0.0.1:5432/postgres;
                            default: a SQLite file in a folder of this process's own
TEST_SANDBOX_DATABASE_FILE  SQLite file of the sandbox workspace; default: beside the one above
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import dj_database_url


def _scratch_folder() -> Path:
    """A folder for this process alone (each xdist worker is one), gone when it ends."""
    folder = tempfile.mkdtemp(prefix="response-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _sqlite(path: Path) -> dict[str, Any]:
    """Settings of a SQLite database that several threads and processes may write to."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # In a file, not in memory, since threads and child processes share it.
        # Neither waits for the other to be made: a test may use only one of them.
        "TEST": {"NAME": path.with_name(f"test-{path.name}"), "DEPENDENCIES": []},
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
        },
    }


def _default_database() -> dict[str, Any]:
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        return _sqlite(SCRATCH / "default.sqlite3")
    config: dict[str, Any] = dict(dj_database_url.parse(url))
    if config["ENGINE"].endswith("sqlite3"):
        return _sqlite(Path(config["NAME"]))
    # No test restarts the server: what it has accepted need not be on the disk at once.
    config.setdefault("OPTIONS", {}).setdefault("options", "-c synchronous_commit=off")
    return config


def _sandbox_file() -> Path:
    configured = os.environ.get("TEST_SANDBOX_DATABASE_FILE")
    return Path(configured) if configured else SCRATCH / "sandbox.sqlite3"


SCRATCH = _scratch_folder()

SECRET_KEY = "of the tests, and of nothing else"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
ROOT_URLCONF = "tests.urls"
WSGI_APPLICATION = "tests.host.wsgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# From Django 6.1; the test runner puts its own outbox in this one's place.
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "after_response",
    "django_filters",
    "rest_framework",
    "response",
    "response.sandbox",
    "tests.host",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": _default_database(), "sandbox": _sqlite(_sandbox_file())}
DATABASE_ROUTERS = ["response.sandbox.router.SandboxRouter"]

SITE_URL = "http://testserver"
SLACK_TOKEN = "xoxb-of-the-tests"
SLACK_SIGNING_SECRET = "signing secret of the tests"
# Nothing listens there: a test that calls Slack by accident fails at once.
SLACK_API_URL = "http://127.0.0.1:9/api/"
INCIDENT_CHANNEL_ID = "C0INCIDENTS"
INCIDENT_REPORT_CHANNEL_ID = "C0REPORTS"
INCIDENT_BOT_ID = "U0INCIDENT"
RESPONSE_CRON_TOKEN = "cron token of the tests"
RESPONSE_METRICS_TOKEN = "metrics token of the tests"
RESPONSE_SANDBOX = True
RESPONSE_SANDBOX_DELIVER = "manual"
