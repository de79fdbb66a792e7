"""The chaos suite itself works: one small experiment, with real processes, from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.packaging.contents import ROOT

RUN = [sys.executable, str(ROOT / "chaos" / "run.py")]


def test_each_delivery_three_times_and_nothing_is_doubled(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- chaos: begin -->\n<!-- chaos: end -->\nafter\n")
    command = [*RUN, "thrice", "--database", "sqlite", "--incidents", "1", "--write", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    # Once by database and backend, once with all figures.
    (_, line) = [line for line in text.splitlines() if "three times, shuffled" in line]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells[1:4] == ["SQLite", "after-response", "1"]
    assert cells[10:13] == ["0", "0", "0"]
    assert int(cells[4]) > 60


def test_who_ends_the_experiments_ends_all_that_was_started_for_them(tmp_path: Path):
    command = [*RUN, "calm", "--database", "sqlite"]
    theirs = environment() | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=theirs, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 300
        while not any("gunicorn" in command for command in started_for(tmp_path)):
            assert time.monotonic() < deadline
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
        process.terminate()
        assert process.wait(300) != 0
    assert started_for(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def environment() -> dict[str, str]:
    """Its modules stand beside it; tox keeps the checkout off the path of the tests."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}


def started_for(folder: Path) -> list[str]:
    """The commands of the processes whose environment names the folder of an experiment."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if f"DEMO_VAR={folder}/" in (process / "environ").read_text(errors="replace"):
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found
