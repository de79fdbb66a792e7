"""Every URL of the project, found in its URLconf, with an example for each parameter."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve

EXAMPLES = {
    "app_label": "response",
    "content_type_id": "1",
    "format": "json",
    "method": "auth.test",
    "month": "01",
    "name": "state",
    "object_id": "1",
    "token": "abc",
    "url": "no/such/page",
    "year": "2026",
}


# `<int:pk>` and `(?P<pk>[0-9]+)`; DRF's suffix has the point in its value.
PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^()]*\)")


def every_url(numbers: dict[str, int]) -> dict[str, str]:
    """By route: a path that leads there; ``numbers`` are the ids of rows that exist."""
    examples = EXAMPLES | {name: str(number) for name, number in numbers.items()}

    def example(match: re.Match[str]) -> str:
        value = examples[match["name"] or match["group"]]
        return f".{value}" if match["kind"] == "drf_format_suffix" else value

    found: dict[str, str] = {}
    for route in _routes(get_resolver().url_patterns, "/"):
        path = PARAMETER.sub(example, route)
        path = path.replace("\\.", ".").replace("/?$", "").replace("^", "").replace("$", "")
        assert _leads_to(path, route), f"{path} is no example of {route}"
        found[route] = path
    return found


def _routes(patterns: Iterable[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route


def _leads_to(path: str, route: str) -> bool:
    return f"/{resolve(path).route}" == route.replace("^", "")
