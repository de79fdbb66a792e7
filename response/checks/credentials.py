"""Settings that must be secret and of the right sort. No value of them is ever shown."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from django.core.checks import CheckMessage, Error, Warning

from response.conf import conf

Check = tuple[tuple[str, ...], Callable[[], list[CheckMessage]]]

SHORTEST_TOKEN = 16
LONG_TOKEN = (
    f"Take {SHORTEST_TOKEN} characters or more: python -c 'import secrets; "
    "print(secrets.token_urlsafe())'"
)


def _secret() -> list[CheckMessage]:
    where = "Copy the signing secret from the app's Basic Information page in Slack."
    if not any(secret.strip() for secret in conf.slack_signing_secrets):
        return [
            Warning(
                "SLACK_SIGNING_SECRET is not set: every request of Slack is refused.",
                hint=where,
                obj="SLACK_SIGNING_SECRET",
                id="response.W002",
            )
        ]
    if all(secret == secret.strip() for secret in conf.slack_signing_secrets):
        return []
    return [
        Warning(
            "SLACK_SIGNING_SECRET has blanks around it, which are a part of it here and not at "
            "Slack: requests are refused.",
            hint=where,
            obj="SLACK_SIGNING_SECRET",
            id="response.W014",
        )
    ]


def _token() -> list[CheckMessage]:
    if conf.slack_client is not None:
        return []
    page = "the app's OAuth & Permissions page in Slack"
    if not conf.slack_token:
        return [
            Warning(
                "SLACK_TOKEN is not set: nothing can be posted to Slack.",
                hint=f"Copy the bot token (xoxb-…) from {page}.",
                obj="SLACK_TOKEN",
                id="response.W003",
            )
        ]
    if conf.slack_token.startswith("xoxb-"):
        return []
    return [
        Warning(
            "SLACK_TOKEN does not begin with 'xoxb-': it is no bot token, and Slack refuses, or "
            "does in a person's name, what the bot should do.",
            hint=f"Copy the Bot User OAuth Token from {page}.",
            obj="SLACK_TOKEN",
            id="response.W012",
        )
    ]


def _app_token() -> list[CheckMessage]:
    if not conf.slack_app_token or conf.slack_app_token.startswith("xapp-"):
        return []
    return [
        Warning(
            "SLACK_APP_TOKEN does not begin with 'xapp-': Socket Mode can't connect with it.",
            hint="Make an app-level token with the scope connections:write on the app's Basic "
            "Information page in Slack.",
            obj="SLACK_APP_TOKEN",
            id="response.W012",
        )
    ]


def _client() -> list[CheckMessage]:
    client = conf.slack_client
    if client is None or callable(getattr(client, "api_call", None)):
        return []
    return [
        Error(
            f"SLACK_CLIENT is of type {type(client).__name__}, which has no api_call(): nothing "
            "can be posted to Slack.",
            hint="Leave it out and set SLACK_TOKEN, or set it to "
            "response.slack.client.SlackClient(SLACK_TOKEN).",
            obj="SLACK_CLIENT",
            id="response.E008",
        )
    ]


def _cron() -> list[CheckMessage]:
    if not conf.cron_token:
        return [
            Warning(
                "RESPONSE_CRON_TOKEN is not set: cron_minute and cron_daily answer 403.",
                hint="Set it and send it as 'Authorization: Bearer …', or run 'manage.py "
                "response_tick' every minute and silence this check.",
                obj="RESPONSE_CRON_TOKEN",
                id="response.W001",
            )
        ]
    if len(conf.cron_token) >= SHORTEST_TOKEN:
        return []
    return [
        Warning(
            "RESPONSE_CRON_TOKEN is so short that it can be guessed.",
            hint=LONG_TOKEN,
            obj="RESPONSE_CRON_TOKEN",
            id="response.W013",
        )
    ]


def _metrics() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if not conf.metrics_token:
        return found
    if len(conf.metrics_token) < SHORTEST_TOKEN:
        found.append(
            Warning(
                "RESPONSE_METRICS_TOKEN is so short that it can be guessed.",
                hint=LONG_TOKEN,
                obj="RESPONSE_METRICS_TOKEN",
                id="response.W017",
            )
        )
    if find_spec("prometheus_client") is None:
        found.append(
            Warning(
                "RESPONSE_METRICS_TOKEN is set, and the metrics need prometheus-client, which is "
                "not installed.",
                hint="pip install 'django-incident-response[metrics]'",
                obj="RESPONSE_METRICS_TOKEN",
                id="response.W018",
            )
        )
    return found


CHECKS: tuple[Check, ...] = (
    (("SLACK_SIGNING_SECRET",), _secret),
    (("SLACK_TOKEN",), _token),
    (("SLACK_APP_TOKEN",), _app_token),
    (("SLACK_CLIENT",), _client),
    (("RESPONSE_CRON_TOKEN",), _cron),
    (("RESPONSE_METRICS_TOKEN",), _metrics),
)
