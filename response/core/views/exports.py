"""Incidents as files, and reports on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from response.core import export
from response.core.filters import IncidentFilterSet, ResponseFilterBackend
from response.core.models import Incident
from response.core.names import names_mentioned_in
from response.core.openapi import described
from response.core.permissions import (
    may_see_email_addresses,
    visible_incidents,
    visible_timeline_events,
)
from response.core.reporting import report_on
from response.core.serializers import ExternalUserSerializer, IncidentSerializer
from response.core.serializers.report import ReportSerializer
from response.core.views.base import ResponseAPIView


class AnyMediaType(DefaultContentNegotiation):
    """The path says what the answer is, whatever is accepted."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """The first one, which errors are told with."""
        return renderers[0], renderers[0].media_type


class IncidentsAsAWhole(ResponseAPIView, GenericViewSet[Incident]):
    """All incidents that a request's filters leave, without pages."""

    serializer_class = IncidentSerializer
    filter_backends = (ResponseFilterBackend,)
    filterset_class = IncidentFilterSet
    pagination_class = None
    model_name: ClassVar[str] = "incident"

    def get_queryset(self) -> QuerySet[Incident]:
        """Those that exist for who asks."""
        return visible_incidents(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        """With what is the same for all rows."""
        shows = may_see_email_addresses(self.request.user)
        return {**super().get_serializer_context(), "shows_email_addresses": shows}


class IncidentExportViewSet(IncidentsAsAWhole):
    """Files with any number of incidents, the newest first, as many as the filters leave."""

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = AnyMediaType
    permission_of_action: ClassVar[dict[str, str]] = {
        "csv": "response.export_incidents",
        "json": "response.export_incidents",
    }

    @described(operation_id="incidents_export_csv", answers={(200, "text/csv"): OpenApiTypes.STR})
    def csv(self, request: Request, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """For spreadsheets: texts as a person reads them, nothing in them is a formula."""
        return _download(export.as_csv(self._rows()), "text/csv; charset=utf-8; header=present")

    @described(operation_id="incidents_export_json", answers={200: IncidentSerializer(many=True)})
    def json(self, request: Request, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        """An array of the objects that the list of incidents has."""
        return _download(export.as_json(self._rows(), self._serialize), "application/json")

    def _rows(self) -> QuerySet[Incident]:
        rows = self.filter_queryset(self.get_queryset())
        loaded: QuerySet[Incident] = rows.with_people().with_actions()  # type: ignore[attr-defined]
        return loaded

    def _serialize(self, batch: Sequence[Incident]) -> Sequence[Any]:
        texts = (action.details for row in batch for action in row.action_items())
        context = {**self.get_serializer_context(), "names": names_mentioned_in(texts)}
        return list(IncidentSerializer(batch, many=True, context=context).data)


class ReportsView(IncidentsAsAWhole):
    """Counts, and how long it took until somebody led, said how bad it is, and it was over."""

    serializer_class = ReportSerializer  # type: ignore[assignment]

    @described(operation_id="reports_retrieve", answers={200: ReportSerializer})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The report on all incidents that the filters leave.

        Times are in seconds: to the first lead and the first severity since the report, to the
        end since the start. Percentiles lie between the two nearest values, in proportion. A
        month is that of the report, in the project's time zone.
        """
        serializer = ExternalUserSerializer(context=self.get_serializer_context())
        return Response(
            report_on(
                self.filter_queryset(self.get_queryset()),
                visible_timeline_events(request.user),
                lambda person: dict(serializer.to_representation(person)),
            )
        )


def _download(pieces: Iterator[str], content_type: str) -> StreamingHttpResponse:
    extension = "csv" if content_type.startswith("text/csv") else "json"
    name = f"incidents-{timezone.now():%Y-%m-%d}.{extension}"
    return StreamingHttpResponse(
        pieces,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )
