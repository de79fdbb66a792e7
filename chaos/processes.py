"""What a site runs beside its web processes: workers and ticks, started again when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from servers import HERE as BENCH
from servers import end

COMMANDS = {
    "django-tasks-db": ("db_worker", "--backend", "database", "--interval", "0.2"),
    "django-tasks-rq": ("rqworker", "--with-scheduler"),
}

# Seconds.
BEGINS_WITHIN = 20.0
LOOK = 0.005


def at_work(pid: int) -> bool:
    """Whether a process has come to its work: it has a connection or a database open.

    Most of the life of a command that ends soon is spent on loading Django, when a kill proves
    nothing.
    """
    return any(name.startswith("socket:") or ".sqlite3" in name for name in _open_files(pid))


def threads(pid: int) -> int:
    """How many threads a process has; 0 if it has ended."""
    try:
        return len(os.listdir(f"/proc/{pid}/task"))
    except FileNotFoundError:
        return 0


def _open_files(pid: int) -> list[str]:
    found = []
    with suppress(FileNotFoundError, PermissionError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):
                found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found


class Again:
    """A command that is started again whenever it has ended, ``every`` seconds later."""

    def __init__(
        self, command: tuple[str, ...], environment: Mapping[str, str], log: Path, every: float
    ) -> None:
        self._command = [sys.executable, "-m", "django", *command]
        self._environment, self._every = dict(environment), every
        self._log = log
        self._over = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self._thread = threading.Thread(target=self._run, name=command[0], daemon=True)
        self._thread.start()

    def kill(self, after: float = 0.0) -> bool:
        """``kill -9``, so many seconds after it had the database open; False if it had ended."""
        deadline = time.monotonic() + BEGINS_WITHIN
        while (process := self._process) is None or not at_work(process.pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK)
        time.sleep(after)
        if process.poll() is not None:
            return False
        process.kill()
        return True

    def stop(self) -> None:
        self._over.set()
        process = self._process
        if process is not None and process.poll() is None:
            end(process, 20)
        self._thread.join(30)

    def _run(self) -> None:
        with self._log.open("ab") as log:
            while not self._over.is_set():
                self._process = subprocess.Popen(
                    self._command,
                    env=self._environment,
                    stdout=log,
                    stderr=log,
                    cwd=BENCH,
                    start_new_session=True,
                )
                self.starts += 1
                self._process.wait()
                # What it has forked, which nobody else would end: a supervisor does the same.
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._over.wait(self._every)


def worker(backend: str, environment: Mapping[str, str], log: Path) -> Again:
    return Again(COMMANDS[backend], environment, log, every=0.2)


def tick(environment: Mapping[str, str], log: Path, every: float) -> Again:
    return Again(("response_tick",), environment, log, every)
