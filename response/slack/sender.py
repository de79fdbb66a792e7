"""Sends what the outbox holds: a lane at a time, in order, until Slack has it or refuses it.

What becomes of a call that was tried is in ``response.slack.outcomes``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Container, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Min, Q, Value, When
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from response import database, logs
from response.slack import lanes, leases, operations
from response.slack.client import SlackClient, get_client
from response.slack.discretion import log_exception
from response.slack.errors import (
    SlackAuthError,
    SlackError,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnavailable,
    SlackUnexpectedAnswer,
)
from response.slack.leases import Lease, LeaseLost
from response.slack.models import Call
from response.slack.operations import Operation
from response.slack.outcomes import Outcome
from response.slack.pace import Pace, Paced
from response.slack.turnstile import Turnstile

logger = logs.get_logger("response.slack.sender")

# So many lanes are looked at together: a statement takes only so many values.
MOST = 200
# While a release is rolled out, an operation that this process lacks waits for the others.
UNKNOWN_AFTER = timedelta(seconds=10)
UNKNOWN_FOR = timedelta(minutes=10)
# So many lanes of one drain are at work at once, however many wait for Slack.
AT_WORK = 2
# A client's time-out is for each of them: connecting, sending, and the answer.
STEPS = 3
# What this process has sent lately, task after task.
PACE = Pace()
Clock = Callable[[], datetime]
State = Call.State


def due_heads(now: datetime) -> list[Call]:
    """First calls of lanes, to be sent, or left by a dead process; the longest waiting first.

    What is behind the first call of a lane waits for it, whatever its own time is.
    """
    due = Q(state=State.PENDING, next_try__lte=now)
    left = Q(state=State.SENDING, last_attempt_at__lte=now - leases.LEASE)
    # A try that is yet to come means that the clock was set back since.
    left |= Q(state=State.SENDING, last_attempt_at__gt=now + leases.LEASE)
    heads = Call.objects.filter(due | left, pk__in=lanes.heads())
    return lanes.read(heads)[:MOST]


def first_call(lane: str) -> Call | None:
    """The first call of a lane, which may be one that its sender never finished."""
    return Call.objects.filter(pk__in=lanes.head(lane)).first()


def next_due() -> datetime | None:
    """When the next try of the first call of any lane falls due."""
    heads = Call.objects.filter(state=State.PENDING, pk__in=lanes.heads())
    with lanes.by_index(heads.db):
        due: datetime | None = heads.aggregate(due=Min("next_try"))["due"]
    return due


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
        self.pace = pace or PACE
        self.client = client
        self.turnstile = Turnstile(AT_WORK)

    def due_lanes(self, besides: Container[str] = ()) -> list[str]:
        """Lanes with something to send now; what Slack would not take yet is given its turn.

        Under load most of them wait for a turn. So they cost one statement together, not a
        lease and two more statements each.
        """
        heads = [head for head in due_heads(self.clock()) if head.lane not in besides]
        turns = {head.pk: head.next_try for head in heads if self._ask_for_its_turn(head)}
        if turns:
            self._put_off(turns)
        return [head.lane for head in heads if head.pk not in turns]

    def _put_off(self, turns: Mapping[int, datetime]) -> None:
        """Calls, by their keys, wait for their turns; those that a process is at are its own."""
        free = Call.objects.filter(
            pk__in=turns, state=State.PENDING, next_try__lte=self.clock()
        ).select_for_update(skip_locked=True)
        cases = [When(pk=pk, then=Value(turn)) for pk, turn in turns.items()]
        with database.atomic():
            Call.objects.filter(pk__in=free.values("pk")).update(next_try=Case(*cases))

    def send_lane(self, lane: str) -> int | None:
        """Send what is due in ``lane``; how many calls left it, one way or another.

        None: another process is at it.
        """
        with self.turnstile.inside():
            return self._send_lane(lane)

    @sensitive_variables()
    def _send_lane(self, lane: str) -> int | None:
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
        finished = 0
        while not self.stopping.is_set():
            lease = leases.renew(lease, self.clock())
            first = first_call(lane)
            if first is None:
                return finished
            if first.state == State.SENDING:
                self._outcome(first, lease).abandoned()
                continue
            if self._ask_for_its_turn(first):
                self._put_off({first.pk: first.next_try})
            if first.next_try > self.clock():
                return finished
            operation = operations.find(first.operation)
            if operation is None:
                finished += self._leave_to_others(first, lease)
            else:
                finished += self._send(first, operation, lease)
        return finished

    def _ask_for_its_turn(self, head: Call) -> bool:
        """Put a plain call that would be refused off until its turn; whether that was done."""
        now = self.clock()
        if head.state != State.PENDING or head.next_try > now or head.operation:
            return False
        seconds = self.pace.ask(head.method, head.args, now.timestamp())
        head.next_try = max(head.next_try, now + timedelta(seconds=seconds))
        return seconds > 0

    def _leave_to_others(self, call: Call, lease: Lease) -> bool:
        """Another release knows the operation; if none comes, it is parked. Whether it was.

        It may be old by the time it is found unknown: an outage keeps all calls waiting.
        """
        now = self.clock()
        logger.warning("Call %s waits: this release has no operation %r", call.pk, call.operation)
        error = f"no operation {call.operation!r} in this release"
        values: dict[str, Any] = {"next_try": now + UNKNOWN_AFTER, "error": error}
        found_before = call.error == error
        if not found_before:
            values["last_attempt_at"] = now
        since = call.last_attempt_at if found_before else None
        given_up = since is not None and now - since > UNKNOWN_FOR
        if given_up:
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
        outcome = self._outcome(call, lease)
        try:
            answer = operation.perform(call, _Caller(self, lease))
            outcome.keep(answer, self.stopping)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 (logged here, or noted below)
            if not isinstance(error, (Paced, SlackError)):
                failure = "Call %s (%s) failed on our side"
                log_exception(logger, failure, call.pk, call, incident=call.incident_id)
            failed = error
        else:
            return True
        # Outside of the except: if it cannot be noted, that traceback shall not have these words.
        return self._note(outcome, failed, previous, now)

    def _note(self, outcome: Outcome, failed: Exception, previous: datetime, now: datetime) -> bool:
        """What becomes of a call that failed; whether it is finished."""
        if isinstance(failed, Paced):
            # From now, not from before: who comes too early would have to wait for another turn.
            outcome.put_back(self.clock() + timedelta(seconds=failed.seconds))
            return False
        if isinstance(failed, SlackRateLimited):
            outcome.put_back(now + timedelta(seconds=failed.retry_after), failed)
            return False
        if isinstance(failed, SlackPermanentError) and not isinstance(failed, SlackAuthError):
            outcome.park(failed)
            return True
        return outcome.failed(failed, previous if _is_no_answer(failed) else None)

    def _outcome(self, call: Call, lease: Lease) -> Outcome:
        operation = operations.find(call.operation) or Operation()
        return Outcome(call, operation, lease, self.clock)

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
        with self._sender.turnstile.outside():
            try:
                answer: dict[str, Any] = self._client.api_call(method, **arguments)
            except SlackRateLimited as limited:
                # At once: others are about to ask the same.
                self._sender.pace.block(method, arguments, now, limited.retry_after)
                raise
        return answer

    def respond(self, response_url: str, **body: Any) -> None:
        """Post to an interaction's ``response_url``, which has no such limits."""
        self._keep_lease()
        with self._sender.turnstile.outside():
            self._client.respond(response_url, **body)

    def _keep_lease(self) -> None:
        """No call may outlast its lease, nor an operation of many."""
        longest = timedelta(seconds=STEPS * getattr(self._client, "timeout", 0))
        length = min(max(leases.LEASE, longest), leases.LONGEST)
        self._lease = leases.renew(self._lease, self._sender.clock(), length)


def _is_no_answer(failed: Exception) -> bool:
    """Whether Slack, or our token, may be at fault; else the failure is the call's own.

    Slack may refuse with a code of which nobody has heard: that is an answer to this call, and
    it ends although nothing else is sent meanwhile.
    """
    if isinstance(failed, SlackUnavailable):
        return not isinstance(failed, SlackUnexpectedAnswer)
    return isinstance(failed, SlackAuthError) or (
        isinstance(failed, SlackError) and not failed.code
    )
