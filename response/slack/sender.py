"""Sends what the outbox holds: a lane at a time, in order, until Slack has it or refuses it.

A transient failure waits and tries again. Only when all calls fail is it an outage, waited
out for as long as it lasts: a failure counts as a strike only if another call succeeded since
the last try, and a call with five strikes is parked for an operator to see. An error that no
retry can mend parks at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from response import database, logs
from response.slack import leases, operations
from response.slack.client import SlackClient, get_client
from response.slack.discretion import log_exception, named
from response.slack.errors import (
    SlackAuthError,
    SlackError,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnexpectedAnswer,
    describe,
)
from response.slack.leases import Lease, LeaseLost
from response.slack.models import Call
from response.slack.operations import Operation
from response.slack.pace import Pace, Paced

logger = logs.get_logger("response.slack.sender")

MAX_STRIKES = 5
# Slack may be back any moment, and people wait.
LONGEST_WAIT = timedelta(seconds=15)
# While a release is rolled out, an operation that this process lacks waits for the others.
UNKNOWN_AFTER = timedelta(seconds=10)
UNKNOWN_FOR = timedelta(minutes=10)
Clock = Callable[[], datetime]
State = Call.State


def due_lanes(now: datetime, limit: int = 50) -> list[str]:
    """Lanes with a call to send, or one that a dead process left; the longest waiting first."""
    due = Q(state=State.PENDING, next_try__lte=now)
    left = Q(state=State.SENDING, last_attempt_at__lte=now - leases.LEASE)
    # A try that is yet to come means that the clock was set back since.
    left |= Q(state=State.SENDING, last_attempt_at__gt=now + leases.LEASE)
    firsts = (
        Call.objects.filter(due | left).values("lane").annotate(first=Min("id")).order_by("first")
    )
    return list(firsts.values_list("lane", flat=True)[:limit])


class Sender:
    """Sends lanes with one client and one pace; ``clock`` tells the time."""

    def __init__(
        self,
        *,
        clock: Clock = timezone.now,
        pace: Pace | None = None,
        client: Callable[[], SlackClient] = get_client,
    ) -> None:
        # Set when the process ends: what is being sent is finished, and no more begun.
        self.stopping = threading.Event()
        self.clock = clock
        self.pace = pace or Pace()
        self.client = client

    @sensitive_variables()
    def send_lane(self, lane: str) -> int | None:
        """Send what is due in ``lane``; how many calls left it, one way or another.

        None: another process is at it.
        """
        lease = leases.acquire(f"out:{lane}", self.clock())
        if lease is None:
            return None
        try:
            return self._send_all(lane, lease)
        except LeaseLost:
            logger.warning("Lane %s was taken over by another process", lane)
            return 0
        finally:
            leases.release(lease)

    def _send_all(self, lane: str, lease: Lease) -> int:
        self._recover(lane, lease)
        finished = 0
        while not self.stopping.is_set():
            lease = leases.renew(lease, self.clock())
            head = Call.objects.filter(lane=lane, state=State.PENDING).order_by("id").first()
            if head is None:
                return finished
            self._ask_for_its_turn(head)
            if head.next_try > self.clock():
                self._hold_back(head)
                return finished
            operation = operations.find(head.operation)
            if operation is None:
                finished += self._leave_to_others(head, lease)
            else:
                finished += self._send(head, operation, lease)
        return finished

    def _ask_for_its_turn(self, head: Call) -> None:
        """A plain call that would be refused waits for its turn, and is not claimed before."""
        now = self.clock()
        if head.next_try <= now and not head.operation:
            seconds = self.pace.ask(head.method, head.args, now.timestamp())
            head.next_try = max(head.next_try, now + timedelta(seconds=seconds))

    def _recover(self, lane: str, lease: Lease) -> None:
        """Calls that their sender never finished: it died, and Slack may have got them."""
        for call in Call.objects.filter(lane=lane, state=State.SENDING).order_by("id"):
            died = RuntimeError("the process that sent it died")
            call.strikes += 1
            if call.strikes >= MAX_STRIKES:
                self._park(call, _operation(call), lease, died)
                continue
            logger.warning("Call %s (%s) was left unfinished; it is sent again", call.pk, call)
            self._try_again(call, lease, self.clock(), describe(died))

    def _hold_back(self, head: Call) -> None:
        """Later calls of a lane wait for its head; so they are not found due meanwhile."""
        later = Call.objects.filter(lane=head.lane, state=State.PENDING, next_try__lt=head.next_try)
        later.update(next_try=head.next_try)

    def _leave_to_others(self, call: Call, lease: Lease) -> bool:
        """Another release knows the operation; if none comes, it is parked. Whether it was."""
        now = self.clock()
        logger.warning("Call %s waits: this release has no operation %r", call.pk, call.operation)
        values: dict[str, Any] = {"next_try": now + UNKNOWN_AFTER}
        given_up = now - call.created_at > UNKNOWN_FOR
        if given_up:
            error = f"no operation {call.operation!r} in this release"
            values = {"state": State.PARKED, "finished_at": now, "error": error}
        rows = lease.guard(Call.objects.filter(pk=call.pk, state=State.PENDING))
        if not rows.update(**values):
            raise LeaseLost(call.lane)
        return given_up

    def _send(self, call: Call, operation: Operation, lease: Lease) -> bool:
        """Make one call; whether it is finished, for good or ill."""
        name = call.operation or call.method
        with logs.about(call=call.pk, operation=name, incident=call.incident_id):
            return self._try(call, operation, lease)

    def _try(self, call: Call, operation: Operation, lease: Lease) -> bool:
        previous = call.last_attempt_at or call.created_at
        if not self._claim(call, operation, lease):
            raise LeaseLost(call.lane)
        now = self.clock()
        try:
            answer = operation.perform(call, _Caller(self, lease))
            self._finish(call, operation, lease, answer)
        except LeaseLost:
            raise
        except Paced as paced:
            # From now, not from before: who comes too early would have to wait for another turn.
            self._put_back(call, lease, self.clock() + timedelta(seconds=paced.seconds))
        except SlackRateLimited as limited:
            self._put_back(call, lease, now + timedelta(seconds=limited.retry_after), limited)
        except SlackError as error:
            if isinstance(error, SlackPermanentError) and not isinstance(error, SlackAuthError):
                self._park(call, operation, lease, error)
                return True
            answered = isinstance(error, SlackUnexpectedAnswer)
            return self._failed(call, operation, lease, error, None if answered else previous)
        except Exception as error:  # noqa: BLE001 (logged below)
            failure = "Call %s (%s) failed on our side"
            log_exception(logger, failure, call.pk, call, incident=call.incident_id)
            return self._failed(call, operation, lease, error, None)
        else:
            return True
        return False

    def _claim(self, call: Call, operation: Operation, lease: Lease) -> bool:
        """Mark the call as being sent; a coalescing one makes room for its successor."""
        call.attempts += 1
        call.last_attempt_at = self.clock()
        if operation.coalesces:
            call.key = None
        rows = lease.guard(Call.objects.filter(pk=call.pk, state=State.PENDING))
        return bool(
            rows.update(
                state=State.SENDING,
                attempts=call.attempts,
                last_attempt_at=call.last_attempt_at,
                key=call.key,
            )
        )

    def _finish(
        self,
        call: Call,
        operation: Operation,
        lease: Lease,
        answer: dict[str, Any] | None,
    ) -> None:
        state = State.DROPPED if answer is None else State.SENT
        with database.atomic():
            self._leave(call, lease, state=state, key=None, error="", arguments="", memo="")
            if answer is not None:
                operation.done(call, answer)

    def _failed(
        self,
        call: Call,
        operation: Operation,
        lease: Lease,
        error: Exception,
        previous: datetime | None,
    ) -> bool:
        """A failure that another try may mend; ``previous`` None counts it in any case."""
        call.strikes += previous is None or self._others_succeeded(call, previous)
        if call.strikes >= MAX_STRIKES:
            self._park(call, operation, lease, error)
            return True
        logger.warning("Call %s (%s), try %s: %s", call.pk, call, call.attempts, named(error))
        wait = min(timedelta(seconds=2 ** min(call.attempts - 1, 6)), LONGEST_WAIT)
        self._try_again(call, lease, self.clock() + wait, describe(error))
        return False

    def _others_succeeded(self, call: Call, since: datetime) -> bool:
        sent = Call.objects.filter(state=State.SENT, finished_at__gt=since)
        return sent.exclude(pk=call.pk).exists()

    def _put_back(
        self, call: Call, lease: Lease, when: datetime, limited: SlackRateLimited | None = None
    ) -> None:
        """It was not the call's fault: it waits, and no try is counted."""
        if limited is None:
            call.attempts -= 1
        self._try_again(call, lease, when, describe(limited) if limited else "")

    def _try_again(self, call: Call, lease: Lease, when: datetime, error: str) -> None:
        values: dict[str, Any] = {
            "state": State.PENDING,
            "next_try": when,
            "attempts": call.attempts,
            "strikes": call.strikes,
            "error": error,
            "memo": call.memo,
        }
        key = _operation(call).key(call)
        with database.atomic():
            if (
                key
                and Call.objects.select_for_update().filter(key=key).exclude(pk=call.pk).exists()
            ):
                # A later row of that key waits already and will say the same, or newer.
                values |= {"state": State.DROPPED, "finished_at": self.clock()}
            elif key:
                values["key"] = key
            self._update(call, lease, **values)

    def _park(self, call: Call, operation: Operation, lease: Lease, error: Exception) -> None:
        logger.error("Call %s (%s) is parked: %s", call.pk, call, named(error))
        with database.atomic():
            self._leave(
                call,
                lease,
                state=State.PARKED,
                error=describe(error),
                memo=call.memo,
                strikes=call.strikes,
            )
            operation.parked(call, error)

    def _leave(self, call: Call, lease: Lease, **values: Any) -> None:
        self._update(call, lease, finished_at=self.clock(), **values)

    def _update(self, call: Call, lease: Lease, **values: Any) -> None:
        rows = lease.guard(Call.objects.filter(pk=call.pk, state=State.SENDING))
        if not rows.update(**values):
            raise LeaseLost(call.lane)


class _Caller:
    """What operations call Slack with: the client, paced, while the lease is ours."""

    def __init__(self, sender: Sender, lease: Lease) -> None:
        self._sender = sender
        self._lease = lease
        self._client = sender.client()

    def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        """One call of the Web API; raises ``Paced``, or ``SlackError`` as the client does."""
        self._keep_lease()
        now = self._sender.clock().timestamp()
        self._sender.pace.take(method, arguments, now)
        try:
            answer: dict[str, Any] = self._client.api_call(method, **arguments)
        except SlackRateLimited as limited:
            self._sender.pace.block(method, arguments, now, limited.retry_after)
            raise
        return answer

    def respond(self, response_url: str, **body: Any) -> None:
        """Post to an interaction's ``response_url``, which has no such limits."""
        self._keep_lease()
        self._client.respond(response_url, **body)

    def _keep_lease(self) -> None:
        """An operation of many calls must not outlast its lease; each call has a time-out."""
        self._lease = leases.renew(self._lease, self._sender.clock())


def _operation(call: Call) -> Operation:
    return operations.find(call.operation) or Operation()
