"""What the doctor says about one thing, and how long it waits to find it out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.db import connections

from response.checks.site import split
from response.conf import conf

Result = TypeVar("Result")

HIDDEN = "…"


class Status(StrEnum):
    """How it is; ``SKIPPED`` where something else must be mended first."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """``check`` names what was looked at, ``looked_at`` where; ``advice`` says what to do."""

    check: str
    status: Status
    looked_at: str
    found: str
    advice: str = ""


class TookTooLong(Exception):
    """Nothing was known when the time was up."""


def within(seconds: float, function: Callable[[], Result]) -> Result:
    """What ``function`` returns or raises; ``TookTooLong`` if it does neither in time.

    Time-outs of sockets are for each step of a connection, and name look-ups have none.
    """
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(function())
        except BaseException as error:  # noqa: BLE001 - raised again by who waits
            errors.append(error)
        finally:
            connections.close_all()

    # A daemon: what hangs must not keep the command from ending.
    thread = threading.Thread(target=run, name="slack_doctor", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TookTooLong(f"No answer within {seconds:g} seconds")
    return results[0]


def without_secrets(text: str) -> str:
    """``text`` without any token or secret of the settings, whoever put it there."""
    client_token = getattr(conf.slack_client, "api_token", "")
    secrets = [conf.slack_token, client_token, conf.slack_app_token, conf.cron_token]
    secrets.append(conf.metrics_token)
    secrets += conf.slack_signing_secrets
    for parts in (split(conf.site_url), split(conf.slack_api_url)):
        secrets.append((parts and parts.password) or "")
    for secret in filter(None, secrets):
        text = text.replace(secret, HIDDEN)
    return text
