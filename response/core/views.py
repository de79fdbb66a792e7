"""The REST API: lists and details, read-only.

Query counts do not grow with the rows; nothing here calls Slack.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.request import Request
from rest_framework.routers import APIRootView
from rest_framework.viewsets import ReadOnlyModelViewSet

from response.core.filters import EventFilterSet, ResponseFilterBackend
from response.core.models import Action, Event, ExternalUser, Incident, TimelineEvent
from response.core.names import names_mentioned_in
from response.core.pagination import ResponsePagination, UserPagination
from response.core.permissions import (
    IsSignedIn,
    may_see_email_addresses,
    visible_actions,
    visible_events,
    visible_incidents,
    visible_timeline_events,
)
from response.core.serializers import (
    ActionSerializer,
    EventSerializer,
    ExternalUserSerializer,
    IncidentSerializer,
    TimelineEventSerializer,
)

Row = TypeVar("Row", bound=Model)

FIRST_YEAR, LAST_YEAR = 1970, 9998


class ResponseAPIRootView(APIRootView):
    """Where the lists are."""

    permission_classes = (IsSignedIn,)


class ResponseViewSet(ReadOnlyModelViewSet[Row]):
    """What all of the API has in common, so that none of it depends on the host's defaults."""

    permission_classes = (IsSignedIn,)
    pagination_class = ResponsePagination
    filter_backends = (ResponseFilterBackend,)
    lookup_value_regex = "[0-9]+"
    names: dict[str, str] | None = None

    def texts_of(self, row: Row) -> Iterable[str | None]:
        """The texts of this row in which people may be mentioned and are to be named."""
        return ()

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """One page of rows; whoever they mention is looked up once for all of them."""
        page = super().paginate_queryset(queryset)
        self._look_up_names(page or ())
        return page

    def get_object(self) -> Row:
        """The row asked for, with the names of whoever it mentions."""
        row = super().get_object()
        self._look_up_names([row])
        return row

    def _look_up_names(self, rows: Iterable[Row]) -> None:
        self.names = names_mentioned_in(text for row in rows for text in self.texts_of(row))

    def get_serializer_context(self) -> dict[str, Any]:
        """DRF's, and what serializers would otherwise look up for each row."""
        return {
            **super().get_serializer_context(),
            "names": self.names,
            "shows_email_addresses": may_see_email_addresses(self.request.user),
        }

    def http_method_not_allowed(
        self, request: HttpRequest | Request, *args: Any, **kwargs: Any
    ) -> NoReturn:
        """405 that says what is allowed, as its Allow header does."""
        method = request.method or ""
        allowed = ", ".join(self.allowed_methods)
        raise MethodNotAllowed(method, f"{method} is not allowed here. Allowed: {allowed}.")


class ExternalUserViewSet(ResponseViewSet[ExternalUser]):
    """The people whom the app knows; addresses need the permission ``view_externaluser``."""

    queryset = ExternalUser.objects.filter(superseded=False).order_by("pk")
    serializer_class = ExternalUserSerializer
    pagination_class = UserPagination


class IncidentViewSet(ResponseViewSet[Incident]):
    """Incidents, the latest report first."""

    serializer_class = IncidentSerializer

    def get_queryset(self) -> QuerySet[Incident]:
        """With everything that the serializer shows."""
        return visible_incidents(self.request.user).with_people().with_actions()

    def texts_of(self, row: Incident) -> Iterable[str | None]:
        """Those of its actions."""
        return [action.details for action in row.action_items()]


class IncidentsByMonthViewSet(IncidentViewSet):
    """Incidents that were reported in one month of the project's time zone."""

    def get_queryset(self) -> QuerySet[Incident]:
        """Of the month in the path."""
        year, month = int(self.kwargs["year"]), int(self.kwargs["month"])
        _check_range("year", year, FIRST_YEAR, LAST_YEAR)
        _check_range("month", month, 1, 12)
        following = (year + 1, 1) if month == 12 else (year, month + 1)
        return (
            super()
            .get_queryset()
            .filter(report_time__gte=_first_of(year, month), report_time__lt=_first_of(*following))
        )


class ActionViewSet(ResponseViewSet[Action]):
    """Actions of all incidents, in the order they were added."""

    serializer_class = ActionSerializer

    def get_queryset(self) -> QuerySet[Action]:
        """Of the incidents that exist for who asks."""
        return visible_actions(self.request.user)

    def texts_of(self, row: Action) -> Iterable[str | None]:
        """What is to be done."""
        return (row.details,)


class IncidentActionViewSet(ActionViewSet):
    """Actions of one incident."""

    def get_queryset(self) -> QuerySet[Action]:
        """Of the incident in the path, or 404."""
        return super().get_queryset().filter(incident=_incident_in_path(self))


class IncidentTimelineEventViewSet(ResponseViewSet[TimelineEvent]):
    """The timeline of one incident, oldest entry first."""

    serializer_class = TimelineEventSerializer

    def get_queryset(self) -> QuerySet[TimelineEvent]:
        """Of the incident in the path, or 404."""
        events = visible_timeline_events(self.request.user)
        return events.filter(incident=_incident_in_path(self))

    def texts_of(self, row: TimelineEvent) -> Iterable[str | None]:
        """The entry's text."""
        return (row.text,)


class EventsViewSet(ResponseViewSet[Event]):
    """The change feed, oldest entry first; `?from=` and `?to=` narrow it to a time."""

    serializer_class = EventSerializer
    filterset_class = EventFilterSet

    def get_queryset(self) -> QuerySet[Event]:
        """Of everything that exists for who asks."""
        return visible_events(self.request.user)


def _incident_in_path(view: ResponseViewSet[Any]) -> Incident:
    return get_object_or_404(visible_incidents(view.request.user), pk=view.kwargs["incident_pk"])


def _check_range(name: str, value: int, first: int, last: int) -> None:
    if not first <= value <= last:
        raise ValidationError(
            {name: [f"“{value}” is not allowed. Allowed: {first:02} to {last:02}."]}
        )


def _first_of(year: int, month: int) -> datetime:
    """Midnight of the month's first day, aware with ``USE_TZ`` and naive without."""
    midnight = datetime(year, month, 1)  # noqa: DTZ001 - made aware below where it has to be
    uses_time_zones = timezone.is_aware(timezone.now())
    return timezone.make_aware(midnight) if uses_time_zones else midnight
