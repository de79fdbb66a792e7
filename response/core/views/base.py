"""What all of the API has in common, so that none of it depends on the host's defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn, TypeVar

from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import MethodNotAllowed, ValidationError
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.routers import APIRootView
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from response.conf import conf
from response.core.filters import ResponseFilterBackend
from response.core.models import Incident
from response.core.names import names_mentioned_in
from response.core.openapi import ResponseAutoSchema
from response.core.pagination import KeyPagination, ResponsePagination
from response.core.parsers import ResponseJSONParser
from response.core.permissions import may_see_email_addresses, visible_incidents
from response.exceptions import InvalidValue

Row = TypeVar("Row", bound=Model)


class ResponseAPIView(APIView):
    """For every view: who may, what a body may be, how it is described, how it refuses."""

    schema: Any = ResponseAutoSchema()
    parser_classes = (ResponseJSONParser, FormParser, MultiPartParser)

    def get_permissions(self) -> list[Any]:
        """The rule of the settings, read for each request."""
        return [conf.api_permission()]

    def handle_exception(self, exc: Exception) -> Any:
        """What a model refuses to store is a 400, too."""
        if isinstance(exc, InvalidValue):
            exc = ValidationError({"detail": str(exc)})
        return super().handle_exception(exc)

    def http_method_not_allowed(
        self, request: HttpRequest | Request, *args: Any, **kwargs: Any
    ) -> NoReturn:
        """405 that says what is allowed, as its Allow header does."""
        method = request.method or ""
        allowed = ", ".join(self.allowed_methods)
        raise MethodNotAllowed(method, f"{method} is not allowed here. Allowed: {allowed}.")


class ResponseAPIRootView(ResponseAPIView, APIRootView):
    """Where the lists are."""

    schema = None


class ResponseViewSet(ResponseAPIView, ReadOnlyModelViewSet[Row]):
    """Lists and details of one kind of row."""

    pagination_class: type[ResponsePagination] = KeyPagination
    filter_backends = (ResponseFilterBackend,)
    lookup_value_regex = "[0-9]+"
    #: For Django's permissions: ``incident`` is what ``change_incident`` is about.
    model_name: ClassVar[str] = ""
    #: The permission that an action of this view needs, by the action's name.
    permission_of_action: ClassVar[dict[str, str]] = {}
    names: dict[str, str] | None = None

    def texts_of(self, row: Row) -> Iterable[str | None]:
        """The texts of this row in which people may be mentioned and are to be named."""
        return ()

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """One page of rows; whoever they mention is looked up once for all of them."""
        page = super().paginate_queryset(queryset)
        self.look_up_names(page or ())
        return page

    def get_object(self) -> Row:
        """The row asked for, with the names of whoever it mentions."""
        row = super().get_object()
        self.look_up_names([row])
        return row

    def look_up_names(self, rows: Iterable[Row]) -> None:
        """Of everyone whom these rows mention."""
        self.names = names_mentioned_in(text for row in rows for text in self.texts_of(row))

    def get_serializer_context(self) -> dict[str, Any]:
        """DRF's, and what serializers would otherwise look up for each row."""
        return {
            **super().get_serializer_context(),
            "names": self.names,
            "shows_email_addresses": may_see_email_addresses(self.request.user),
        }


def incident_in_path(view: GenericViewSet[Any]) -> Incident:
    """The incident that a nested path is about, or 404."""
    return get_object_or_404(visible_incidents(view.request.user), pk=view.kwargs["incident_pk"])
