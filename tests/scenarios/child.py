"""The app in processes of its own: gunicorn on the database of the test, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


class Child:
    """A gunicorn that serves the app at ``url``."""

    def __init__(self, folder: Path, *, workers: int, only_acknowledges: bool) -> None:
        # Whoever connects before gunicorn is up waits in the queue of this socket.
        with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            variables = environment(folder, only_acknowledges=only_acknowledges)
            self.process = subprocess.Popen(
                _command(listener.fileno(), workers),
                env=variables,
                cwd=folder,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    def kill(self) -> None:
        """``kill -9`` to the master and its workers, at this very moment."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)

    def terminate(self) -> int:
        """End it as a deploy does; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


@contextmanager
def serving(folder: Path, *, workers: int = 1, only_acknowledges: bool = False) -> Iterator[Child]:
    """A child to which the sandbox delivers; it is gone afterwards, whatever happened."""
    child = Child(folder, workers=workers, only_acknowledges=only_acknowledges)
    before = settings.RESPONSE_SANDBOX_APP_URL
    settings.RESPONSE_SANDBOX_APP_URL = f"{child.url}/slack/"
    try:
        yield child
    finally:
        settings.RESPONSE_SANDBOX_APP_URL = before
        if child.process.poll() is None:
            child.kill()


def until(condition: Callable[[], Any], within: float = PATIENCE) -> Any:
    """Look again and again until ``condition`` is true; its value."""
    deadline = time.monotonic() + within
    pause = threading.Event()
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        pause.wait(0.02)
    return found


def _command(descriptor: int, workers: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "tests.scenarios.child_wsgi:application"),
        *("--bind", f"fd://{descriptor}", "--worker-class", "gthread", "--threads", "4"),
        *("--workers", str(workers), "--log-level", "warning", "--no-control-socket"),
    ]


def environment(folder: Path, *, only_acknowledges: bool) -> dict[str, str]:
    # Under tox the wheel is installed; else the package is in the checkout.
    path = {} if "TOX_ENV_NAME" in os.environ else {"PYTHONPATH": str(ROOT)}
    return {
        **os.environ,
        **path,
        "TMPDIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.scenarios.child_settings",
        "TEST_DATABASE_URL": _url_of_the_test_database(),
        "SLACK_API_URL": settings.SLACK_API_URL,
        "SLACK_TOKEN": settings.SLACK_TOKEN,
        "SLACK_SIGNING_SECRET": settings.SLACK_SIGNING_SECRET,
        "SITE_URL": settings.SITE_URL,
        "CHILD_ONLY_ACKNOWLEDGES": "1" if only_acknowledges else "",
    }


def _url_of_the_test_database() -> str:
    found = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    who = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
    return f"postgres://{who}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"
