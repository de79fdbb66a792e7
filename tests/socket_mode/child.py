"""``manage.py slack_socket_mode`` in a process of its own, to be killed."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.scenarios.child import PATIENCE, environment
from tests.socket_mode.conftest import TOKEN


class Child:
    """The command at work. ``hold_back`` keeps it from a step: see ``child_settings``."""

    def __init__(self, folder: Path, api_url: str, *, hold_back: str = "", token: str = TOKEN):
        self._output = (folder / "output.txt").open("w+")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "django",
                "slack_socket_mode",
                "--connections",
                "1",
                "--skip-checks",
            ],
            env={
                **environment(folder, only_acknowledges=False),
                "DJANGO_SETTINGS_MODULE": "tests.socket_mode.child_settings",
                "SLACK_API_URL": api_url,
                "SLACK_APP_TOKEN": token,
                "CHILD_HOLDS_BACK": hold_back,
            },
            cwd=folder,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )

    @property
    def output(self) -> str:
        self._output.seek(0)
        return self._output.read()

    def kill(self) -> None:
        """``kill -9``, at this very moment."""
        self.process.kill()
        self.ends()

    def terminate(self) -> int:
        """End it as a deploy does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.ends()

    def ends(self) -> int:
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        if self.process.poll() is None:
            self.kill()
        self._output.close()


@contextmanager
def running(
    folder: Path, api_url: str, *, hold_back: str = "", token: str = TOKEN
) -> Iterator[Child]:
    """A child that is gone afterwards, whatever happened."""
    child = Child(folder, api_url, hold_back=hold_back, token=token)
    try:
        yield child
    finally:
        child.close()
