"""gunicorn, twice: the app, and Slack. Whatever is started here is ended here, by its id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
READY_WITHIN = 180.0
GRACE = 40.0


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Server:
    """A running gunicorn."""

    def __init__(
        self,
        port: int,
        environment: Mapping[str, str],
        workers: int,
        threads: int,
        log: Path | None = None,
        keep_alive: int = 2,
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        command = [
            *(sys.executable, "-m", "gunicorn", "demo.wsgi:application", "--chdir", str(HERE)),
            *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
            *("--workers", str(workers), "--threads", str(threads)),
            *("--keep-alive", str(keep_alive)),
            *("--log-level", "warning", "--no-control-socket"),
        ]
        with log.open("ab") if log else nullcontext() as to:
            self.process = subprocess.Popen(command, env=dict(environment), stdout=to, stderr=to)

    def wait_until_ready(self, path: str) -> None:
        """Until it answers at ``path``, in whichever way, several times in a row."""
        deadline = time.monotonic() + READY_WITHIN
        answers = 0
        while answers < 10:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.url} did not start; its error is above.")
            answers = answers + 1 if self._answers(path) else 0
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        try:
            urllib.request.urlopen(self.url + path, timeout=10).close()  # noqa: S310 (loopback)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def workers(self) -> list[int]:
        """Process ids of its workers; none where there is no /proc."""
        try:
            task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            return [int(pid) for pid in task.read_text().split()]
        except OSError:
            return []

    def cpu_seconds(self) -> float:
        """What its workers have used so far."""
        ticks = 0
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """MB that the largest of its workers has in memory."""
        return max((memory(pid) for pid in self.workers()), default=0.0)

    def stop(self) -> None:
        end(self.process, GRACE)


def end(process: subprocess.Popen[Any], grace: float) -> None:
    """Tell it to end, and kill it if it has not done so after ``grace`` seconds."""
    process.terminate()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def memory(pid: int) -> float:
    """MB that a process has in memory; none where there is no /proc, or no such process."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def serving(
    port: int,
    environment: Mapping[str, str],
    *,
    workers: int,
    threads: int,
    path: str,
    log: Path | None = None,
    keep_alive: int = 2,
) -> Iterator[Server]:
    """``log`` is a file for what it prints, which else goes to where our own goes.

    ``keep_alive`` is for how many seconds a connection may idle; two are gunicorn's own.
    """
    server = Server(port, environment, workers, threads, log, keep_alive)
    try:
        server.wait_until_ready(path)
        yield server
    finally:
        server.stop()
