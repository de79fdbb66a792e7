"""Lists of any length: what a page costs does not grow with the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from response.core.admin.columns import NAMES
from response.core.names import names_mentioned_in

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator


class CappedPaginator(_Paginator):
    """Counts up to ``LIMIT`` rows and no further; later rows are found by filters and search."""

    LIMIT = 10_000

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[: self.LIMIT + 1].count()

    @cached_property
    def count(self) -> int:
        """How many rows are paged through."""
        return min(self._counted, self.LIMIT)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than that."""
        return self._counted > self.LIMIT


class PlainTextChangeList(ChangeList):
    """The admin's list, with the names of all people that the texts of a page mention."""

    def get_results(self, request: HttpRequest) -> None:
        """Django's, then one query for the names, if anybody is mentioned."""
        super().get_results(request)
        fields = getattr(self.model_admin, "plain_text_fields", ())
        if not fields:
            return
        rows = list(self.result_list)
        names = names_mentioned_in(getattr(row, field) for row in rows for field in fields)
        for row in rows:
            setattr(row, NAMES, names)
        self.result_list = rows
