"""The search for the highest rate that is borne."""

from __future__ import annotations

from typing import Any

import pytest
import sustained


@pytest.mark.parametrize("limit", [3, 40, 150, 199, 200, 310, 799, 1234])
def test_it_comes_within_five_percent_from_below_and_tries_few(limit: int):
    tried = []

    def is_borne(rate: int) -> bool:
        tried.append(rate)
        return rate <= limit

    found = sustained.highest(is_borne)
    assert found <= limit <= found * sustained.CLOSE + 2
    assert len(tried) == len(set(tried)) <= 20


@pytest.mark.parametrize("around", [200, 740, 781, 800, 1500])
def test_a_search_that_begins_where_an_earlier_one_ended_tries_fewer(around: int):
    tried = []

    def is_borne(rate: int) -> bool:
        tried.append(rate)
        return rate <= 781

    found = sustained.highest(is_borne, around)
    assert found <= 781 <= found * sustained.CLOSE + 2
    assert len(tried) == len(set(tried)) <= (5 if abs(around - 781) < 50 else 14)


def test_what_bears_nothing_and_what_bears_everything():
    assert sustained.highest(lambda rate: False) == 0
    assert sustained.highest(lambda rate: False, 700) == 0
    assert sustained.highest(lambda rate: True) >= sustained.HIGHEST / sustained.STEP


def test_a_rate_that_is_borne_shortly_only_is_no_sustained_one():
    assert sustained.held(lambda rate: rate <= 900, 1000) == 856
    assert sustained.held(lambda rate: True, 1000) == 1000
    assert sustained.held(lambda rate: False, 1000) == 0


GOOD: dict[str, Any] = {"p99": 99.0, "failed": 0, "late": 0, "lag p95": 1999.0, "left": 0}


@pytest.mark.parametrize(
    "bad",
    [{"p99": 100.0}, {"failed": 1}, {"late": 1}, {"lag p95": 2000.0}, {"left": 1}, {"effect": -1}],
)
def test_a_rate_is_borne_only_if_everything_is_in_time(bad: dict[str, Any]):
    assert sustained.is_borne(GOOD)
    assert not sustained.is_borne(GOOD | bad)
