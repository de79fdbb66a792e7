"""One change of the workspace at a time: its lock, its version, its ids and timestamps.

Nothing is sent to the app while a change is open: the app calls back into the workspace.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import transaction

from response.sandbox import clock
from response.sandbox.models import Team
from response.sandbox.router import ALIAS

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Threads of one process wait for each other here, in order: SQLite's own waiting is a sleep of
# up to 100 ms that others may overtake. Other processes meet at the database's lock.
_turn = threading.RLock()
_open_change: ContextVar[Team | None] = ContextVar("response_sandbox_change", default=None)


class NotSeeded(Exception):
    """The workspace is empty: run ``manage.py sandbox_seed``."""

    def __init__(self) -> None:
        super().__init__("The sandbox is empty. Run: manage.py sandbox_seed")


def team() -> Team:
    """The workspace's row, the locked one inside a change. ``NotSeeded`` if there is none."""
    row = _open_change.get() or Team.objects.first()
    if row is None:
        raise NotSeeded
    return row


@contextmanager
def change() -> Iterator[Team]:
    """Lock the workspace, change it, count its version up. Nested changes are one."""
    outer = _open_change.get()
    if outer is not None:
        yield outer
        return
    with writing():
        row = Team.objects.select_for_update().first()
        if row is None:
            raise NotSeeded
        token = _open_change.set(row)
        try:
            yield row
        finally:
            _open_change.reset(token)
        row.version += 1
        row.save(update_fields=["version", "last_ts", "sequence"])


@contextmanager
def writing() -> Iterator[None]:
    """A write that changes nothing a person sees: logs, the queue of deliveries."""
    with _turn, transaction.atomic(using=ALIAS):
        yield


def next_ts() -> str:
    """A timestamp that no message has: the present time, or just after the last one given."""
    row = _changing()
    row.last_ts = max(round(clock.now() * 1_000_000), row.last_ts + 1)
    return format_ts(row.last_ts)


def next_id(prefix: str) -> str:
    """An id in Slack's style that was never given out: ``C0`` and eight characters."""
    row = _changing()
    row.sequence += 1
    # A multiplication that permutes the numbers below 36**8, so that ids do not look counted.
    number = row.sequence * 1_000_000_007 % 36**8
    digits = []
    for _ in range(8):
        number, digit = divmod(number, 36)
        digits.append(_ALPHABET[digit])
    return f"{prefix}0{''.join(digits)}"


def format_ts(microseconds: int) -> str:
    seconds, rest = divmod(microseconds, 1_000_000)
    return f"{seconds}.{rest:06d}"


def _changing() -> Team:
    row = _open_change.get()
    if row is None:
        raise RuntimeError("Ids and timestamps are given out inside `with state.change():` only.")
    return row
