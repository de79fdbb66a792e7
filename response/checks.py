"""System checks: what is wrong before the first request, each with what to do about it.

What is merely missing is a warning: an image is built, and ``migrate`` runs, without secrets.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Error, Warning, register

from response.conf import conf


@register
def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """All checks that need no database and no network."""
    found = [check() for check in (_secret, _token, _channel, _site_url, _after_response, _cron)]
    return [message for message in found if message is not None]


def _secret() -> CheckMessage | None:
    if conf.slack_signing_secrets:
        return None
    return Warning(
        "SLACK_SIGNING_SECRET is not set: every request of Slack is refused.",
        hint="Copy the signing secret from the app's Basic Information page in Slack.",
        id="response.W002",
    )


def _token() -> CheckMessage | None:
    if conf.slack_token or conf.slack_client:
        return None
    return Warning(
        "SLACK_TOKEN is not set: nothing can be posted to Slack.",
        hint="Copy the bot token (xoxb-…) from the app's OAuth & Permissions page in Slack.",
        id="response.W003",
    )


def _channel() -> CheckMessage | None:
    if conf.incident_channel_id or conf.incident_channel_name:
        return None
    return Warning(
        "No incidents channel is configured: incidents cannot be announced.",
        hint="Set INCIDENT_CHANNEL_ID (C…) or INCIDENT_CHANNEL_NAME, and invite the bot to it.",
        id="response.W004",
    )


def _site_url() -> CheckMessage | None:
    parts = urlsplit(conf.site_url)
    if parts.scheme in ("http", "https") and parts.netloc:
        return None
    return Error(
        f"SITE_URL is {conf.site_url!r}, which is no absolute URL: links in Slack lead nowhere.",
        hint="Set it to where browsers reach this site, such as https://incidents.example.com.",
        id="response.E001",
    )


def _after_response() -> CheckMessage | None:
    if conf.task_backend or "after_response" in conf.installed_apps:
        return None
    return Error(
        "'after_response' is not in INSTALLED_APPS and RESPONSE_TASK_BACKEND is not set: stored "
        "deliveries wait for the next tick.",
        hint="Add 'after_response' to INSTALLED_APPS, or set RESPONSE_TASK_BACKEND.",
        id="response.E002",
    )


def _cron() -> CheckMessage | None:
    if conf.cron_token:
        return None
    return Warning(
        "RESPONSE_CRON_TOKEN is not set: cron_minute and cron_daily answer 403.",
        hint="Set it and send it as 'Authorization: Bearer …', or run 'manage.py response_tick' "
        "every minute and silence this check.",
        id="response.W001",
    )
