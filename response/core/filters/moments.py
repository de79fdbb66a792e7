"""Points in time and lengths of time, as clients write them."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import Any

import django_filters
from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime, parse_duration

from response.core.refusals import quoted, refused

HOW_TO_WRITE_A_MOMENT = "ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z"
IN_A_URL = "(a + in an offset is written %2B in a URL)"


def parse_moment(typed: str) -> datetime:
    """The point in time, aware or naive as the database wants it; else a ValueError.

    Without an offset it is in the project's time zone; a date alone is its midnight.
    """
    try:
        return to_database_time(parse_datetime(typed))
    except OverflowError as error:
        raise ValueError(typed) from error


def to_database_time(moment: datetime | None) -> datetime:
    """The same moment, aware with ``USE_TZ`` and naive in the project's time zone without.

    ValueError for None, OverflowError at the ends of the calendar.
    """
    if moment is None:
        raise ValueError("no moment")
    if timezone.is_aware(timezone.now()):
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        in_utc = aware.astimezone(UTC)
        # Where it is shown again, in any time zone, it must not fall off the calendar.
        if not MINYEAR < in_utc.year < MAXYEAR:
            raise OverflowError(in_utc)
        return in_utc
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


class MomentField(forms.Field):
    """A point in time in ISO 8601; without an offset it is in the project's time zone."""

    def to_python(self, value: Any) -> datetime | None:
        """The moment, aware or naive as the database wants it."""
        typed = (value or "").strip()
        if not typed:
            return None
        try:
            return parse_moment(typed)
        except ValueError:
            raise refused(
                f"{quoted(typed)} is not a point in time. "
                f"Allowed: {HOW_TO_WRITE_A_MOMENT} {IN_A_URL}."
            ) from None


class MomentFilter(django_filters.Filter):
    """Compares a column with a point in time."""

    field_class = MomentField


class LengthOfTimeField(forms.Field):
    """A length of time in ISO 8601, as Django reads it, longer than none."""

    def to_python(self, value: Any) -> timedelta | None:
        """The length; what reaches back before our calendar begins is none."""
        typed = (value or "").strip()
        if not typed:
            return None
        try:
            length = parse_duration(typed)
            if length is not None and length > timedelta():
                to_database_time(timezone.now() - length)
                return length
        except (OverflowError, ValueError):
            pass
        raise refused(
            f"{quoted(typed)} is not a length of time. "
            "Allowed: ISO 8601, such as PT90M, PT24H or P7D, longer than none."
        )


class LengthOfTimeFilter(django_filters.Filter):
    """For filters by how long something has taken."""

    field_class = LengthOfTimeField
