"""How long lists are cut into pages."""

from response.core.pagination.pages import (
    FeedPagination,
    PageNumbers,
    ResponsePagination,
    UserPagination,
    WalkPagination,
)

__all__ = [
    "FeedPagination",
    "PageNumbers",
    "ResponsePagination",
    "UserPagination",
    "WalkPagination",
]
