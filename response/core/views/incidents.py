"""Incidents: lists, details, and their life."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from response import database
from response.core.access import acting
from response.core.filters import IncidentListFilterSet
from response.core.models import Incident
from response.core.openapi import described
from response.core.pagination import ResponsePagination, WalkPagination
from response.core.permissions import visible_incidents
from response.core.refusals import not_allowed
from response.core.serializers import (
    ClosingSerializer,
    IncidentSerializer,
    NewIncidentSerializer,
)
from response.core.serializers.incident import require_order
from response.core.views.editing import EditableViewSet

FIRST_YEAR, LAST_YEAR = 1970, 9998


class IncidentsViewSet(EditableViewSet[Incident]):
    """Incidents as every list of them shows them, the latest report first."""

    serializer_class: type[serializers.BaseSerializer[Any]] = IncidentSerializer
    filterset_class = IncidentListFilterSet
    pagination_class: type[ResponsePagination] = WalkPagination
    model_name: ClassVar[str] = "incident"

    def get_queryset(self) -> QuerySet[Incident]:
        """With everything that the serializer shows."""
        return visible_incidents(self.request.user).with_people().with_actions()

    def texts_of(self, row: Incident) -> Iterable[str | None]:
        """Those of its actions."""
        return [action.details for action in row.action_items()]


class IncidentViewSet(IncidentsViewSet):
    """All incidents. They are closed, not deleted."""

    permission_of_action: ClassVar[dict[str, str]] = {
        "create": "response.add_incident",
        "close": "response.close_incident",
        "reopen": "response.close_incident",
    }

    @described(body=NewIncidentSerializer, answers={201: IncidentSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Declare an incident; Slack hears of it as if it had been declared there."""
        serializer = NewIncidentSerializer(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        with database.atomic(), acting(request):
            incident = serializer.save()
        row = self.get_queryset().get(pk=incident.pk)
        answer = self.answer(row, status.HTTP_201_CREATED)
        answer["Location"] = reverse("incident-detail", args=[incident.pk], request=request)
        return answer

    @action(detail=True, methods=["post"])
    @described(body=ClosingSerializer, answers={200: IncidentSerializer})
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """End the incident, now or at the time that is sent; 409 if it has ended."""
        serializer = ClosingSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        end = serializer.validated_data.get("end_time") or timezone.now()

        def close(incident: Incident) -> Response | None:
            if not incident.is_closed():
                require_order(incident.start_time, end, changed=["end_time"])
                incident.close(at=end)
                return None
            return self._conflict(incident, f"It was closed at {incident.end_time:%Y-%m-%d %H:%M}.")

        return self.edit(close)

    @action(detail=True, methods=["post"])
    @described(answers={200: IncidentSerializer})
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take the end of the incident back; 409 if it is open."""

        def reopen(incident: Incident) -> Response | None:
            if incident.is_closed():
                incident.reopen()
                return None
            return self._conflict(incident, "It is open.")

        return self.edit(reopen)

    def _conflict(self, incident: Incident, why: str) -> Response:
        return self.refusal(status.HTTP_409_CONFLICT, why, self.serialized(incident))


class IncidentsByMonthViewSet(IncidentsViewSet):
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


def _check_range(name: str, value: int, first: int, last: int) -> None:
    if not first <= value <= last:
        raise ValidationError({name: [not_allowed(value, f"{first:02} to {last:02}")]})


def _first_of(year: int, month: int) -> datetime:
    """Midnight of the month's first day, aware with ``USE_TZ`` and naive without."""
    midnight = datetime(year, month, 1)  # noqa: DTZ001 - made aware below where it has to be
    uses_time_zones = timezone.is_aware(timezone.now())
    return timezone.make_aware(midnight) if uses_time_zones else midnight
