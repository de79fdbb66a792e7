"""Which parameters each list takes."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from response.core.filters.moments import LengthOfTimeFilter, MomentFilter
from response.core.filters.search import search_incidents
from response.core.filters.words import OrderFilter, WordsFilter, choice, flag, person
from response.core.models import Action, Event
from response.core.models.incident_queryset import IncidentQuerySet
from response.core.severity import SEVERITIES

STATUSES = {
    "live": Q(end_time__isnull=True, report_only=False),
    "reported": Q(end_time__isnull=True, report_only=True),
    "open": Q(end_time__isnull=True),
    "resolved": Q(end_time__isnull=False),
}
INCIDENT_ORDER = ("report_time", "start_time", "end_time", "severity", "id")


class SearchFilter(django_filters.CharFilter):
    """Every word must stand in the title, the summary or the impact, as people read them."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows where there is no word."""
        return search_incidents(qs, value) if value and isinstance(qs, IncidentQuerySet) else qs


class OpenLongerThanFilter(LengthOfTimeFilter):
    """Open incidents that began longer ago than this."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows where no length was given."""
        if value is None:
            return qs
        return qs.filter(end_time__isnull=True, start_time__lt=timezone.now() - value)


class IncidentFilterSet(django_filters.FilterSet):
    """Of incidents; several values have commas between them."""

    severity = choice("severity", dict(SEVERITIES))
    status = WordsFilter(STATUSES.__getitem__, allowed=STATUSES)
    lead = person("lead")
    reporter = person("reporter")
    report_only = flag("report_only")
    private = flag("private")
    report_time_from = MomentFilter(field_name="report_time", lookup_expr="gte")
    report_time_to = MomentFilter(field_name="report_time", lookup_expr="lte")
    start_time_from = MomentFilter(field_name="start_time", lookup_expr="gte")
    start_time_to = MomentFilter(field_name="start_time", lookup_expr="lte")
    end_time_from = MomentFilter(field_name="end_time", lookup_expr="gte")
    end_time_to = MomentFilter(field_name="end_time", lookup_expr="lte")
    open_longer_than = OpenLongerThanFilter()
    search = SearchFilter()


class IncidentListFilterSet(IncidentFilterSet):
    """Of a list of incidents, which has an order, too."""

    ordering = OrderFilter(INCIDENT_ORDER)


class ActionFilterSet(django_filters.FilterSet):
    """Of actions."""

    done = flag("done")
    user = person("user")
    priority = choice("priority", dict(Action.PRIORITIES))
    type = choice("type", dict(Action.TYPES))
    due_date_from = MomentFilter(field_name="due_date", lookup_expr="gte")
    due_date_to = MomentFilter(field_name="due_date", lookup_expr="lte")


class ExternalUserFilterSet(django_filters.FilterSet):
    """Of people."""

    external_id = WordsFilter(lambda word: Q(external_id=word))
    deleted = flag("deleted")


class EventFilterSet(django_filters.FilterSet):
    """Of the change feed: `from` and `to` are inclusive; without them, it is the whole feed."""

    verb = WordsFilter(
        lambda word: Q(verb=word),
        allowed=(Event.DECLARED, Event.CREATED, Event.CHANGED, Event.CLOSED, Event.REOPENED),
    )
    event_type = WordsFilter(lambda word: Q(event_type=word))

    @classmethod
    def get_filters(cls) -> OrderedDict[str, django_filters.Filter]:
        """With `from`, which is a keyword of Python and cannot be a class attribute."""
        return OrderedDict(
            {
                "from": MomentFilter(field_name="timestamp", lookup_expr="gte"),
                "to": MomentFilter(field_name="timestamp", lookup_expr="lte"),
                **super().get_filters(),
            }
        )
