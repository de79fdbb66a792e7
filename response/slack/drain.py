"""Works both boxes off: handlers one after the other, Slack's lanes up to eight at a time.

Neither keeps the other waiting: a host's handler may take minutes, and so may Slack.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import close_old_connections, connections
from django.utils import timezone

from response import logs
from response.background import Job
from response.slack import inbox, meter, sender, tick
from response.slack.sender import Sender

logger = logs.get_logger("response.slack.drain")

LANES_AT_ONCE = 8
# How far ahead something may fall due for the thread to stay for it.
STAY = timedelta(seconds=30)
# Work that another process is at: how soon to look whether it is done.
LOOK_AGAIN = 0.2
# How much longer than its last round a drain rests, how long for each run of it, and at most, in
# seconds: the more there is to do, the more comes together meanwhile.
BREATHS = 4
BREATH_A_RUN = 0.05
LONGEST_BREATH = 0.4
# The rest, in seconds, while there is more to do than one round may take.
SHORT_BREATH = 0.1
# How often a resting thread looks up to see whether its process ends, in seconds.
LOOK_UP = 0.5
LOOK_AT_BEAT = timedelta(seconds=10)
# Seconds for which handlers may run before what falls due in the outbox is sent meanwhile.
PATIENCE = 1.0
Clock = Callable[[], datetime]


def drain(job: Job, clock: Clock = timezone.now) -> None:
    """Work until nothing falls due within ``STAY``, woken by ``job.wake``.

    When the process ends, what is at work is finished and the rest left for the next process.
    """
    outgoing = Sender(clock=clock)
    lanes = Lanes(outgoing, job.wake)
    stand_in = StandIn(clock)
    meanwhile = Meanwhile(lambda: lanes.send(outgoing.due_lanes(lanes.taken)))
    try:
        while _process_lives():
            job.wake.clear()
            began = time.monotonic()
            try:
                stand_in.tick_if_needed()
                with meanwhile.sending():
                    worked = inbox.work(clock)
                lanes.send(outgoing.due_lanes(lanes.taken))
                wait = 0.0 if worked else _wait(lanes, clock)
            except Exception:
                logger.exception("The drain failed, most likely the database; on in a second")
                connections.close_all()
                worked, wait = 0, 1.0
            if wait is None and job.finish():
                return
            meter.flush_if_due()
            _breathe(worked, time.monotonic() - began)
            _rest(job.wake, wait or 0.0)
    finally:
        outgoing.stopping.set()
        meanwhile.close()
        lanes.close()
        meter.flush()


def _process_lives() -> bool:
    """Whether the interpreter is not about to exit, which waits for threads such as this."""
    return threading.main_thread().is_alive()


def _breathe(worked: int, seconds: float) -> None:
    """Leave the process to its requests for most of the time, whoever wakes the drain.

    Under load more comes together meanwhile, and ten messages at once cost little more than one.
    """
    if seconds >= inbox.LONGEST_ROUND:
        time.sleep(SHORT_BREATH)
        return
    time.sleep(min(max(BREATHS * seconds, BREATH_A_RUN * worked), LONGEST_BREATH))


def _rest(wake: threading.Event, seconds: float) -> None:
    """Wait to be woken, for ``seconds`` at most, or until the process ends."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if wake.wait(min(left, LOOK_UP)) or not _process_lives():
            return


