"""A Slack client that answers as it is told, and the two boxes worked off with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from response.slack import inbox
from response.slack.errors import SlackUnavailable
from response.slack.models import Call
from response.slack.pace import Unpaced
from response.slack.sender import Sender

Answer = dict[str, Any] | Exception
DOWN = SlackUnavailable("Slack is down")


def states() -> list[str]:
    """Of all calls, in the order in which they were asked for."""
    return list(Call.objects.order_by("id").values_list("state", flat=True))


class FakeSlack:
    """Stands where ``SlackClient`` does; keeps what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, list[Answer]] = {}
        self.down: Exception | None = None
        self.during: Callable[[str], None] = lambda method: None

    def will_answer(self, method: str, *answers: Answer) -> None:
        """The next answers of a method, in order; then it succeeds again."""
        self.answers.setdefault(method, []).extend(answers)

    def api_call(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.calls.append((method, arguments))
        self.during(method)
        if self.down is not None:
            raise self.down
        queued = self.answers.get(method)
        usual = {"ok": True, "ts": f"{len(self.calls)}.000100", "members": []}
        answer = queued.pop(0) if queued else usual
        if isinstance(answer, Exception):
            raise answer
        return {"channel": arguments.get("channel", ""), **answer}

    def respond(self, response_url: str, **body: Any) -> None:
        self.api_call("response_url", url=response_url, **body)

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    def texts(self, channel: str) -> list[str]:
        return [
            arguments["text"]
            for method, arguments in self.calls
            if method == "chat.postMessage" and arguments["channel"] == channel
        ]


class Clock:
    """The time of the whole process, which stands until it is moved."""

    def __init__(self, traveller: time_machine.Coordinates) -> None:
        self._traveller = traveller

    def __call__(self) -> datetime:
        return timezone.now()

    def forward(self, **by: float) -> None:
        self._traveller.shift(timedelta(**by))


class Boxes:
    """Works both boxes off, in this thread, at a time of the test's choosing."""

    def __init__(self, slack: FakeSlack, clock: Clock) -> None:
        self.slack = slack
        self.clock = clock
        self.sender = Sender(clock=clock, pace=Unpaced(), client=lambda: slack)

    def handle(self) -> int:
        """Run the handlers that are due, in as many rounds as that takes; how many those were."""
        return sum(iter(lambda: inbox.work(self.clock), 0))

    def send(self) -> None:
        """Send every call that is due."""
        for lane in self.sender.due_lanes():
            self.sender.send_lane(lane)
