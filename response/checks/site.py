"""Settings of the site itself: where it is, and who does its work."""

from __future__ import annotations

import string
from collections.abc import Callable
from importlib.util import find_spec
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import django
from django.core.checks import CheckMessage, Error, Warning

from response import csp
from response.conf import conf

Check = tuple[tuple[str, ...], Callable[[], list[CheckMessage]]]

CHANNEL_NAME_PARTS = {"date", "slug", "pk", "severity"}
# What would run the drain within the request, or never.
AT_ONCE, NEVER = "immediate.ImmediateBackend", "dummy.DummyBackend"


def _site_url() -> list[CheckMessage]:
    parts = split(conf.site_url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.netloc:
        return [
            Error(
                f"SITE_URL is {conf.site_url!r}, which is no absolute URL: links in Slack lead "
                "nowhere.",
                hint="Set it to where browsers reach this site, such as "
                "https://incidents.example.com.",
                obj="SITE_URL",
                id="response.E001",
            )
        ]
    if conf.debug or not is_this_machine(parts.hostname or ""):
        return []
    return [
        Warning(
            f"SITE_URL is {conf.site_url!r}, which every browser takes for its own machine: links "
            "in Slack lead nowhere.",
            hint="Set it to where browsers reach this site, such as https://incidents.example.com.",
            obj="SITE_URL",
            id="response.W009",
        )
    ]


def _slack_api_url() -> list[CheckMessage]:
    parts = split(conf.slack_api_url)
    if parts is not None and parts.scheme in ("http", "https") and parts.netloc:
        return []
    return [
        Error(
            f"SLACK_API_URL is {conf.slack_api_url!r}, which is no absolute URL: no call reaches "
            "Slack.",
            hint="Leave it out, for Slack itself; only a sandbox or a proxy needs it.",
            obj="SLACK_API_URL",
            id="response.E007",
        )
    ]


def _after_response() -> list[CheckMessage]:
    if conf.task_backend or "after_response" in conf.installed_apps:
        return []
    return [
        Error(
            "'after_response' is not in INSTALLED_APPS and RESPONSE_TASK_BACKEND is not set: "
            "stored deliveries wait for the next tick.",
            hint="Add 'after_response' to INSTALLED_APPS, or set RESPONSE_TASK_BACKEND.",
            id="response.E002",
        )
    ]


def _task_backend() -> list[CheckMessage]:
    alias = conf.task_backend
    if not alias:
        return []
    backend = str(conf.tasks.get(alias, {}).get("BACKEND", ""))
    if not backend:
        there = ", ".join(repr(name) for name in sorted(conf.tasks)) or "none"
        problem = f"RESPONSE_TASK_BACKEND is {alias!r}, and TASKS has no such backend ({there})."
        advice = f"Add {alias!r} to TASKS, with its BACKEND, or name one that is there."
        return [Error(problem, hint=advice, obj="RESPONSE_TASK_BACKEND", id="response.E004")]
    if django.VERSION < (6, 0) and find_spec("django_tasks") is None:
        problem = "RESPONSE_TASK_BACKEND is set, and Django 5.2 has no Tasks framework."
        advice = "pip install 'django-incident-response[tasks]'"
        return [Error(problem, hint=advice, obj="RESPONSE_TASK_BACKEND", id="response.E004")]
    if conf.debug or not backend.endswith((AT_ONCE, NEVER)):
        return []
    what = "runs tasks within the request" if backend.endswith(AT_ONCE) else "never runs a task"
    return [
        Warning(
            f"RESPONSE_TASK_BACKEND is {alias!r}, whose backend {what}: Slack waits 3 seconds for "
            "an answer, and is kept waiting, or the work for the next tick.",
            hint="Name a backend with workers, such as django_tasks_db.DatabaseBackend, or leave "
            "RESPONSE_TASK_BACKEND empty.",
            obj="RESPONSE_TASK_BACKEND",
            id="response.W005",
        )
    ]


def _office_hours() -> list[CheckMessage]:
    try:
        first, last = conf.office_hours
        if 0 <= first < last <= 24:
            return []
    except (TypeError, ValueError):
        pass
    return [
        Error(
            "RESPONSE_OFFICE_HOURS must be two hours of a day, the earlier one first.",
            hint="Such as (9, 18).",
            obj="RESPONSE_OFFICE_HOURS",
            id="response.E006",
        )
    ]


def _channel_name() -> list[CheckMessage]:
    template = conf.comms_channel_name
    try:
        parts = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        template.format(date="2026-11-23", slug="db", pk=42, severity="major")
        problem = ""
    except (ValueError, LookupError, AttributeError) as error:
        problem = f"it can't be filled in: {error!r}"
    else:
        if not parts & {"slug", "pk"}:
            problem = "without {slug} or {pk} all channels of a day would have one name"
    if not problem:
        return []
    return [
        Error(
            f"RESPONSE_COMMS_CHANNEL_NAME is {template!r}; {problem}.",
            hint="Use {date}, {slug}, {pk} and {severity}, as in 'inc-{date}-{slug}'.",
            obj="RESPONSE_COMMS_CHANNEL_NAME",
            id="response.E005",
        )
    ]


def _csp() -> list[CheckMessage]:
    problem = csp.mistake(conf.csp) if conf.csp is not None else ""
    if not problem:
        return []
    return [
        Error(
            f"RESPONSE_CSP can't be sent: {problem}.",
            hint='Write it as Django 6\'s SECURE_CSP, such as {"img-src": ["\'self\'"]}, or leave '
            "it out.",
            obj="RESPONSE_CSP",
            id="response.E010",
        )
    ]


def split(url: str) -> SplitResult | None:
    """The parts of a URL, None for what is none, such as ``http://[``."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
    except ValueError:
        return None
    return parts


def is_this_machine(host: str) -> bool:
    """Whether a name or address means whichever machine it is used on."""
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


CHECKS: tuple[Check, ...] = (
    (("SITE_URL",), _site_url),
    (("SLACK_API_URL",), _slack_api_url),
    (("RESPONSE_TASK_BACKEND",), _after_response),
    (("RESPONSE_TASK_BACKEND",), _task_backend),
    (("RESPONSE_OFFICE_HOURS",), _office_hours),
    (("RESPONSE_COMMS_CHANNEL_NAME",), _channel_name),
    (("RESPONSE_CSP",), _csp),
)
