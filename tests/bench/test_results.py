"""What was measured becomes sections; what failed does not lose the others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import children
import pytest
import report
import results
from results import Result

from tests.packaging.contents import ROOT

ABOUT = {"command": "python bench/run.py --runs 3", "on": "21 November 2026"}


def load(p99: float) -> dict[str, Any]:
    times = {"p50": 1.0, "p90": 2.0, "p99": p99, "max": 100.0}
    counts = {"sent": 10, "late": 0, "failed": 0, "failures": {}}
    return {**times, **counts, "rate": 200, "cpu": 0.1}


def test_several_runs_are_one_table_with_medians():
    found = [Result("sqlite", "control", load(p99), [1.0, 2.0], ABOUT) for p99 in (9, 40, 10)]
    made = results.sections(found)
    assert list(made) == ["messages"]
    about, _, _, _, line = made["messages"].splitlines()
    assert "`python bench/run.py --runs 3`, 21 November 2026" in about
    assert "medians of 3 runs" in about
    assert "load average 1.0 to 2.0" in about
    assert "| 10 ms (9 to 40) |" in line


def test_a_run_that_failed_is_left_out_of_the_medians_and_told():
    found = [Result("sqlite", "control", load(9)), Result("sqlite", "control", {"error": "away"})]
    text = results.sections(found)["messages"]
    assert "| 9 ms |" in text
    assert "sqlite, control: 1 of 2 runs failed" in text
    assert "failed" not in results.sections(found[:1])["messages"]
    assert results.sections(found[1:]) == {}


def test_a_control_that_was_sent_less_is_compared_by_what_each_request_costs():
    found = [
        Result("sqlite", "control", load(9)),
        Result("sqlite", "messages", load(18) | {"sent": 60, "cpu": 0.9}),
    ]
    text = results.sections(found)["messages"]
    assert "p99 x 2.0, CPU x 1.5" in text


def test_figures_that_were_kept_are_read_again(tmp_path: Path):
    found = [Result("sqlite", "control", load(9), [1.0, 2.0], ABOUT)]
    results.write(tmp_path / "figures.json", found)
    assert results.read(tmp_path / "figures.json") == found


def test_sections_without_a_place_on_the_page_do_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    page = tmp_path / "page.md"
    page.write_text("above\n<!-- tick: begin -->\nold\n<!-- tick: end -->\nbelow\n")
    results.write_sections(page, {"pages": "none", "tick": "new"})
    assert page.read_text() == "above\n<!-- tick: begin -->\n\nnew\n\n<!-- tick: end -->\nbelow\n"
    assert "pages" in capsys.readouterr().err


def test_the_documentation_has_a_place_for_every_section():
    page = (ROOT / "docs" / "performance.md").read_text()
    for name in report.SECTIONS:
        assert page.count(f"<!-- {name}: begin -->") == 1, name
        assert page.count(f"<!-- {name}: end -->") == 1, name


def test_phases_that_were_measured_before_a_failure_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    line = '{"phase": "control", "figures": {"p50": 1}, "load": [1, 2]}'
    script = tmp_path / "measure.py"
    script.write_text(f"import sys\nprint({line!r}, flush=True)\nsys.exit(3)\n")
    monkeypatch.setattr(children, "HERE", tmp_path)
    found = children.together(["control", "messages"], {"seconds": 1}, {"PATH": sys.exec_prefix})
    assert found["control"] == ({"p50": 1}, [1, 2])
    assert "3" in found["messages"][0]["error"]
