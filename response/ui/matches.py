"""Which incidents a list shows, and how many there are: counted as far as people read a number."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q

from response.core.filters import search_incidents
from response.core.models import Incident
from response.core.models.incident_queryset import IncidentQuerySet
from response.core.permissions import Viewer, visible_incidents

ALL = "all"
# The condition of each tab, in the order of the tabs. Each has an index of the incident's table.
STATUSES = {
    ALL: Q(),
    "open": Q(end_time=None, report_only=False),
    "closed": Q(end_time__isnull=False),
    "reports": Q(report_only=True),
}
# Beyond it a number says no more to anybody, and would cost a look at every incident there is.
MOST = 1000
PER_PAGE = 50


class Matches:
    """The incidents that exist for this person and hold these words, newest first.

    The latest of them are looked at in one query. If those are all, it tells every number and
    what is on each page; a search reads every text, and so does it once.
    """

    def __init__(self, viewer: Viewer, words: str) -> None:
        """Looks at nothing yet."""
        self.viewer = viewer
        self.words = words
        self.rows: IncidentQuerySet = search_incidents(visible_incidents(viewer), words)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many each tab has; ``MOST + 1`` stands for any number over ``MOST``."""
        if self._are_all:
            return {status: len(self._keys(status)) for status in STATUSES}
        return {status: self._count(status) for status in STATUSES}

    def page(self, status: str, asked: str) -> Page[Incident]:
        """A page of a tab; the first for what is no number, the last for one out of range."""
        page: Any = self._page_of_keys(status, asked)
        # Read by their keys alone, what comes before a page costs next to nothing.
        rows = visible_incidents(self.viewer).filter(pk__in=list(page.object_list))
        page.object_list = rows.with_people()
        return cast("Page[Incident]", page)

    @property
    def any_exist(self) -> bool:
        """Whether there is any incident for this person, words or not."""
        return bool(self._latest or (self.words and visible_incidents(self.viewer).exists()))

    @cached_property
    def _latest(self) -> list[tuple[int, ...]]:
        """Key, and for each status whether it is of it, of the latest ones."""
        of_status = {
            f"is_{status}": ExpressionWrapper(condition, output_field=BooleanField())
            for status, condition in STATUSES.items()
            if status != ALL
        }
        rows = self.rows.annotate(**of_status).values_list("pk", *of_status)
        return list(rows[: MOST + 1])

    @property
    def _are_all(self) -> bool:
        return len(self._latest) <= MOST

    def _page_of_keys(self, status: str, asked: str) -> Page[int]:
        if self._are_all:
            return Paginator(self._keys(status), PER_PAGE).get_page(asked)
        matching = self.rows.filter(STATUSES[status]).values_list("pk", flat=True)
        counted, to_the_end = Paginator(matching, PER_PAGE), Paginator(matching, PER_PAGE)
        counted.count = self.counts[status]
        page = counted.get_page(asked)
        # Who goes so far back wants to know where it ends.
        is_beyond = counted.count > MOST and page.number == counted.num_pages
        return to_the_end.get_page(asked) if is_beyond else page

    def _keys(self, status: str) -> list[int]:
        at = list(STATUSES).index(status)
        return [row[0] for row in self._latest if status == ALL or row[at]]

    def _count(self, status: str) -> int:
        if status == ALL:
            return len(self._latest)
        return self.rows.filter(STATUSES[status]).order_by()[: MOST + 1].count()
