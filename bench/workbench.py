"""What every phase is given: the options, the app, the incidents."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import boxes
import traffic
from load import Target, send
from scene import Scene
from servers import Server

WARM_UP = 3


class Bench:
    """One app, one Slack, and what is asked of them."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.options = options
        self.scene = Scene()
        self.channels: list[str] = []
        self.app: Server

    @contextmanager
    def started(self) -> Iterator[Server]:
        """The app runs within."""
        with self.scene.app() as app:
            self.app = app
            self.target = Target(app.url, self.scene.secret)
            yield app

    def warm_up(self) -> None:
        """Every worker's threads have connected and imported what they need."""
        count = 50 * WARM_UP
        send(self.target, (traffic.control(self.target, self.channels, count), 50))
        send(self.target, (traffic.messages(self.target, self.channels, count), 50))
        boxes.wait_until_empty()

    def mentions(
        self, count: int, orders: Sequence[str], channels: list[str] | None = None
    ) -> list[traffic.Mention]:
        """Commands in comms channels; their messages are there, so that Slack takes reactions."""
        made = traffic.mentions(self.target, channels or self.channels, count, orders)
        self.scene.workspace("messages", given=[[one.channel, one.ts, one.user] for one in made])
        return made

    def wake(self) -> None:
        """One message to each worker, about, so that both drain."""
        send(self.target, (traffic.messages(self.target, self.channels, 20), 100))

    def recovered(self) -> None:
        """The app has answered what it was behind with, and both boxes are empty."""
        time.sleep(1)
        self.app.wait_until_ready("/ready")
        boxes.wait_until_empty()
