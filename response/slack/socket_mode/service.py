"""Keeps connections to Slack open until it is told to stop, each in a thread of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.core.signals import request_finished, request_started
from django.utils import timezone

from response import logs
from response.background import schedule_drain
from response.slack import answers, drain
from response.slack.client import SlackClient
from response.slack.errors import SlackError
from response.slack.socket_mode import envelopes
from response.slack.socket_mode.link import Link, Receive
from response.slack.socket_mode.refusals import LINK_DISABLED, SocketModeRefused, refusal_of

logger = logs.get_logger("response.slack.socket_mode")

# Slack gives an app ten. While one of ours is replaced the other receives.
CONNECTIONS, MOST_CONNECTIONS = 2, 10
# Seconds for which a connection that is replaced still takes what Slack sends on it.
LINGER = 15.0
# Seconds that a process which ends has for what it began.
PATIENCE = 10.0
BEAT_EVERY = 60.0
# A connection that lived as long was no failure, however it ended.
LONG_LIFE = 30.0
LONGEST_PAUSE = 30.0
# Other processes have all ten connections.
TOO_MANY, PAUSE_OF_TOO_MANY = "too_many_websockets", 60.0


class Service:
    """Receives through ``connections`` WebSockets with the app token of ``api``.

    ``pause`` tells how many seconds to wait after so many failures in a row.
    """

    def __init__(
        self,
        api: SlackClient,
        *,
        connections: int = CONNECTIONS,
        receive: Receive = envelopes.receive,
        pause: Callable[[int], float] | None = None,
    ) -> None:
        self.stopping = threading.Event()
        self._api = api
        self._receive = receive
        self._pause = pause or _growing_pause
        self._keepers = [threading.Thread(target=self._keep) for _ in range(connections)]
        self._retiring: list[threading.Thread] = []
        self._refusal: SocketModeRefused | None = None

    def run(self) -> None:
        """Receive until ``stopping`` is set, and finish what was begun.

        Raises ``SocketModeRefused`` if Slack will not have us.
        """
        for keeper in self._keepers:
            keeper.start()
        try:
            beat()
            while not self.stopping.wait(BEAT_EVERY):
                beat()
        finally:
            self.stopping.set()
            for keeper in self._keepers:
                keeper.join()
            # Their last connections are among these only now.
            for retiring in self._retiring:
                retiring.join()
        if self._refusal is not None:
            raise self._refusal

    def _keep(self) -> None:
        """One connection after another."""
        failures = 0
        while not self.stopping.is_set():
            began, at_least = time.monotonic(), 0.0
            try:
                at_least = self._live_once()
            except SlackError as error:
                self._refusal = self._refusal or refusal_of(error)
                if self._refusal is not None:
                    self.stopping.set()
                    return
                at_least = float(getattr(error, "retry_after", 0.0))
                logger.warning("No connection to Slack: %s", error)
            except Exception:
                logger.exception("No connection to Slack")
            failures = 0 if time.monotonic() - began > LONG_LIFE else failures + 1
            self.stopping.wait(max(at_least, self._pause(failures)))

    def _live_once(self) -> float:
        """Open a connection and receive while it lives; how many seconds to wait for the next."""
        news = threading.Event()
        answer = self._api.api_call("apps.connections.open")
        link = Link(answers.text(answer, "url", "apps.connections.open"), self._receive, news)
        try:
            link.open()
            while not (link.leaving or link.is_over or self.stopping.is_set()):
                news.wait(0.2)
                news.clear()
        except BaseException:
            link.finish(0)
            raise
        self._retire(link)
        if link.leaving == LINK_DISABLED:
            raise SocketModeRefused(LINK_DISABLED)
        if link.leaving == TOO_MANY:
            logger.warning(
                "Slack closed a connection: this app has %s already, and may have no more. Are "
                "there other processes that nobody needs?",
                MOST_CONNECTIONS,
            )
            return PAUSE_OF_TOO_MANY
        return 0.0

    def _retire(self, link: Link) -> None:
        """Close a connection, beside its successor: what Slack sends on it until then counts."""

        def retire() -> None:
            until = time.monotonic() + LINGER
            while not (link.is_over or self.stopping.is_set() or time.monotonic() > until):
                self.stopping.wait(0.2)
            link.finish(PATIENCE)

        self._retiring = [thread for thread in self._retiring if thread.is_alive()]
        self._retiring.append(threading.Thread(target=retire))
        self._retiring[-1].start()


def beat() -> None:
    """What requests bring about in web processes: what was left behind is done, nudges go out."""
    request_started.send(sender=beat, environ={})
    try:
        drain.StandIn(timezone.now).tick_if_needed()
        schedule_drain()
    except Exception:
        logger.exception("The minute tick failed; it is tried again")
    finally:
        request_finished.send(sender=beat)


def _growing_pause(failures: int) -> float:
    return min(2.0 ** (failures - 1), LONGEST_PAUSE) if failures else 0.0
