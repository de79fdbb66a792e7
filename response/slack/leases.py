"""Leases: a conversation of either box is worked off by one process at a time.

A lease may expire in the middle of the work it covers. So nothing relies on having it: every
done mark is an UPDATE that names the lease's token and the row's state, in the transaction of
the work itself, and one that hits no row rolls that work back.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat

from response import database
from response.slack.models import Conversation

LEASE = timedelta(seconds=30)
# For a host's own code, which may wait for others: taken over too soon, it would run twice.
PATIENT_LEASE = timedelta(minutes=2)
# None is longer: one that ends later was taken before the clock was set back.
LONGEST = timedelta(minutes=6)
# Keys of lanes of the inbox begin so.
INBOX = "in:"
M = TypeVar("M", bound=models.Model)


class LeaseLost(Exception):
    """Another process took the conversation over; what was done under the lease is undone."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to work on a conversation until ``until``.

    ``inherited`` says that the previous holder never gave it back: it died, or is very slow.
    """

    key: str
    token: str
    until: datetime
    inherited: bool

    def guard(self, rows: QuerySet[M]) -> QuerySet[M]:
        """``rows`` as long as the lease is still ours, else none."""
        ours = Conversation.objects.filter(key=self.key, lease_token=self.token)
        return rows.filter(Exists(ours))


@dataclass(frozen=True, kw_only=True)
class SharedLease:
    """The right to work on several lanes of the inbox, each of which may be lost by itself.

    ``taken`` are lanes that another process was quicker with: there is nothing to do in them.
    """

    lanes: frozenset[str]
    taken: frozenset[str]
    token: str

    def guard(self, rows: QuerySet[M]) -> QuerySet[M]:
        """``rows`` of those lanes that are still ours: see ``guarded``, too."""
        key = Concat(Value(INBOX), OuterRef("lane"))
        return rows.filter(Exists(Conversation.objects.filter(key=key, lease_token=self.token)))


Held = Lease | SharedLease


def guarded(runs: str) -> str:
    """SQL for what both leases' ``guard`` says of runs: done marks are made once, not each time.

    ``runs`` names their table; the parameters are ``INBOX`` and the lease's token.
    """
    return (
        f"EXISTS (SELECT 1 FROM {database.table(Conversation)} c "  # noqa: S608 (names)
        f"WHERE c.key = %s || {runs}.lane AND c.lease_token = %s)"
    )


def acquire_free(lanes: Sequence[str], now: datetime) -> SharedLease:
    """A lease of those lanes of the inbox that nobody holds, or has left behind, if any."""
    token, until = uuid.uuid4().hex, now + LEASE
    keys = [INBOX + lane for lane in lanes]
    free = Conversation.objects.filter(key__in=keys, lease_token=None)
    free.update(lease_token=token, leased_until=until)
    found = _holders(keys)
    new = [key for key in keys if key not in found]
    if new:
        rows = [Conversation(key=key, lease_token=token, leased_until=until) for key in new]
        Conversation.objects.bulk_create(rows, ignore_conflicts=True)
        found = _holders(keys)
    return SharedLease(
        lanes=frozenset(
            key.removeprefix(INBOX) for key, (holder, _) in found.items() if holder == token
        ),
        taken=frozenset(
            key.removeprefix(INBOX)
            for key, (holder, end) in found.items()
            if holder not in (token, None) and end and now < end <= _beyond(now)
        ),
        token=token,
    )


def _holders(keys: Sequence[str]) -> dict[str, tuple[str | None, datetime | None]]:
    """Who holds each of these conversations, and until when."""
    rows = Conversation.objects.filter(key__in=keys)
    found = rows.values_list("key", "lease_token", "leased_until")
    return {key: (token, until) for key, token, until in found}


def release_shared(lease: SharedLease) -> None:
    """Give back those lanes that were not taken over."""
    rows = Conversation.objects.filter(key__in=[INBOX + lane for lane in lease.lanes])
    rows.filter(lease_token=lease.token).update(lease_token=None, leased_until=None)


def acquire(key: str, now: datetime) -> Lease | None:
    """The lease of ``key`` for the next half minute; None while another process holds it."""
    token, until = uuid.uuid4().hex, now + LEASE
    # A time beyond any lease we give means that the clock was set back since.
    abandoned = Q(leased_until__lte=now) | Q(leased_until__gt=_beyond(now))
    for inherited, condition in ((False, Q(lease_token=None)), (True, abandoned)):
        free = Conversation.objects.filter(condition, key=key)
        if free.update(lease_token=token, leased_until=until):
            return Lease(key=key, token=token, until=until, inherited=inherited)
    if Conversation.objects.filter(key=key).exists():
        return None
    Conversation.objects.bulk_create([Conversation(key=key)], ignore_conflicts=True)
    return acquire(key, now)


def held(key: Combinable, now: datetime) -> QuerySet[Conversation]:
    """The conversation ``key`` as long as a process holds it: for those who look for work."""
    rows = Conversation.objects.filter(key=key, leased_until__gt=now)
    return rows.filter(leased_until__lte=_beyond(now))


def _beyond(now: datetime) -> datetime:
    return now + LONGEST


def renew(lease: Lease, now: datetime, length: timedelta = LEASE) -> Lease:
    """The lease with ``length`` from now once a third of that is used up, else as it is.

    Raises ``LeaseLost`` if another process has taken the conversation over meanwhile.
    """
    if lease.until - now >= length * 2 / 3:
        return lease
    until = now + length
    ours = Conversation.objects.filter(key=lease.key, lease_token=lease.token)
    if not ours.update(leased_until=until):
        raise LeaseLost(lease.key)
    return Lease(key=lease.key, token=lease.token, until=until, inherited=False)


def release(lease: Lease) -> None:
    """Give the conversation back; nothing happens if it was taken over."""
    ours = Conversation.objects.filter(key=lease.key, lease_token=lease.token)
    ours.update(lease_token=None, leased_until=None)
