"""How long lists are cut into pages: `limit` and `offset`, in 0.5.1's envelope."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

# More digits than any count of rows has; longer numbers only serve to break a database.
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class ResponsePagination(LimitOffsetPagination):
    """`?limit=` and `?offset=`; rows by default: the host's ``PAGE_SIZE``, or 100.

    A limit over ``max_limit`` is answered with that many rows and the link to the next. What
    is no whole number is answered with 400, where DRF would quietly take the default.
    """

    max_limit = 1000
    rows_without_limit = 100

    def get_limit(self, request: Request) -> int:
        """The number of rows of this page, 1 to ``max_limit``."""
        asked = _whole_number(request, self.limit_query_param or "limit", minimum=1)
        if asked is None:
            asked = api_settings.PAGE_SIZE or self.rows_without_limit
        return min(asked, self.max_limit)

    def get_offset(self, request: Request) -> int:
        """How many rows come before this page."""
        return _whole_number(request, self.offset_query_param, minimum=0) or 0


class PageNumbers(PageNumberPagination):
    """What 0.5.1 had for the list of people."""

    page_size = 500
    max_page_size = 1000
    page_size_query_param = "page_size"

    @classmethod
    def is_asked_for(cls, request: Request) -> bool:
        """Whether the client counts in pages."""
        return bool({cls.page_query_param, cls.page_size_query_param} & set(request.query_params))


class UserPagination(ResponsePagination):
    """For the list of people: 500 rows; 0.5.1's `?page=` and `?page_size=` work as they did."""

    rows_without_limit = 500
    by_page: PageNumbers | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """The rows of this page, counted the way the client counts."""
        if PageNumbers.is_asked_for(request):
            self.by_page = PageNumbers()
            return self.by_page.paginate_queryset(queryset, request, view)
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope, with links in the same way of counting."""
        if self.by_page is not None:
            return self.by_page.get_paginated_response(data)
        return super().get_paginated_response(data)


def _whole_number(request: Request, name: str, *, minimum: int) -> int | None:
    """The parameter as a number, None where it is absent or empty; else a 400 that explains."""
    value = request.query_params.get(name, "").strip()
    if not value:
        return None
    if not WHOLE_NUMBER.fullmatch(value) or int(value) < minimum:
        raise ValidationError(
            {name: [f"“{value}” is not allowed. Allowed: a whole number from {minimum} up."]}
        )
    return int(value)
