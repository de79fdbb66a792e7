"""Figures of several runs become medians, and say how far apart the runs were."""

from __future__ import annotations

import figures
import pytest


def test_of_one_run_the_figures_stay_as_they_are():
    found = {"p99": 12.5, "failures": {"500": 1}, "empty after": None}
    assert figures.merged([found]) is found


def test_of_several_runs_each_number_is_the_median_and_knows_the_least_and_the_most():
    merged = figures.merged([{"p99": 30.0}, {"p99": 10.0}, {"p99": 90.0}])
    assert merged["p99"] == 30.0
    assert figures.ms(merged["p99"]) == "30 ms (10 to 90)"


def test_figures_are_put_together_however_deep_they_are():
    runs = [{"inbox": {"tick": {"rates": [one, 2 * one]}}} for one in (1, 2, 6)]
    assert figures.merged(runs)["inbox"]["tick"]["rates"] == [2, 4]


def test_failures_are_added_up():
    runs = [{"failures": {"500": 1}}, {"failures": {"500": 2, "TimeoutError": 1}}]
    assert figures.merged(runs)["failures"] == {"500": 3, "TimeoutError": 1}


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        ([None], "no"),
        ([None, None, None], "no"),
        ([1.0, None, None], "no (1.0 s at best)"),
        ([1.0, None, 2.0], "2.0 s (1.0 s to no)"),
        ([1.0, 1.0, 1.0], "1.0 s"),
        ([1.5], "1.5 s"),
    ],
)
def test_boxes_that_never_were_empty_are_no_number(runs: list[float | None], told: str):
    assert figures.seconds(figures.merged(runs)) == told


def test_units_that_differ_are_said():
    assert figures.ms(figures.merged([900.0, 950.0, 1500.0])) == "950 ms (900 ms to 1.50 s)"
