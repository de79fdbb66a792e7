"""Leases: a conversation of either box is worked off by one process at a time.

A lease may expire in the middle of the work it covers. So nothing relies on having it: every
done mark is an UPDATE that names the lease's token and the row's state, in the transaction of
the work itself, and one that hits no row rolls that work back.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import models
from django.db.models import Exists, Q, QuerySet
from django.db.models.expressions import Combinable

from response.slack.models import Conversation

LEASE = timedelta(seconds=30)
# For a host's own code, which may wait for others: taken over too soon, it would run twice.
PATIENT_LEASE = timedelta(minutes=2)
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
        """``rows`` as long as the lease is still ours, else none: for done marks."""
        ours = Conversation.objects.filter(key=self.key, lease_token=self.token)
        return rows.filter(Exists(ours))


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
    return now + 2 * PATIENT_LEASE


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
