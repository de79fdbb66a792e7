"""What the list page shows: one page of incidents, the tabs above it, the pager below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from django.core.paginator import Page
from django.http import QueryDict

from response.core.models import Incident
from response.core.names import names_mentioned_in
from response.core.permissions import Viewer
from response.ui.matches import ALL, MOST, STATUSES, Matches


@dataclass(frozen=True, kw_only=True)
class ListQuery:
    """What of the list is asked for; anything that makes no sense is as if it were absent."""

    MAX_WORDS: ClassVar[int] = 200

    status: str = ALL
    words: str = ""
    page: str = "1"

    @classmethod
    def from_parameters(cls, parameters: QueryDict) -> ListQuery:
        """From a page's GET parameters."""
        status = parameters.get("status", ALL)
        return cls(
            status=status if status in STATUSES else ALL,
            words=parameters.get("q", "").replace("\0", "").strip()[: cls.MAX_WORDS],
            page=parameters.get("page", "1"),
        )

    @property
    def url(self) -> str:
        """The address of this view of the list, relative to the list's own."""
        parameters = QueryDict(mutable=True)
        wanted = {"status": self.status, "q": self.words, "page": self.page}
        defaults = {"status": ALL, "q": "", "page": "1"}
        parameters.update({key: wanted[key] for key in wanted if wanted[key] != defaults[key]})
        return "?" + parameters.urlencode()


@dataclass(frozen=True, kw_only=True)
class Link:
    """A tab or a page number; one without an address is the gap between page numbers."""

    label: str
    url: str = ""
    current: bool = False
    count: str = ""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Everything that the template needs; ``names`` are of the people whom titles mention."""

    query: ListQuery
    page: Page[Incident]
    names: dict[str, str]
    tabs: Sequence[Link]
    pages: Sequence[Link]
    previous: Link | None
    following: Link | None
    any_exist: bool


def get_listing(viewer: Viewer, query: ListQuery) -> Listing:
    """The incidents that exist for this person and match, newest first."""
    matches = Matches(viewer, query.words)
    page = matches.page(query.status, query.page)
    return Listing(
        query=query,
        page=page,
        names=names_mentioned_in(incident.report for incident in page),
        tabs=_tabs(query, matches.counts),
        pages=_page_numbers(query, page),
        previous=_neighbour(query, page, -1, "Newer"),
        following=_neighbour(query, page, +1, "Older"),
        any_exist=matches.any_exist,
    )


def _tabs(query: ListQuery, counts: dict[str, int]) -> list[Link]:
    return [
        Link(
            label=status.capitalize(),
            url=replace(query, status=status, page="1").url,
            current=status == query.status,
            count=f"{MOST:,}+" if counts[status] > MOST else str(counts[status]),
        )
        for status in STATUSES
    ]


def _page_numbers(query: ListQuery, page: Page[Incident]) -> list[Link]:
    """`1 … 4 [5] 6 … 9`; empty where one page holds all.

    Of a number that was not counted to its end, the last is that of the first page beyond.
    """
    if not page.has_other_pages():
        return []
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [
        Link(label=str(number), url=_url_of(query, number), current=number == page.number)
        if isinstance(number, int)
        else Link(label=str(number))
        for number in numbers
    ]


def _neighbour(query: ListQuery, page: Page[Incident], step: int, label: str) -> Link | None:
    number = page.number + step
    exists = 1 <= number <= page.paginator.num_pages
    return Link(label=label, url=_url_of(query, number)) if exists else None


def _url_of(query: ListQuery, page_number: int) -> str:
    return replace(query, page=str(page_number)).url
