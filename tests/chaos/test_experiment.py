"""The chaos suite itself works: one small experiment, with real processes, from end to end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.packaging.contents import ROOT


def test_each_delivery_three_times_and_nothing_is_doubled(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- chaos: begin -->\n<!-- chaos: end -->\nafter\n")
    command = [sys.executable, str(ROOT / "chaos" / "run.py"), "thrice", "--database", "sqlite"]
    command += ["--incidents", "1", "--write", str(page)]
    # Its modules stand beside it; tox keeps the checkout off the path of the tests.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)
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
