"""What goes to the app: events from a queue, commands and interactions at once.

A failed event is sent again at once, after one minute and after five
(https://docs.slack.dev/apis/events-api/#retries). The queue is a table, so it outlives a
restart. Nothing is sent inside a transaction.
"""

from __future__ import annotations

import json
import secrets

from django.db.models import F, Min, Q, QuerySet

from response.sandbox import clock, faults, sending, state
from response.sandbox.conf import conf
from response.sandbox.models import Delivery
from response.sandbox.sending import Reply

RETRY_AFTER = (0.0, 60.0, 300.0)
# A sender that has not reported by then is dead, and another takes over.
CLAIM = sending.DEADLINE + 10


def enqueue(*, event_id: str, name: str, body: str) -> Delivery:
    """Queue an event; nobody sees it before the change around it is committed."""
    now = clock.now()
    switched_on = faults.current()
    row = Delivery.objects.create(
        kind="event",
        name=name,
        event_id=event_id,
        path="event",
        content_type=sending.JSON,
        body=body,
        due_at=now + switched_on.late_delivery_ms / 1000,
        copies=switched_on.duplicate_deliveries,
        created_at=now,
    )
    _prune(row.pk)
    return row


def send_at_once(*, kind: str, name: str, path: str, body: str) -> Reply:
    """A command or an interaction: one attempt while the person waits, never repeated."""
    now = clock.now()
    with state.writing():
        row = Delivery.objects.create(
            kind=kind,
            name=name[:120],
            path=path,
            content_type=sending.FORM,
            body=body,
            state=Delivery.State.SENDING,
            due_at=now,
            created_at=now,
            attempts=1,
        )
        _prune(row.pk)
    reply = sending.post(path, body, sending.FORM)
    _record(row, reply, Delivery.State.DELIVERED if reply.ok else Delivery.State.FAILED)
    return reply


def verify_url() -> bool:
    """What Slack does when the events' URL is saved: whether the app gives the challenge back.

    https://docs.slack.dev/reference/events/url_verification
    """
    challenge = secrets.token_urlsafe(40)
    body = {"token": "deprecated", "challenge": challenge, "type": "url_verification"}
    reply = sending.post("event", json.dumps(body), sending.JSON)
    # As text, in a form or in JSON: Slack takes it in all three.
    return reply.status == 200 and challenge in reply.body


def deliver_due(now: float | None = None) -> int:
    """Send the events that are due, retries included; how many requests that were.

    Events that come up meanwhile wait for the next call: an app that answers itself forever
    must not hold this one forever.
    """
    newest = Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    requests = 0
    while (row := _claim(newest, _at(now))) is not None:
        _attempt(row, _at(now))
        requests += 1
    return requests


def next_due() -> float | None:
    """When there is something to send next."""
    waiting = Delivery.objects.filter(kind="event", state=Delivery.State.PENDING)
    due: float | None = waiting.aggregate(due=Min("due_at"))["due"]
    return due


def _at(now: float | None) -> float:
    return clock.now() if now is None else now


def _due(now: float) -> QuerySet[Delivery]:
    waiting = Q(state=Delivery.State.PENDING, due_at__lte=now)
    abandoned = Q(state=Delivery.State.SENDING, claimed_until__lte=now)
    return Delivery.objects.filter(waiting | abandoned, kind="event").order_by("due_at", "pk")


def _claim(newest: int, now: float) -> Delivery | None:
    """Take one row that no other sender took; ``None`` when there is none left."""
    while (row := _due(now).filter(pk__lte=newest).first()) is not None:
        unclaimed = Delivery.objects.filter(
            pk=row.pk, state=row.state, attempts=row.attempts, claimed_until=row.claimed_until
        )
        with state.writing():
            claimed = unclaimed.update(
                state=Delivery.State.SENDING,
                claimed_until=now + CLAIM,
                attempts=F("attempts") + 1,
            )
        if claimed:
            row.attempts += 1
            return row
    return None


def _attempt(row: Delivery, now: float) -> None:
    headers = {}
    if row.attempts > 1:
        headers["X-Slack-Retry-Num"] = str(min(row.attempts - 1, len(RETRY_AFTER)))
        headers["X-Slack-Retry-Reason"] = row.error or "http_timeout"
    reply = sending.post(row.path, row.body, row.content_type, headers)
    if reply.ok and row.copies:
        row.copies -= 1
        row.due_at = now
        done = Delivery.State.PENDING
    elif reply.ok:
        done = Delivery.State.DELIVERED
    elif row.attempts > len(RETRY_AFTER) or reply.headers.get("x-slack-no-retry") == "1":
        done = Delivery.State.FAILED
    else:
        row.due_at = now + RETRY_AFTER[row.attempts - 1]
        done = Delivery.State.PENDING
    _record(row, reply, done)


def _record(row: Delivery, reply: Reply, done: Delivery.State) -> None:
    row.state = done
    row.status, row.error = reply.status, reply.error
    row.answer, row.ms = reply.body, reply.ms
    with state.writing():
        row.save(update_fields=["state", "status", "error", "answer", "ms", "due_at", "copies"])


def _prune(pk: int) -> None:
    if pk % 100 == 0:
        over = [Delivery.State.DELIVERED, Delivery.State.FAILED]
        Delivery.objects.filter(pk__lte=pk - conf.keep, state__in=over).delete()
