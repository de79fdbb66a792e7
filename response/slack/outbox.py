"""The outbox: Slack calls that are wanted are rows, written with the change that wants them.

``enqueue`` asks for a call. Within a transaction (and every built-in handler is one) the row
is part of it: it exists if and only if the change does. The rows are sent after commit, by
``response.slack.sender``, in order within their lane.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.models import Case, F, TextField, Value, When
from django.utils import timezone

from response import database, logs
from response.background import schedule_drain
from response.core.models import Incident
from response.slack.models import Call

logger = logs.get_logger("response.slack.outbox")

_buffer: ContextVar[list[Call] | None] = ContextVar("response_outbox_buffer", default=None)


def post(
    channel_id: str,
    text: str,
    *,
    blocks: list[dict[str, Any]] | None = None,
    incident: Incident | None = None,
    thread_ts: str | None = None,
) -> None:
    """Post ``text`` (mrkdwn, wire form) in a channel, or, given a user's id, privately."""
    arguments: dict[str, Any] = {"channel": channel_id, "text": text}
    if blocks:
        arguments["blocks"] = blocks
    if thread_ts:
        arguments["thread_ts"] = thread_ts
    arguments |= {"unfurl_links": False, "unfurl_media": False}
    enqueue("chat.postMessage", arguments, lane=channel_id, incident=incident)


def react(name: str, channel_id: str, ts: str, *, incident: Incident | None = None) -> None:
    """Add the reaction ``name`` (without colons) to a message."""
    arguments = {"name": name, "channel": channel_id, "timestamp": ts}
    enqueue("reactions.add", arguments, lane=channel_id, incident=incident)


def whisper(
    user_id: str,
    text: str,
    *,
    channel_id: str = "",
    response_url: str = "",
    blocks: list[dict[str, Any]] | None = None,
    incident: Incident | None = None,
) -> None:
    """Tell one person privately: beside what they did where Slack lets us, else directly.

    With a ``response_url`` the answer is ephemeral at the place of the click or command; with
    a channel it is an ephemeral message there; where that fails, and otherwise, it is a
    direct message. See ``response.slack.operations.Whisper``.
    """
    arguments: dict[str, Any] = {
        "user": user_id,
        "text": text,
        "channel": channel_id,
        "response_url": response_url,
    }
    if blocks:
        arguments["blocks"] = blocks
    enqueue("", arguments, lane=f"whisper:{user_id}", operation="whisper", incident=incident)


def perform(
    operation: str,
    *,
    lane: str,
    key: str,
    incident: Incident | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> None:
    """Ask for an operation of which one at a time is enough; ``key`` says which.

    While a row of that key waits, asking again does nothing more; a parked one gets a new
    start, with what is asked for now. Rows are locked on the way, so that whoever sends it sees
    our change, too.
    """
    _ask_once(
        [_call("", arguments or {}, lane=lane, operation=operation, incident=incident, key=key)]
    )


def perform_each(operation: str, arguments_of: Mapping[str, Mapping[str, Any]]) -> None:
    """As ``perform`` for many at once, each in a lane of its own that is named as its key."""
    calls = [
        _call("", arguments, lane=key, operation=operation, incident=None, key=key)
        for key, arguments in sorted(arguments_of.items())
    ]
    if calls:
        _ask_once(calls)


def _ask_once(calls: list[Call]) -> None:
    _start_anew({call.key: call.arguments for call in calls})
    with database.atomic(savepoint=False):
        Call.objects.bulk_create(
            calls, update_conflicts=True, unique_fields=["key"], update_fields=["lane"]
        )
        schedule_drain()


def _start_anew(arguments_of: Mapping[str | None, str]) -> None:
    """Give the parked calls of these keys another start, with these arguments."""
    parked = Call.objects.filter(key__in=arguments_of, state=Call.State.PARKED)
    found = parked.values_list("pk", "key")
    cases = [When(pk=pk, then=Value(arguments_of[key])) for pk, key in found]
    if cases:
        parked.update(
            state=Call.State.PENDING,
            strikes=0,
            next_try=timezone.now(),
            error="",
            arguments=Case(*cases, default=F("arguments"), output_field=TextField()),
        )


def enqueue(
    method: str,
    arguments: Mapping[str, Any],
    *,
    lane: str,
    operation: str = "",
    incident: Incident | None = None,
) -> None:
    """Ask for one call of ``method`` with ``arguments``, after all asked for in ``lane`` before.

    Inside a handler that is no transaction the row is kept back and written together with
    the handler's done mark, so that a second try of the handler does not send it twice. In a
    transaction of the handler's own, what was kept back for the lane is written first: a second
    try may then repeat it, as all that such a transaction holds.
    """
    call = _call(method, arguments, lane=lane, operation=operation, incident=incident)
    buffer = _buffer.get()
    if buffer is not None and not database.in_atomic_block():
        buffer.append(call)
        return
    # A savepoint would be two statements more for each call; what fails here fails the handler.
    with database.atomic(savepoint=False):
        write([kept for kept in buffer or () if kept.lane == lane])
        call.save(force_insert=True)
        schedule_drain()


@contextmanager
def kept_back() -> Iterator[list[Call]]:
    """Collect what is asked for outside transactions; the caller writes it with ``write``."""
    calls: list[Call] = []
    token = _buffer.set(calls)
    try:
        yield calls
    finally:
        _buffer.reset(token)


def write(calls: list[Call]) -> None:
    """Write what was kept back, in its order, and nothing twice."""
    missing = _not_there(calls)
    if missing:
        Call.objects.bulk_create(missing)
        schedule_drain()


def _not_there(calls: list[Call]) -> list[Call]:
    """Those of ``calls`` that were not written yet, or in a transaction that was rolled back."""
    written = [call.pk for call in calls if call.pk]
    if not written:
        return calls
    # SQLite gives the key of a row that was rolled back to the next one.
    there = set(Call.objects.filter(pk__in=written).values_list("pk", "lane", "created_at"))
    missing = [call for call in calls if (call.pk, call.lane, call.created_at) not in there]
    for call in missing:
        call.pk = None
    return missing


def _call(
    method: str,
    arguments: Mapping[str, Any],
    *,
    lane: str,
    operation: str,
    incident: Incident | None,
    key: str | None = None,
) -> Call:
    return Call(
        lane=lane,
        method=method,
        operation=operation,
        arguments=json.dumps(dict(arguments)),
        incident=incident,
        key=key,
    )
