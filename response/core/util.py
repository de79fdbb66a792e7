"""Names of 0.5.1 that hosts import."""

from __future__ import annotations

import warnings

import nh3
from rest_framework.pagination import PageNumberPagination

from response.conf import DEFAULT_MARKDOWN_ATTRIBUTES, DEFAULT_MARKDOWN_TAGS


def sanitize(string: str | None) -> str | None:
    """Remove HTML that no report needs, as 0.5.1 did before it stored a text.

    Deprecated: texts are stored as they were typed (``response.text.from_plain``) and escaped
    on every way out.
    """
    warnings.warn(
        "response.core.util.sanitize is no longer needed: store response.text.from_plain(…), "
        "show response.text.to_html(…).",
        DeprecationWarning,
        stacklevel=2,
    )
    if not string:
        return string
    attributes = {tag: set(names) for tag, names in DEFAULT_MARKDOWN_ATTRIBUTES.items()}
    return nh3.clean(string, tags=set(DEFAULT_MARKDOWN_TAGS), attributes=attributes)


class LargeResultsSetPagination(PageNumberPagination):
    """Pages of 500, and up to 1,000 on request (``?page_size=``)."""

    page_size = 500
    max_page_size = 1000
    page_size_query_param = "page_size"
