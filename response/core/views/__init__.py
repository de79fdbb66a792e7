"""The REST API. Query counts do not grow with the rows; nothing here calls Slack."""

from response.core.views.base import ResponseAPIRootView, ResponseViewSet
from response.core.views.editing import EditableViewSet
from response.core.views.exports import IncidentExportViewSet, ReportsView
from response.core.views.incidents import IncidentsByMonthViewSet, IncidentViewSet
from response.core.views.parts import (
    ActionViewSet,
    IncidentActionViewSet,
    IncidentTimelineEventViewSet,
)
from response.core.views.records import EventsViewSet, ExternalUserViewSet
from response.core.views.schema import ReferenceView, SchemaView

__all__ = [
    "ActionViewSet",
    "EditableViewSet",
    "EventsViewSet",
    "ExternalUserViewSet",
    "IncidentActionViewSet",
    "IncidentExportViewSet",
    "IncidentTimelineEventViewSet",
    "IncidentViewSet",
    "IncidentsByMonthViewSet",
    "ReferenceView",
    "ReportsView",
    "ResponseAPIRootView",
    "ResponseViewSet",
    "SchemaView",
]
