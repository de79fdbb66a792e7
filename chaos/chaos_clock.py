"""A clock that is set while processes run: they follow a file that says by how many seconds."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import time_machine

EVERY = 0.05


def follow(path: str) -> None:
    """From now on, and within ``EVERY`` seconds, time is as far off as the file says."""
    traveller = time_machine.travel(time.time(), tick=True).start()
    so_far = 0.0

    def watch() -> None:
        nonlocal so_far
        pause = threading.Event()
        while True:
            wanted = offset(path)
            if wanted != so_far:
                traveller.shift(wanted - so_far)
                so_far = wanted
            pause.wait(EVERY)

    def begin() -> None:
        threading.Thread(target=watch, name="chaos-clock", daemon=True).start()

    begin()
    # A fork has the clock as it was, and no thread.
    os.register_at_fork(after_in_child=begin)


def offset(path: str) -> float:
    try:
        return float(Path(path).read_text() or 0)
    except (OSError, ValueError):
        return 0.0


def step(path: str, seconds: float) -> None:
    """Set the clocks of all who follow."""
    new = Path(path).with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(path)
