"""What belongs to an incident: its actions and its timeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from response import database
from response.core.access import acting
from response.core.filters import ActionFilterSet
from response.core.models import Action, TimelineEvent
from response.core.permissions import visible_actions, visible_timeline_events
from response.core.serializers import ActionSerializer, TimelineEventSerializer
from response.core.views.base import incident_in_path
from response.core.views.editing import EditableViewSet, Row


class PartViewSet(EditableViewSet[Row]):
    """Rows of the incident in the path, to which new ones can be added."""

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add one to the incident."""
        incident = incident_in_path(self)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with database.atomic(), acting(request):
            row = serializer.save(incident=incident)
        self.look_up_names([row])
        return self.answer(row, status.HTTP_201_CREATED)


class ActionViewSet(EditableViewSet[Action]):
    """Actions of all incidents, in the order they were added."""

    serializer_class = ActionSerializer
    filterset_class = ActionFilterSet
    model_name: ClassVar[str] = "action"

    def get_queryset(self) -> QuerySet[Action]:
        """Of the incidents that exist for who asks."""
        return visible_actions(self.request.user)

    def texts_of(self, row: Action) -> Iterable[str | None]:
        """What is to be done."""
        return (row.details,)


class IncidentActionViewSet(PartViewSet[Action], ActionViewSet):
    """Actions of one incident."""

    permission_of_action: ClassVar[dict[str, str]] = {"create": "response.add_action"}

    def get_queryset(self) -> QuerySet[Action]:
        """Of the incident in the path, or 404."""
        return super().get_queryset().filter(incident=incident_in_path(self))


class IncidentTimelineEventViewSet(PartViewSet[TimelineEvent]):
    """The timeline of one incident, oldest entry first."""

    serializer_class = TimelineEventSerializer
    model_name: ClassVar[str] = "timelineevent"
    permission_of_action: ClassVar[dict[str, str]] = {"create": "response.add_timelineevent"}

    def get_queryset(self) -> QuerySet[TimelineEvent]:
        """Of the incident in the path, or 404."""
        events = visible_timeline_events(self.request.user)
        return events.filter(incident=incident_in_path(self))

    def texts_of(self, row: TimelineEvent) -> Iterable[str | None]:
        """The entry's text."""
        return (row.text,)
