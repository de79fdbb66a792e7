"""What ``manage.py slack_doctor`` printed, for the tests to look at."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

from django.core.management import call_command

Examine = Callable[..., "Report"]


class Report:
    """What the command printed with ``--json``, and its exit status."""

    def __init__(self, exit_code: int, text: str) -> None:
        self.exit_code = exit_code
        self.checks: list[dict[str, str]] = json.loads(text)["checks"]
        self.status = json.loads(text)["status"]

    def __getitem__(self, check: str) -> dict[str, str]:
        (finding,) = [each for each in self.checks if each["check"] == check]
        return finding

    def bad(self) -> list[str]:
        return [each["check"] for each in self.checks if each["status"] in ("warning", "failure")]


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("slack_doctor", *arguments, stdout=out, stderr=out, no_color=True)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, out.getvalue()
