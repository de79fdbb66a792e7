"""The experiments that are being made, so that who ends them ends all that they have started."""

from __future__ import annotations

import subprocess
from threading import Lock

from servers import end

# Seconds for an experiment, and for one that is told to end.
LONGEST = 3600
ENDS_WITHIN = 120


class Running:
    """Each experiment is a process, which ends what it has started before it ends itself."""

    def __init__(self) -> None:
        self._processes: set[subprocess.Popen[str]] = set()
        self._over = False
        self._lock = Lock()

    def run(self, command: list[str], environment: dict[str, str]) -> tuple[str, int]:
        """What it printed, and its exit code."""
        with self._lock:
            if self._over:
                raise SystemExit("Interrupted.")
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            self._processes.add(process)
        try:
            printed, _ = process.communicate(timeout=LONGEST)
        finally:
            end(process, ENDS_WITHIN)
            with self._lock:
                self._processes.discard(process)
        return printed, process.returncode

    def end(self) -> None:
        """Have all of them end, and start none any more."""
        with self._lock:
            self._over = True
            for process in self._processes:
                process.terminate()
