"""What narrows a list: the query parameters of the API, and the search over texts."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django_filters.rest_framework import DjangoFilterBackend

from response.core.models.incident_queryset import IncidentQuerySet

MAX_SEARCH_TERMS = 8
SEARCHED_FIELDS = ("report", "summary", "impact")


class ResponseFilterBackend(DjangoFilterBackend):
    """django-filter, with a form for DRF's browsable pages that needs no other app's templates.

    Hosts of 0.5.1 do not have ``django_filters`` in INSTALLED_APPS.
    """

    template = "response/parts/filter_form.html"


class MomentField(forms.Field):
    """A point in time in ISO 8601; without an offset it is in the project's time zone."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": (
            "“%(value)s” is not a point in time. Allowed: ISO 8601, such as 2026-01-31 or "
            "2026-01-31T12:00:00Z (a + in an offset is written %%2B in a URL)."
        )
    }

    def to_python(self, value: Any) -> datetime | None:
        """The moment, aware or naive as the database wants it."""
        typed = (value or "").strip()
        if not typed:
            return None
        try:
            return to_database_time(parse_datetime(typed))
        except (ValueError, OverflowError):
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": typed}
            ) from None


class MomentFilter(django_filters.Filter):
    """Compares a column with a point in time."""

    field_class = MomentField


class EventFilterSet(django_filters.FilterSet):
    """`?from=` and `?to=`, both inclusive; without them, the whole feed."""

    @classmethod
    def get_filters(cls) -> OrderedDict[str, django_filters.Filter]:
        """By name: `from` is a keyword of Python and cannot be a class attribute."""
        return OrderedDict(
            {
                "from": MomentFilter(field_name="timestamp", lookup_expr="gte"),
                "to": MomentFilter(field_name="timestamp", lookup_expr="lte"),
            }
        )


def to_database_time(moment: datetime | None) -> datetime:
    """The same moment, aware with ``USE_TZ`` and naive in the project's time zone without.

    ValueError for None, OverflowError at the ends of the calendar.
    """
    if moment is None:
        raise ValueError("no moment")
    if timezone.is_aware(timezone.now()):
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        return aware.astimezone(UTC)
    return timezone.make_naive(moment) if timezone.is_aware(moment) else moment


def search_incidents(incidents: IncidentQuerySet, words: str) -> IncidentQuerySet:
    """Those whose title, summary or impact hold every word as a person reads it, in any case."""
    terms = words.replace("\0", "").split()[:MAX_SEARCH_TERMS]
    if not terms:
        return incidents
    readable = {f"readable_{field}": _decoded(field) for field in SEARCHED_FIELDS}
    found = incidents.alias(**readable)
    for term in terms:
        found = found.filter(_any_contains(list(readable), term))
    return found


def _any_contains(fields: list[str], term: str) -> Q:
    match = Q()
    for field in fields:
        match |= Q((f"{field}__icontains", term))
    return match


def _decoded(field: str) -> Combinable:
    """The column without the entities of Slack's wire form, `&amp;` last."""
    decoded: Combinable = F(field)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        decoded = Replace(decoded, Value(entity), Value(character), output_field=TextField())
    return decoded
