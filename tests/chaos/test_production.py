"""The site of the experiments runs as in production: else they would be about something else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.packaging.contents import ROOT
from tests.packaging.demo_project import environment, run


@pytest.mark.parametrize(("debug", "starts"), [("0", True), ("1", False)])
def test_with_debug_it_does_not_start(tmp_path: Path, debug: str, starts: bool):
    """A worker would watch its files, and do its work in a process that `kill -9` never meets."""
    env = environment(tmp_path, "chaos_app", SECRET_KEY="x", DEBUG=debug, DATABASE_URL="")
    env["PYTHONPATH"] = os.pathsep.join([str(ROOT / "chaos"), env["PYTHONPATH"]])
    done = run("-c", "import chaos_app", env=env)
    assert (done.returncode == 0) == starts, done.stderr
    assert starts or "a site in production" in done.stderr
