"""The token: whose it is, what it may do, and whether Slack's clock and ours agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from django.utils import timezone

from response.conf import conf
from response.slack import requirements, transport
from response.slack.client import get_client
from response.slack.doctor.findings import Finding, Status, TookTooLong, within
from response.slack.errors import (
    SlackAuthError,
    SlackError,
    SlackRateLimited,
    SlackUnavailable,
)
from response.slack.web_api import WebApi

# Slack's requests are refused when they are five minutes old.
LIMIT, WORTH_SAYING = timedelta(minutes=4), timedelta(seconds=30)
# The one scope of apps from before 2020 that stands for many.
CLASSIC = "bot"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An answer of Slack's, or why there is none; ``skew`` is how far its clock is ahead."""

    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    error: SlackError | None = None
    skew: timedelta | None = None

    @property
    def scopes(self) -> frozenset[str] | None:
        """What the token was granted, None where Slack does not say."""
        if "x-oauth-scopes" not in self.headers:
            return None
        granted = self.headers["x-oauth-scopes"].split(",")
        return frozenset(scope.strip() for scope in granted if scope.strip())


def ask(method: str, seconds: float, **arguments: Any) -> Asked:
    """Call Slack once, whatever comes of it."""
    client: object = get_client()
    if not isinstance(client, WebApi):
        # A stand-in of the host's: there are no headers to look at.
        return Asked(error=SlackError(f"SLACK_CLIENT is a {type(client).__name__}, none of ours"))
    web = client.with_timeout(seconds).client
    before = timezone.now()
    try:
        response = within(seconds, lambda: transport.exchange(web, method, arguments))
    except TookTooLong as late:
        return Asked(error=SlackUnavailable(f"Slack did not answer '{method}': {late}"))
    except SlackError as error:
        refusal = getattr(error.__cause__, "response", None)
        headers = _headers(getattr(refusal, "headers", None))
        return Asked(error=error, headers=headers, skew=_skew(headers, before))
    body = response.data if isinstance(response.data, dict) else {}
    headers = _headers(response.headers)
    return Asked(body=body, headers=headers, skew=_skew(headers, before))


def check(asked: Asked) -> Iterator[Finding]:
    """What ``auth.test`` said."""
    yield _token(asked)
    yield _scopes(asked)
    yield _clock(asked)


def advice_for(error: SlackError) -> str:
    """What an operator does about an error that is not about what was asked for."""
    if isinstance(error, SlackAuthError):
        return (
            "Set SLACK_TOKEN to the Bot User OAuth Token (xoxb-…) of the app's OAuth & Permissions "
            "page in Slack; if it is that, reinstall the app there."
        )
    if isinstance(error, SlackRateLimited):
        return f"Run this again in {error.retry_after:g} seconds."
    if isinstance(error, SlackUnavailable):
        return (
            "Try again; see https://slack-status.com, and whether this machine may reach "
            f"{conf.slack_api_url} (a proxy is named by HTTPS_PROXY)."
        )
    if error.code == "missing_scope":
        return "See what is said about scopes."
    return "See https://docs.slack.dev/reference/methods for what the error means."


def _token(asked: Asked) -> Finding:
    looked_at = f"auth.test at {conf.slack_api_url}"
    error = asked.error
    if error is not None:
        status = Status.WARNING if isinstance(error, SlackRateLimited) else Status.FAILURE
        return Finding(
            check="token",
            status=status,
            looked_at=looked_at,
            found=str(error),
            advice=advice_for(error),
        )
    said = asked.body
    whose = f"@{said.get('user')} ({said.get('user_id')}) in {said.get('team')}"
    if not said.get("bot_id"):
        return Finding(
            check="token",
            status=Status.WARNING,
            looked_at=looked_at,
            found=f"The token is of a person, {whose}: what the bot does is done in their name.",
            advice="Set SLACK_TOKEN to the Bot User OAuth Token (xoxb-…).",
        )
    return Finding(
        check="token", status=Status.OK, looked_at=looked_at, found=f"The token is of {whose}."
    )


def _scopes(asked: Asked) -> Finding:
    wanted, granted = requirements.scopes(), asked.scopes
    about = {"check": "scopes", "looked_at": "what is registered, and the header x-oauth-scopes"}
    if asked.error is not None and not granted:
        return Finding(status=Status.SKIPPED, found="Slack told no scopes: see token.", **about)
    if granted is None:
        return Finding(
            status=Status.WARNING,
            found="Slack's answer does not say which scopes the token has.",
            advice="Compare the app's OAuth & Permissions page with `manage.py slack_manifest`.",
            **about,
        )
    missing = {scope: reasons for scope, reasons in wanted.items() if scope not in granted}
    if not missing:
        spare = len(granted - set(wanted))
        more = f"; {spare} more are granted and not needed" if spare else ""
        return Finding(status=Status.OK, found=f"All {len(wanted)} are granted{more}.", **about)
    if CLASSIC in granted:
        return Finding(
            status=Status.WARNING,
            found="The token is of a classic app, whose scope 'bot' stands for others.",
            advice="Slack is giving classic apps up: make a new app from `manage.py "
            "slack_manifest`.",
            **about,
        )
    listed = "; ".join(f"{scope} (for {_some(reasons)})" for scope, reasons in missing.items())
    return Finding(
        status=Status.FAILURE,
        found=f"Missing: {listed}.",
        advice="Take them over from `manage.py slack_manifest` into the app's manifest (App "
        "Manifest page in Slack), and reinstall the app to the workspace.",
        **about,
    )


def _some(reasons: list[str]) -> str:
    more = f" and {len(reasons) - 2} more" if len(reasons) > 2 else ""
    return ", ".join(reasons[:2]) + more


def _clock(asked: Asked) -> Finding:
    about = {"check": "clock", "looked_at": "the header Date of Slack's answer"}
    skew = asked.skew
    if skew is None:
        return Finding(status=Status.SKIPPED, found="Slack told no time: see token.", **about)
    seconds = round(abs(skew).total_seconds())
    found = f"This machine's clock is {seconds} s {'behind' if skew > timedelta() else 'ahead of'} "
    found += "Slack's."
    if abs(skew) < WORTH_SAYING:
        return Finding(status=Status.OK, found=f"Both clocks agree within {seconds} s.", **about)
    advice = "Have the clock set by NTP: requests that seem five minutes old are refused."
    status = Status.FAILURE if abs(skew) >= LIMIT else Status.WARNING
    return Finding(status=status, found=found, advice=advice, **about)


def _headers(headers: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in (headers or {}).items()}


def _skew(headers: Mapping[str, str], before: datetime) -> timedelta | None:
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    now = timezone.now()
    if timezone.is_naive(now):
        now, before = timezone.make_aware(now), timezone.make_aware(before)
    if timezone.is_naive(theirs):
        return None
    # Slack wrote it at some moment between, and tells whole seconds.
    return theirs - (before + (now - before) / 2)
