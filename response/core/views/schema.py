"""The description of the API: for programs in OpenAPI, and as a page for people."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from response.core.openapi import make_schema
from response.core.reference import Reference
from response.core.views.base import ResponseAPIView
from response.decorators import response_csp


class DescriptionView(ResponseAPIView):
    """What both have in common."""

    schema = None
    #: The paths that are described.
    patterns: ClassVar[list[Any]] = []

    def describe(self, request: Request) -> dict[str, Any]:
        """The API as it is mounted here."""
        path = request.build_absolute_uri(reverse("response-schema"))
        return make_schema(self.patterns, path.removesuffix("/schema/"))


class FirstUnlessAsked(DefaultContentNegotiation):
    """A browser, which accepts no format of OpenAPI, gets the first one."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        """As DRF's, without 406."""
        renderer = self._asked_for(request, renderers) or renderers[0]
        return renderer, renderer.media_type

    def _asked_for(self, request: Request, renderers: Any) -> Any:
        wanted = request.query_params.get("format", "")
        accepted = [part.partition(";")[0].strip() for part in self.get_accept_list(request)]
        for renderer in renderers:
            if renderer.format == wanted or (not wanted and renderer.media_type in accepted):
                return renderer
        return None


class SchemaView(DescriptionView):
    """OpenAPI 3.1: JSON, or with `?format=yaml` YAML."""

    renderer_classes = (
        OpenApiJsonRenderer,
        OpenApiJsonRenderer2,
        OpenApiYamlRenderer,
        OpenApiYamlRenderer2,
    )
    content_negotiation_class = FirstUnlessAsked

    def get(self, request: Request) -> Response:
        """The description."""
        return Response(self.describe(request))


@method_decorator(response_csp, name="dispatch")
class ReferenceView(DescriptionView):
    """The same for people: one page, which loads nothing from anywhere."""

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = FirstUnlessAsked

    def get(self, request: Request) -> Any:
        """The page."""
        reference = Reference(self.describe(request))
        return render(request._request, "response/api_reference.html", {"reference": reference})
