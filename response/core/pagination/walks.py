"""Walks over rows in the order of their primary keys, which neither repeat nor skip one.

A client may keep a cursor for as long as it likes and go on from there. New incidents do not
shift the pages of a walk from the newest to the oldest, as they do with an offset.

The change feed is walked the other way, by clients that ask again and again for what is new.
There a row may become visible *after* one with a higher key: keys are given out when a row is
written, and transactions commit in any order. So a cursor also carries the keys below its own
that were missing when it was made; they are asked for again until no transaction that old can
be running.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

#: A transaction that has written and not committed for this long is taken for rolled back.
LONGEST_TRANSACTION = 600
MOST_GAPS = 100
LARGEST_KEY = 2**63 - 1


class BadCursor(ValueError):
    """It was not made here."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last key of a walk, and which missing ones (with the Unix time) may yet appear."""

    after: int | None = None
    gaps: dict[int, int] = field(default_factory=dict)

    def encode(self) -> str:
        """As clients keep it; they are not meant to look inside."""
        content = json.dumps([self.after, sorted(self.gaps.items())], separators=(",", ":"))
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, encoded: str) -> Self:
        """What ``encode`` gave; BadCursor for anything else. Empty is the beginning."""
        if not encoded:
            return cls()
        try:
            padded = encoded.encode("ascii") + b"=" * (-len(encoded) % 4)
            after, gaps = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            pairs = [(_key(key), _key(seen)) for key, seen in gaps]
        except (ValueError, TypeError, RecursionError, binascii.Error) as error:
            raise BadCursor(encoded) from error
        if len(pairs) > MOST_GAPS:
            raise BadCursor(encoded)
        return cls(None if after is None else _key(after), dict(pairs))


def _key(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_KEY:
        raise BadCursor(value)
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the cursor after them, and whether there are more right now."""

    rows: list[Any]
    cursor: Cursor
    has_more: bool


def newest_first(rows: QuerySet[Any], cursor: Cursor, limit: int) -> Page:
    """The next rows of a walk from the newest to the oldest."""
    if cursor.after is not None:
        rows = rows.filter(pk__lt=cursor.after)
    found = list(rows.order_by("-pk")[: limit + 1])
    shown = found[:limit]
    return Page(shown, Cursor(shown[-1].pk) if shown else cursor, len(found) > limit)


def oldest_first(rows: QuerySet[Any], cursor: Cursor, limit: int) -> Page:
    """The next rows of a walk from the oldest to the newest."""
    after = cursor.after or 0
    found = list(rows.filter(pk__gt=after).order_by("pk")[: limit + 1])
    shown = found[:limit]
    return Page(shown, Cursor(shown[-1].pk) if shown else cursor, len(found) > limit)


def as_written(rows: QuerySet[Any], cursor: Cursor, limit: int) -> Page:
    """The next rows in the order in which they were written, late ones included."""
    after = cursor.after or 0
    wanted = Q(pk__gt=after)
    if cursor.gaps:
        wanted |= Q(pk__in=list(cursor.gaps))
    found = list(rows.filter(wanted).order_by("pk")[: limit + 1])
    shown = found[:limit]
    reached = max([after, *(row.pk for row in shown)])
    return Page(shown, Cursor(reached, _gaps(rows.model, cursor, shown)), len(found) > limit)


def _gaps(model: type[Model], cursor: Cursor, shown: Sequence[Any]) -> dict[int, int]:
    """Which keys below the new cursor are missing in the table, and since when we know."""
    now = timezone.now()
    seconds = int(now.timestamp())
    keys = {row.pk for row in shown}
    gaps = {
        key: seen
        for key, seen in cursor.gaps.items()
        if key not in keys and seconds - seen < LONGEST_TRANSACTION
    }
    before = cursor.after or 0
    for row in sorted(shown, key=lambda row: int(row.pk)):
        if now - row.timestamp < timedelta(seconds=LONGEST_TRANSACTION):
            gaps |= dict.fromkeys(range(max(before + 1, row.pk - MOST_GAPS), row.pk), seconds)
        before = max(before, row.pk)
    if not gaps:
        return gaps
    # What others filtered away or may not be seen is there, and will not appear.
    there = set(model._base_manager.filter(pk__in=list(gaps)).values_list("pk", flat=True))
    kept = sorted(key for key in gaps if key not in there)[-MOST_GAPS:]
    return {key: gaps[key] for key in kept}
