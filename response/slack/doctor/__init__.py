"""What ``manage.py slack_doctor`` looks at: settings, database, Slack, and the site itself.

Each part fails alone, within a time that is given, and no text that leaves holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from django.core.checks import ERROR, WARNING, run_checks

from response import logs
from response.slack.doctor import addresses, boxes, places, token
from response.slack.doctor.findings import (
    Finding,
    Status,
    TookTooLong,
    within,
    without_secrets,
)
from response.slack.errors import describe

__all__ = ["Finding", "Status", "examine"]

logger = logs.get_logger("response.slack.doctor")


def examine(seconds: float) -> Iterator[Finding]:
    """Everything, one finding after the other; each question waits ``seconds`` at most."""
    for name, part in (
        ("settings", _settings),
        ("database", lambda: within(seconds, boxes.check)),
        ("Slack", lambda: _slack(seconds)),
        ("request URLs", lambda: addresses.check(seconds)),
    ):
        for finding in _survived(name, part):
            yield replace(
                finding,
                looked_at=without_secrets(finding.looked_at),
                found=without_secrets(finding.found),
                advice=without_secrets(finding.advice),
            )


def _survived(name: str, part: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What a part finds; what it fails with is a finding, too."""
    try:
        yield from part()
    except TookTooLong as late:
        advice = "See whether it can be reached from this machine."
        yield _broken(name, f"{late}.", advice)
    except Exception as error:
        logger.debug("A check of slack_doctor failed", exc_info=True)
        yield _broken(name, describe(error), "See the error; --verbosity 3 shows where it arose.")


def _broken(name: str, found: str, advice: str) -> Finding:
    return Finding(
        check=name, status=Status.FAILURE, looked_at=name, found=found.strip(), advice=advice
    )


def _settings() -> Iterator[Finding]:
    """What the system checks say of our settings."""
    told = [each for each in run_checks() if str(each.id).startswith("response")]
    worth = [each for each in told if each.level >= WARNING and not each.is_silenced()]
    for each in worth:
        yield Finding(
            check="settings",
            status=Status.FAILURE if each.level >= ERROR else Status.WARNING,
            looked_at=f"system check {each.id}",
            found=str(each.msg),
            advice=str(each.hint or ""),
        )
    if not worth:
        found = "No fault in what is configured."
        yield Finding(check="settings", status=Status.OK, looked_at="system checks", found=found)


def _slack(seconds: float) -> Iterator[Finding]:
    asked = token.ask("auth.test", seconds)
    yield from token.check(asked)
    yield from places.check(asked, seconds)