class StandIn:
    """Ticks in place of a scheduler that does not; looks whether that is so now and then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._look_at = clock()

    def tick_if_needed(self) -> None:
        """Tick if the last beat is over a minute old."""
        now = self._clock()
        # Further off than we ever look ahead: the clock was set back since.
        if now >= self._look_at or self._look_at - now > LOOK_AT_BEAT:
            self._look_at = now + LOOK_AT_BEAT
            tick.stand_in(now)


def drain_once(clock: Clock = timezone.now, outgoing: Sender | None = None) -> None:
    """Work in this thread until nothing is due now: for the tick, for workers, for tests."""
    outgoing = outgoing or Sender(clock=clock)
    while True:
        worked = inbox.work(clock)
        for lane in outgoing.due_lanes():
            worked += _send_lane(outgoing, lane) or 0
            worked += inbox.work(clock)
        if not worked:
            meter.flush()
            return


def _wait(lanes: Lanes, clock: Clock) -> float | None:
    """Seconds until there may be something to do, None if that is beyond ``STAY``."""
    due = next_due()
    ahead = due - clock() if due else timedelta.max
    if ahead > STAY and not lanes.taken:
        return None
    return max(min(ahead, STAY).total_seconds(), LOOK_AGAIN)


def next_due() -> datetime | None:
    """When the next try of anything in either box falls due."""
    return min((due for due in (inbox.next_due(), sender.next_due()) if due), default=None)


def _send_lane(outgoing: Sender, lane: str) -> int | None:
    """How many calls left the lane; None where it is another's now, or fails: it fails alone."""
    try:
        return outgoing.send_lane(lane)
    except Exception:
        logger.exception("Lane %s could not be sent; it is tried again", lane)
        close_old_connections()
        return None


class Meanwhile:
    """A thread that has lanes sent while the drain is at a handler that takes long."""

    def __init__(self, send: Callable[[], None]) -> None:
        self._send = send
        self._begun = threading.Event()
        self._over = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    @contextmanager
    def sending(self) -> Iterator[None]:
        """What takes longer than ``PATIENCE`` within keeps no lane waiting."""
        if self._thread is None:
            self._thread = self._started()
        self._over.clear()
        self._begun.set()
        try:
            yield
        finally:
            self._begun.clear()
            self._over.set()

    def _started(self) -> threading.Thread | None:
        thread = threading.Thread(target=self._work)
        try:
            thread.start()
        except RuntimeError as error:
            # Handlers need none; and what is to be sent is looked at after them.
            logger.warning("Nothing is sent while handlers run: %s", error)
            return None
        return thread

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._begun.set()
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        try:
            while self._begun.wait() and not self._closed:
                wait = PATIENCE
                while not self._over.wait(wait) and not self._closed:
                    self._send_all()
                    wait = LOOK_AGAIN
        finally:
            connections.close_all()

    def _send_all(self) -> None:
        try:
            self._send()
        except Exception:
            logger.exception("It could not be looked what is to be sent; it is looked again")
            connections.close_all()


class Lanes:
    """Threads that send lanes of the outbox, at most ``LANES_AT_ONCE`` at a time.

    Most of them wait for Slack: of the others ``sender.AT_WORK`` are at work at once.
    Each keeps its database connection until ``close``: opening one for every lane would cost
    more than the work.
    """

    def __init__(self, outgoing: Sender, wake: threading.Event) -> None:
        self._outgoing = outgoing
        self._wake = wake
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._taken: set[str] = set()

    @property
    def taken(self) -> frozenset[str]:
        """Lanes that are being sent."""
        with self._lock:
            return frozenset(self._taken)

    def send(self, lanes: list[str]) -> None:
        """Have these lanes sent, those left out that are being sent already."""
        for lane in lanes:
            with self._lock:
                if lane in self._taken or len(self._taken) >= LANES_AT_ONCE:
                    continue
                if len(self._threads) == len(self._taken):
                    # The machine may have no thread left: then nothing was taken.
                    thread = threading.Thread(target=self._work)
                    thread.start()
                    self._threads.append(thread)
                self._taken.add(lane)
            self._queue.put(lane)

    def close(self) -> None:
        """End the threads once they have sent what they are at."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        try:
            while (lane := self._queue.get()) is not None:
                self._send(lane)
        finally:
            connections.close_all()

    def _send(self, lane: str) -> None:
        sent = None
        try:
            sent = _send_lane(self._outgoing, lane)
        finally:
            with self._lock:
                self._taken.discard(lane)
            # Of a lane that is another process's the drain looks by itself, now and then.
            if sent is not None:
                self._wake.set()
