"""What of a request narrows a list, and what is said to a parameter that nobody knows."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from response.core.refusals import quoted

#: jQuery appends it where its users ask for no caching.
CACHE_BUSTER = "_"


class ResponseFilterBackend(DjangoFilterBackend):
    """django-filter for lists, with a 400 for parameters that are none and are given twice.

    Its form on DRF's browsable pages needs no other app's templates: hosts of 0.5.1 do not
    have ``django_filters`` in INSTALLED_APPS.
    """

    template = "response/parts/filter_form.html"

    def filter_queryset(
        self, request: Any, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """The rows that the parameters ask for; one row's own path takes no filter."""
        if getattr(view, "detail", False):
            return queryset
        check_parameters(request, self._known(view, queryset))
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered

    def _known(self, view: APIView, queryset: QuerySet[Any]) -> list[str]:
        filterset_class = self.get_filterset_class(view, queryset)
        filters = list(filterset_class.base_filters) if filterset_class else []
        paginator = getattr(view, "paginator", None)
        return filters + list(getattr(paginator, "parameters", ()))


def check_parameters(request: Request, known: list[str]) -> None:
    """Refuse what is no parameter of this list, and what is given more than once."""
    silent = {CACHE_BUSTER, api_settings.URL_FORMAT_OVERRIDE}
    wrong = {
        name: [_complaint(name, values, known)]
        for name, values in request.query_params.lists()
        if name not in silent and (name not in known or len(values) > 1)
    }
    if wrong:
        raise ValidationError(wrong)


def _complaint(name: str, values: list[str], known: list[str]) -> str:
    if name in known:
        return f"It is given {len(values)} times. Allowed: once; several values have commas."
    close = get_close_matches(name, known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    allowed = ", ".join(known) or "none"
    return f"{quoted(name)} is no parameter of this list.{hint} Allowed: {allowed}."
