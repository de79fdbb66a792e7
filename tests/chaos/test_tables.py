"""Which experiments are made where, and how their figures are shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import catalogue
import pytest
import table

WHERE = {"database": "postgres", "backend": "django-tasks-rq"}


def result(**values: Any) -> dict[str, Any]:
    numbers = dict.fromkeys(table.NUMBERS, 0) | {"requests": 1234, "injected": 5}
    nothing: dict[str, Any] = {name: [] for name in (*table.BAD, "unclear")}
    whole = {"experiment": "calm", "title": "nothing at all", "unfinished": "", "late": 0.1}
    return {**whole, **WHERE, **numbers, **nothing, "seconds": 7, **values}


def test_every_backend_is_asked_for_and_its_own_is_the_default():
    own = catalogue.variants(["kill-worker", "calm"], ["sqlite"], None)
    assert [(one.name, backend) for one, _, backend in own] == [
        ("calm", "after-response"),
        ("kill-worker", "django-tasks-db"),
    ]
    everywhere = catalogue.variants(["calm"], ["sqlite", "postgres"], "all")
    assert len(everywhere) == 6


@pytest.mark.parametrize(
    ("name", "database", "backend", "reason"),
    [
        ("calm", "sqlite", "django-tasks-rq", "who has a worker on Redis has PostgreSQL"),
        ("kill-worker", "sqlite", "after-response", "django-tasks-db and django-tasks-rq only"),
        ("redis-flushed", "postgres", "after-response", "django-tasks-rq only"),
        ("database-restart", "sqlite", "after-response", "postgres only"),
        ("disk-full", "sqlite", "django-tasks-db", ""),
        ("crowd", "postgres", "after-response", ""),
    ],
)
def test_what_makes_no_sense_is_told(name: str, database: str, backend: str, reason: str):
    assert catalogue.BY_NAME[name].pointless(database, backend) == reason


def test_a_result_is_kept_and_shown_by_database_and_backend(tmp_path: Path):
    table.append(tmp_path / "kept", result())
    (kept,) = table.read([tmp_path / "kept"])
    assert kept == result()
    shown = table.page([kept, table.not_made(catalogue.BY_NAME["calm"], **WHERE, reason="no")])
    (calm, *_) = [line for line in shown.splitlines() if line.startswith("| nothing")]
    cells = [cell.strip() for cell in calm.strip("|").split("|")]
    assert cells == ["nothing at all", *["not made"] * 4, "1,234 · 5: 0, 0, 0"]
    assert "| PostgreSQL | django-tasks-rq | 0 | 1,234 | 0 | 5 | 0 |" in shown
    assert "does not apply" in shown


def test_what_was_not_finished_is_a_failure_and_no_loss():
    stuck = result(unfinished="3 rows were left", lost=["run 7"])
    assert table.failures(stuck) == [
        "calm on postgres with django-tasks-rq: not finished: 3 rows were left"
    ]
    assert "not finished" in table.line(stuck)
    assert "not finished" in table.page([stuck]).splitlines()[2]


def test_a_machine_that_was_too_slow_to_tell_is_told_apart():
    (told,) = table.failures(result(unfinished="3 rows were left", late=9.0))
    assert "this machine was too slow to tell, 9.0 s late" in told


def test_all_that_must_not_be_is_told():
    wrong = result(lost=["a"], doubled=["b"], out_of_order=["c"], unclear=["d"])
    told = [line.partition("rq: ")[2] for line in table.failures(wrong)]
    assert told == ["lost: a", "doubled: b", "out_of_order: c", "no clear error: d"]
    assert table.failures(table.not_made(catalogue.BY_NAME["calm"], **WHERE, reason="no")) == []
