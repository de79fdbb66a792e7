"""How long lists are cut into pages."""

from response.core.pagination.pages import (
    FeedPagination,
    KeyPagination,
    PageNumbers,
    ResponsePagination,
    UserPagination,
    WalkPagination,
)

__all__ = [
    "FeedPagination",
    "KeyPagination",
    "PageNumbers",
    "ResponsePagination",
    "UserPagination",
    "WalkPagination",
]
