"""The host's settings, as they were under Response 0.5.1: nothing here is of today's way."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from response.slack.client import SlackClient

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = os.environ.get("SECRET_KEY", "the lighthouse's own")
DEBUG = False
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "after_response",
    "bootstrap4",
    "response.apps.ResponseConfig",
    "rest_framework",
    "lighthouse",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "lighthouse.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

WSGI_APPLICATION = "lighthouse.wsgi.application"

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.getenv("LIGHTHOUSE_DATABASE") or BASE_DIR / "db.sqlite3",
    },
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = False

STATIC_URL = "/static/"
LOGIN_URL = "/login/"

# Markdown Filter
MARKDOWN_FILTER_WHITELIST_TAGS = ["a", "p", "code", "h1", "h2", "ul", "li", "strong", "em", "img"]
MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = ["src", "style"]
MARKDOWN_FILTER_WHITELIST_STYLES = ["width", "height", "text-align", "margin", "margin-bottom"]


def get_env_var(setting):
    value = os.getenv(setting, None)
    if not value:
        raise ImproperlyConfigured(f"Set {setting} environment variable")
    return value.replace('"', "")


# Slack
SITE_URL = get_env_var("SITE_URL")
SLACK_TOKEN = get_env_var("SLACK_TOKEN")
SLACK_CLIENT = SlackClient(SLACK_TOKEN)

SLACK_SIGNING_SECRET = get_env_var("SLACK_SIGNING_SECRET")

INCIDENT_CHANNEL_NAME = get_env_var("INCIDENT_CHANNEL_NAME")
INCIDENT_REPORT_CHANNEL_NAME = get_env_var("INCIDENT_REPORT_CHANNEL_NAME")
INCIDENT_BOT_NAME = get_env_var("INCIDENT_BOT_NAME")

INCIDENT_BOT_ID = os.getenv("INCIDENT_BOT_ID") or SLACK_CLIENT.get_user_id(INCIDENT_BOT_NAME)
INCIDENT_CHANNEL_ID = os.getenv("INCIDENT_CHANNEL_ID") or SLACK_CLIENT.get_channel_id(
    INCIDENT_CHANNEL_NAME
)
INCIDENT_REPORT_CHANNEL_ID = os.getenv("INCIDENT_REPORT_CHANNEL_ID") or SLACK_CLIENT.get_channel_id(
    INCIDENT_REPORT_CHANNEL_NAME
)

RESPONSE_SANITIZE_USER_INPUT = True
RESPONSE_LOGIN_REQUIRED = True

ACTION_EVENT_HANDLER_CLASS = "lighthouse.feed.LoudActionEventHandler"
INCIDENT_EVENT_HANDLER_CLASS = "lighthouse.feed.LoudIncidentEventHandler"

# What the upgrade asks for: the one deliberate break.
RESPONSE_CRON_TOKEN = os.getenv("RESPONSE_CRON_TOKEN")
