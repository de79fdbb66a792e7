"""``manage.py slack_doctor``: is everything set up that Slack and this app need of each other?"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from response.slack import doctor, hosts
from response.slack.doctor import Finding, Status

FAILED = 1
LONGEST = 300.0


class Command(BaseCommand):
    """Says of each thing what was looked at, how it is, and what to do."""

    help = (
        "Check token, scopes, bot, channels, request URLs, clock, scheduler, both boxes and the "
        "database, and say what to do. Exits with 1 if something fails."
    )
    # They are among what is told; an error must not keep the rest from being looked at.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--json``, ``--timeout``, ``--fail-level``."""
        parser.add_argument("--json", action="store_true", help="one JSON object, for scripts")
        parser.add_argument(
            "--timeout", type=_seconds, default=10.0, help="seconds for each question; default 10"
        )
        parser.add_argument(
            "--fail-level",
            choices=(Status.WARNING.value, Status.FAILURE.value),
            default=Status.FAILURE.value,
            help="exit with 1 from this on; default: failure",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at everything; exit with 1 where something is as bad as ``--fail-level``."""
        hosts.load_handlers()
        findings = []
        for finding in doctor.examine(options["timeout"]):
            findings.append(finding)
            if not options["json"]:
                self._tell(finding)
        worst = _worst(findings)
        if options["json"]:
            told = {"status": worst, "checks": [asdict(finding) for finding in findings]}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        else:
            self.stdout.write(_summary(findings))
        if worst is Status.FAILURE or worst == options["fail_level"]:
            sys.exit(FAILED)

    def _tell(self, finding: Finding) -> None:
        styles = {
            Status.OK: self.style.SUCCESS,
            Status.WARNING: self.style.WARNING,
            Status.FAILURE: self.style.ERROR,
            Status.SKIPPED: self.style.NOTICE,
        }
        mark = styles[finding.status](f"{finding.status.upper():8}")
        self.stdout.write(f"{mark} {finding.check} ({finding.looked_at})")
        self.stdout.write(f"         {finding.found}")
        if finding.advice:
            self.stdout.write(f"         -> {finding.advice}")


def _worst(findings: list[Finding]) -> Status:
    there = {finding.status for finding in findings}
    return next((each for each in (Status.FAILURE, Status.WARNING) if each in there), Status.OK)


def _summary(findings: list[Finding]) -> str:
    counts = [(status, sum(each.status is status for each in findings)) for status in Status]
    return "\n" + ", ".join(f"{number} {status}" for status, number in counts if number)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST:
        raise ArgumentTypeError(f"{value!r} is not between 0 and {LONGEST:g} seconds")
    return seconds
