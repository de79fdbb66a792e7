"""A host of 0.5.1, as it was, on today's app: ``host/suite`` in processes of its own.

One file of it: ``COMPAT_SUITE=suite/test_pages.py pytest tests/compat/test_hosts.py``.
"""

from __future__ import annotations

import os

import pytest

from tests.compat import hosts

# A single file may have no story, or nothing else.
NOTHING_OF_THIS_KIND = (
    pytest.ExitCode.NO_TESTS_COLLECTED if os.environ.get("COMPAT_SUITE") else None
)
OPTIONS = ("-q", "--no-header", "--tb=short", "-ra", "-p", "no:cacheprovider")


# Stories of a host with time zones are what tests/scenarios tells.
@pytest.mark.parametrize(
    ("settings", "which", "tables"),
    [
        ("testing", "not story", "--migrations"),
        ("testing", "story", "--no-migrations"),
        ("with_time_zones", "not story", "--no-migrations"),
    ],
)
def test_host_of_0_5_1(settings: str, which: str, tables: str):
    suite = (os.environ.get("COMPAT_SUITE") or "suite").split()
    with hosts.slack() as slack:
        command = ["-m", "pytest", *OPTIONS, tables, "-m", which, *suite]
        done = hosts.run(command, slack, settings)
        # Its settings look the bot and both channels up, by name.
        assert len(slack.calls("users.list")) == 1, done.stdout
        assert len(slack.calls("conversations.list")) == 2, done.stdout
    if done.returncode not in (pytest.ExitCode.OK, NOTHING_OF_THIS_KIND):
        pytest.fail(f"The host's suite, with {settings}:\n{done.stdout}", pytrace=False)
