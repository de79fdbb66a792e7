"""The place where bad input is tried, and the number of cases that were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.fuzz.budget import tried
from tests.fuzz.town import Town


@pytest.fixture
def town(db: None, settings: Any) -> Iterator[Town]:
    """An incident with a channel and people, all behind the real URLs, and a Slack that answers."""
    with Town.built() as town:
        yield town


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many cases there were: Hypothesis makes fewer where there are no more."""
    if tried:
        terminalreporter.section("bad input")
        for name, count in sorted(tried.items()):
            terminalreporter.write_line(f"{count:>9,}  {name}")
        terminalreporter.write_line(f"{sum(tried.values()):>9,}  generated cases in all")
