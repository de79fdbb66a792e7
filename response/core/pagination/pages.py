"""How long lists are cut into pages: `limit` and `offset` in 0.5.1's envelope, or `cursor`."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from response.core.pagination.limits import LARGEST_NUMBER, whole_number
from response.core.pagination.walks import (
    BadCursor,
    Cursor,
    Page,
    as_written,
    newest_first,
    oldest_first,
)
from response.core.refusals import not_allowed

DESCRIPTIONS = {
    "limit": "How many rows at most.",
    "offset": "How many rows come before.",
    "cursor": (
        "A walk that neither repeats nor skips a row: empty to begin, then the cursor of the "
        "answer before. Not with another place to begin, or an order."
    ),
    "page": "The number of a page, from 1.",
    "page_size": "How many rows a page has at most.",
}


class PageNumbers(PageNumberPagination):
    """`?page=` and `?page_size=`, which 0.5.1 had for people and, if the host set so, for more."""

    max_page_size = 1000
    page_size_query_param = "page_size"
    invalid_page_message = "There is no page {page_number}: {message}."

    def __init__(self, page_size: int) -> None:
        self.page_size = page_size

    @classmethod
    def is_asked_for(cls, request: Request) -> bool:
        """Whether the client counts in pages."""
        return bool({cls.page_query_param, cls.page_size_query_param} & set(request.query_params))


class ResponsePagination(LimitOffsetPagination):
    """`?limit=` and `?offset=`, or `?page=`; rows by default: the host's ``PAGE_SIZE``, or 100.

    A limit over ``max_limit`` is answered with that many rows and the link to the next. What
    is no whole number is answered with 400, where DRF would quietly take the default.
    """

    max_limit = 1000
    rows_without_limit = 100
    parameters: ClassVar[tuple[str, ...]] = ("limit", "offset", "page", "page_size")
    by_page: PageNumbers | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """The rows of this page, counted the way the client counts."""
        if not PageNumbers.is_asked_for(request):
            return super().paginate_queryset(queryset, request, view)
        whole_number(request, "page_size", minimum=1)
        if request.query_params.get("page") != "last":
            whole_number(request, "page", minimum=1)
        # Not what counts here, and yet no reason to pass over what is no number.
        self.get_limit(request)
        self.get_offset(request)
        self.by_page = PageNumbers(self.rows_of_a_page())
        rows: list[Any] | None = self.by_page.paginate_queryset(queryset, request, view)
        self.display_page_controls = self.by_page.display_page_controls
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope, with links in the same way of counting."""
        if self.by_page is not None:
            return self.by_page.get_paginated_response(data)
        return super().get_paginated_response(data)

    def get_html_context(self) -> Any:
        """For DRF's browsable pages."""
        if self.by_page is not None:
            return self.by_page.get_html_context()
        return super().get_html_context()

    def rows_of_a_page(self) -> int:
        """Where the client does not say."""
        return min(api_settings.PAGE_SIZE or self.rows_without_limit, self.max_limit)

    def get_limit(self, request: Request) -> int:
        """The number of rows of this page, 1 to ``max_limit``."""
        asked = whole_number(request, "limit", minimum=1)
        return self.rows_of_a_page() if asked is None else min(asked, self.max_limit)

    def get_offset(self, request: Request) -> int:
        """How many rows come before this page."""
        return whole_number(request, "offset", minimum=0) or 0

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """As OpenAPI has them."""
        return [_described(name) for name in self.parameters]


class WalkPagination(ResponsePagination):
    """With `?cursor=` also a walk that neither repeats nor skips a row; empty begins one.

    Then the envelope has no count, `next` while there are more rows, and always `cursor`: what
    to ask with next time, even if that is tomorrow.
    """

    parameters: ClassVar[tuple[str, ...]] = ("limit", "offset", "page", "page_size", "cursor")
    #: What cannot be said together with a cursor.
    excluded: ClassVar[tuple[str, ...]] = ("offset", "page", "page_size", "ordering")
    in_order = staticmethod(newest_first)
    page: Page | None = None

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """The rows of this page."""
        if "cursor" not in request.query_params:
            return super().paginate_queryset(queryset, request, view)
        self.request = request
        self.page = self.in_order(queryset, self._cursor(request), self.get_limit(request))
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope."""
        if self.page is None:
            return super().get_paginated_response(data)
        cursor = self.page.cursor.encode()
        following = replace_query_param(self._own_url(), "cursor", cursor)
        return Response(
            {
                "count": None,
                "next": following if self.page.has_more else None,
                "previous": None,
                "cursor": cursor,
                "results": data,
            }
        )

    def get_html_context(self) -> Any:
        """For DRF's browsable pages; a walk has no numbers of pages."""
        return (
            {"previous_url": None, "next_url": None, "page_links": []}
            if self.page
            else (super().get_html_context())
        )

    def to_html(self) -> str:
        """The links under a browsable page."""
        return "" if self.page is not None else super().to_html()

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """As OpenAPI has it."""
        envelope = super().get_paginated_response_schema(schema)
        properties = envelope["properties"]
        properties["count"] = {"type": ["integer", "null"], "example": 123}
        properties["cursor"] = {
            "type": "string",
            "description": "Of a walk: what to ask with for what comes after these rows.",
        }
        return envelope

    def _cursor(self, request: Request) -> Cursor:
        for name in self.excluded:
            if name in request.query_params:
                raise ValidationError(
                    {name: ["It cannot be combined with cursor. Leave one of the two out."]}
                )
        written = request.query_params["cursor"].strip()
        try:
            return Cursor.decode(written)
        except BadCursor:
            allowed = "empty, to begin a walk, or the cursor of an answer"
            raise ValidationError({"cursor": [not_allowed(written, allowed)]}) from None

    def _own_url(self) -> str:
        url = self.request.build_absolute_uri() if self.request else ""
        return str(remove_query_param(url, "cursor"))


def _described(name: str) -> dict[str, Any]:
    minimum = 0 if name == "offset" else 1
    number = {"type": "integer", "minimum": minimum, "maximum": LARGEST_NUMBER}
    return {
        "name": name,
        "in": "query",
        "description": DESCRIPTIONS[name],
        "allowEmptyValue": True,
        "schema": {"type": "string"} if name == "cursor" else number,
    }


class KeyPagination(WalkPagination):
    """For what belongs to incidents, and for people: walks go from the oldest to the newest."""

    in_order = staticmethod(oldest_first)


class FeedPagination(WalkPagination):
    """For the change feed, whose walks follow what is written from now on."""

    in_order = staticmethod(as_written)


class UserPagination(KeyPagination):
    """For the list of people: 500 rows, whatever the host's ``PAGE_SIZE``, as in 0.5.1."""

    def rows_of_a_page(self) -> int:
        """Where the client does not say."""
        return 500
