"""A fault counts only if it hit something, and an experiment without its faults is none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import disturbances
import experiment
import processes
import pytest

OPTIONS = {"kills": 7, "restarts": 2, "outage": 1.0, "incidents": 1, "experiment": "kill-tick"}


@pytest.mark.parametrize(
    ("name", "faults"),
    [("kill_web", 7), ("flush_redis", 7), ("fill_disk", 2), ("slack_down", 1), ("", 0)],
)
def test_it_is_known_how_many_faults_there_must_be(name: str, faults: int):
    assert disturbances.wanted(name, OPTIONS) == faults


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> experiment.Site:
    monkeypatch.setenv("DEMO_VAR", str(tmp_path))
    more: dict[str, Any] = {"backend": "after-response", "seed": 1, "redis": ""}
    return experiment.Site(OPTIONS | more, None)


def test_faults_that_were_not_injected_make_no_experiment(site: experiment.Site):
    site.injected = 6
    assert site.undisturbed() == "6 faults were injected instead of 7"
    site.injected = 7
    assert site.undisturbed() == ""


def test_a_disturbance_that_fails_is_told(site: experiment.Site):
    def act(site: Any) -> None:
        raise ProcessLookupError(7)

    site.injected = 7
    site._disturb(act)
    assert site.undisturbed() == "the disturbance failed: ProcessLookupError(7)"


SAYS_SO = "import socket, sys, threading; {}; print(flush=True); sys.stdin.read()"
CONNECTS = "one = socket.socket()"
SERVES = "threading.Thread(target=sys.stdin.read).start()"


@contextmanager
def running(code: str) -> Iterator[int]:
    """The number of a process that has come so far, and then waits."""
    command = [sys.executable, "-c", SAYS_SO.format(code)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield process.pid
        process.kill()


def test_a_process_works_once_it_has_a_connection_open():
    with running("pass") as loading, running(CONNECTS) as working:
        assert not processes.at_work(loading)
        assert processes.at_work(working)
    assert not processes.at_work(working)


def test_a_process_that_serves_has_more_threads_than_one():
    with running("pass") as loading, running(SERVES) as serving:
        assert processes.threads(loading) == 1
        assert processes.threads(serving) == 2
    assert processes.threads(serving) == 0
