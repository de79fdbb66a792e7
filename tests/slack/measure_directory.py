"""How much memory a refresh of everybody takes: run by hand, asserts nothing.

    python -m tests.slack.measure_directory 1000 10000 100000

In a throw-away database, SQLite or that of TEST_DATABASE_URL; Slack is played in this process.
"""

from __future__ import annotations

import os
import sys
import time
import tracemalloc
from typing import Any

import django


class Workspace:
    """A client of a Slack with so many people, of whom a page is made when it is asked for."""

    def __init__(self, people: int) -> None:
        self._people = people

    def api_call(self, method: str, **arguments: Any) -> dict[str, Any]:
        first = int(arguments.get("cursor", 0))
        after = min(first + arguments["limit"], self._people)
        return {
            "members": [_member(number) for number in range(first, after)],
            "response_metadata": {"next_cursor": str(after) if after < self._people else ""},
        }


def _member(number: int) -> dict[str, Any]:
    name = f"Person number {number} with a name as long as people have"
    return {
        "id": f"U{number:010}",
        "team_id": "T0ACME",
        "name": f"person.{number}",
        "deleted": number % 10 == 0,
        "is_bot": number % 50 == 0,
        "profile": {"real_name": name, "display_name": name[:40], "email": f"p{number}@a.test"},
    }


def refresh(people: int) -> tuple[float, float]:
    """Peak of memory in MB, and seconds."""
    from response.slack import operations
    from response.slack.pace import Unpaced
    from response.slack.sender import Sender

    workspace: Any = Workspace(people)
    began = time.monotonic()
    tracemalloc.start()
    operations.refresh_users()
    Sender(pace=Unpaced(), client=lambda: workspace).send_lane("users")
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return peak, time.monotonic() - began


def main(sizes: list[int]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection

    from response import background
    from response.models import ExternalUser

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with background.by_hand():
            for people in sizes:
                for what in ("new", "the same"):
                    peak, seconds = refresh(people)
                    assert ExternalUser.objects.count() == people
                    print(f"{people:>8} {what:<9} {peak:6.1f} MB at most, {seconds:6.1f} s")
                ExternalUser.objects.all().delete()
    finally:
        connection.creation.destroy_test_db("default", verbosity=0)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1000, 10_000])
