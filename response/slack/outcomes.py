"""What becomes of a call of the outbox that was tried: Slack has it, it waits, or it is parked.

A transient failure waits and tries again. Only when all calls fail is it an outage, waited
out for as long as it lasts: a failure counts as a strike only if another call succeeded since
the last try, and a call with five strikes is parked for an operator to see; or with twenty while
Slack is half broken, and fails other calls, too. An error that no retry can mend parks at once.
That its sender died is counted by itself.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, close_old_connections
from django.db.models import QuerySet

from response import database, logs
from response.slack import lanes, operations
from response.slack.discretion import named
from response.slack.errors import (
    SlackRateLimited,
    SlackUnavailable,
    SlackUnexpectedAnswer,
    describe,
)
from response.slack.leases import Lease, LeaseLost
from response.slack.models import Call
from response.slack.operations import Operation

logger = logs.get_logger("response.slack.outcomes")

MAX_STRIKES = 5
# Of a call that Slack does not take, if it failed others, too, in the time before. There is an
# end to it: calls that it never takes must not keep each other, and their lanes, waiting.
MAX_STRIKES_HALF_BROKEN = 20
HALF_BROKEN_SINCE = timedelta(minutes=5)
# Slack may be back any moment, and people wait.
LONGEST_WAIT = timedelta(seconds=15)
# How often its sender may die of a call: most senders die of something else, and a site on which
# they do so time and again is one on which nothing shall be lost.
MAX_DEATHS = 20
# The note of a call that counts them.
DEATHS = "deaths"
# Seconds after which it is tried again to note down that Slack has a call.
NOTED_AGAIN_AFTER = (0.0, 0.5, 2.0, 5.0)
Clock = Callable[[], datetime]
State = Call.State


@dataclass(frozen=True)
class Outcome:
    """Notes down what became of ``call``, which is marked as being sent, under our lease.

    Each method raises ``LeaseLost``, and changes nothing, if the call is another process's now.
    """

    call: Call
    operation: Operation
    lease: Lease
    clock: Clock

    def keep(self, answer: dict[str, Any] | None, stopping: threading.Event) -> None:
        """Slack has it: a lock, or a database that restarts, must not have it sent once more.

        ``answer`` None: there was nothing to send. ``stopping`` ends the waits in between.
        """
        for seconds in NOTED_AGAIN_AFTER:
            try:
                return self._finish(answer)
            except OperationalError as error:
                logger.warning("Call %s was sent, and is not noted yet: %s", self.call.pk, error)
                close_old_connections()
                stopping.wait(seconds)
        return self._finish(answer)

    def _finish(self, answer: dict[str, Any] | None) -> None:
        state = State.DROPPED if answer is None else State.SENT
        with database.atomic():
            self.operation.lock(self.call)
            self._leave(state=state, key=None, error="", arguments="", memo="")
            if answer is not None:
                self.operation.done(self.call, answer)

    def failed(self, error: Exception, previous: datetime | None) -> bool:
        """A failure that another try may mend; whether that was the last.

        ``previous`` is when it was tried before; None counts the failure in any case.
        """
        call = self.call
        call.strikes += previous is None or self._others_succeeded(previous)
        if call.strikes >= self._most_strikes(error):
            self.park(error)
            return True
        logger.warning("Call %s (%s), try %s: %s", call.pk, call, call.attempts, named(error))
        self._try_again(self.clock() + _wait_after(call.attempts), describe(error))
        return False

    def _others_succeeded(self, since: datetime) -> bool:
        """Answers to a click do not count: they need no token, and go to another host."""
        # What was sent "later than now" was sent before the clock was set back.
        lately = {"finished_at__gt": since, "finished_at__lte": self.clock()}
        sent = Call.objects.filter(state=State.SENT, **lately)
        return sent.exclude(pk=self.call.pk).exclude(operation=operations.WHISPER).exists()

    def _most_strikes(self, error: Exception) -> int:
        """At how many the call is given up."""
        answered = isinstance(error, SlackUnexpectedAnswer)
        not_taken = isinstance(error, SlackUnavailable) and not answered
        if not_taken and self.call.strikes >= MAX_STRIKES and self._others_failed():
            return MAX_STRIKES_HALF_BROKEN
        return MAX_STRIKES

    def _others_failed(self) -> bool:
        """Whether another call waits for its second try or a later one, or got through at such.

        Those of which Slack said 429 count, too: that is no sign of health either.
        """
        others = Call.objects.exclude(pk=self.call.pk)
        since = self.clock() - HALF_BROKEN_SINCE
        if others.filter(state=State.SENT, finished_at__gt=since, attempts__gt=1).exists():
            return True
        # Only the first call of a lane has been tried.
        waiting = others.exclude(error="").filter(pk__in=lanes.heads())
        return bool(lanes.read(waiting.only("pk")))

    def abandoned(self) -> None:
        """Its sender died, and Slack may have got it: it is sent again, some times.

        At once after the first death. Later it leaves a new process to the others for a while:
        what each process begins with is what it most likely dies at.
        """
        call = self.call
        died = RuntimeError("the process that sent it died")
        deaths = int(call.notes.get(DEATHS, 0)) + 1
        call.memo = json.dumps(call.notes | {DEATHS: deaths})
        if deaths >= MAX_DEATHS:
            self.park(died)
            return
        logger.warning("Call %s (%s) was left unfinished; it is sent again", call.pk, call)
        wait = _wait_after(deaths - 1) if deaths > 1 else timedelta(0)
        self._try_again(self.clock() + wait, describe(died))

    def put_back(self, when: datetime, limited: SlackRateLimited | None = None) -> None:
        """It was not the call's fault: it waits until ``when``, and no try is counted."""
        if limited is None:
            self.call.attempts -= 1
        self._try_again(when, describe(limited) if limited else "")

    def _try_again(self, when: datetime, error: str) -> None:
        call = self.call
        values: dict[str, Any] = {
            "state": State.PENDING,
            "next_try": when,
            "attempts": call.attempts,
            "strikes": call.strikes,
            "error": error,
            "memo": call.memo,
        }
        key = self.operation.key(call)
        with database.atomic():
            if key and _of_key(key).exclude(pk=call.pk).exists():
                # A later row of that key waits already and will say the same, or newer.
                values |= {"state": State.DROPPED, "finished_at": self.clock()}
            elif key:
                values["key"] = key
            self._update(**values)

    def park(self, error: Exception) -> None:
        """Give it up, for an operator to see, and have the operation tell whoever waits."""
        call = self.call
        logger.error("Call %s (%s) is parked: %s", call.pk, call, named(error))
        with database.atomic():
            self._leave(
                state=State.PARKED,
                error=describe(error),
                memo=_without_deaths(call),
                strikes=call.strikes,
            )
            self.operation.parked(call, error)

    def _leave(self, **values: Any) -> None:
        self._update(finished_at=self.clock(), **values)

    def _update(self, **values: Any) -> None:
        rows = self.lease.guard(Call.objects.filter(pk=self.call.pk, state=State.SENDING))
        if not rows.update(**values):
            raise LeaseLost(self.call.lane)


def _without_deaths(call: Call) -> str:
    """The notes of a call that is parked: if it is sent again, its deaths are counted anew."""
    notes = {name: note for name, note in call.notes.items() if name != DEATHS}
    return json.dumps(notes) if notes else ""


def _wait_after(tries: int) -> timedelta:
    """1, 2, 4, 8 seconds, then ``LONGEST_WAIT``."""
    return min(timedelta(seconds=2 ** min(tries - 1, 6)), LONGEST_WAIT)


def _of_key(key: str) -> QuerySet[Call]:
    return Call.objects.select_for_update().filter(key=key)
