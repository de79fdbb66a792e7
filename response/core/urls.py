"""Paths of the REST API; the names are 0.5.1's and are not namespaced, as hosts reverse them."""

from django.urls import path
from rest_framework.routers import DefaultRouter

from response.core.views import (
    ActionViewSet,
    EventsViewSet,
    ExternalUserViewSet,
    IncidentActionViewSet,
    IncidentExportViewSet,
    IncidentsByMonthViewSet,
    IncidentTimelineEventViewSet,
    IncidentViewSet,
    ReferenceView,
    ReportsView,
    ResponseAPIRootView,
    SchemaView,
)


class ResponseRouter(DefaultRouter):
    """DRF's, whose page of lists asks for a signed-in user, too."""

    APIRootView = ResponseAPIRootView


router = ResponseRouter()
router.register("incidents", IncidentViewSet, basename="incident")
router.register(
    r"incidents/(?P<incident_pk>[0-9]+)/actions",
    IncidentActionViewSet,
    basename="incident-action",
)
router.register(
    r"incidents/bymonth/(?P<year>[0-9]{4})/(?P<month>[0-9]{2})",
    IncidentsByMonthViewSet,
    basename="incidents-bymonth",
)
router.register(
    r"incidents/(?P<incident_pk>[0-9]+)/timeline/events",
    IncidentTimelineEventViewSet,
    basename="incident-timeline-event",
)
router.register("actions", ActionViewSet, basename="action")
router.register("users", ExternalUserViewSet, basename="externaluser")
router.register("events", EventsViewSet, basename="event")

export = IncidentExportViewSet.as_view

described = [
    path("incidents/export.csv", export({"get": "csv"}), name="incident-export-csv"),
    path("incidents/export.json", export({"get": "json"}), name="incident-export-json"),
    path("reports/", ReportsView.as_view({"get": "retrieve"}), name="incident-reports"),
    *router.urls,
]

urlpatterns = [
    *described,
    path("schema/", SchemaView.as_view(patterns=described), name="response-schema"),
    path("reference/", ReferenceView.as_view(patterns=described), name="response-reference"),
]
