"""The Content-Security-Policy of our pages, the same way on every Django.

Django 6.0 has a middleware for a site's policy, 5.2 has none. Our pages bring theirs along,
unless the site has one already; https://www.w3.org/TR/CSP3/ says what the directives mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.templatetags.static import static

from response.conf import conf

HEADER = "Content-Security-Policy"
# Values that would end their directive, or the header.
UNSAFE = frozenset(";,\r\n")


def policy() -> str:
    """The header's value for a page of ours; empty where the site's own policy counts, or none."""
    configured = conf.csp
    if configured is not None:
        return as_text(configured)
    return "" if conf.site_csp else as_text(default_policy())


def default_policy() -> dict[str, Any]:
    """Nothing but our style sheets and pictures, and what the host allows in texts beyond that."""
    ours = ["'self'", *_origin_of_static_files()]
    found: dict[str, Any] = {
        "default-src": ["'none'"],
        "img-src": ours,
        "style-src": ours,
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    if "img" in conf.markdown_tags:
        found["img-src"] = [*ours, "http:", "https:"]
    if conf.markdown_styles:
        # For attributes that nh3 has let pass; style elements stay forbidden.
        found["style-src-attr"] = ["'unsafe-inline'"]
    return found


def as_text(directives: Mapping[str, Any]) -> str:
    """``{"img-src": ["'self'", "https:"]}`` as the header has it; as Django 6's ``SECURE_CSP``.

    A value may be a text or a list of texts; True stands for a directive without a value, and
    one that is None, False or empty is left out.
    """
    parts = []
    for name, value in directives.items():
        if value is True:
            parts.append(name)
        elif value:
            parts.append(f"{name} {value if isinstance(value, str) else ' '.join(value)}")
    return "; ".join(parts)


def mistake(directives: Any) -> str:
    """What is wrong with a policy, in words; empty for a good one."""
    if not isinstance(directives, Mapping):
        return f"it is of type {type(directives).__name__}, not a dict"
    for name, value in directives.items():
        values = [value] if isinstance(value, str) else value
        if isinstance(value, bool) or value is None:
            values = []
        if not isinstance(values, (list, tuple, set, frozenset)):
            return f"the value of {name!r} is no text, list of texts, True or None"
        if not all(isinstance(text, str) and _is_safe(text) for text in (name, *values)):
            return f"{name!r} holds something that is no part of a header"
    return ""


def _is_safe(text: str) -> bool:
    return text.isascii() and not UNSAFE.intersection(text)


def _origin_of_static_files() -> list[str]:
    """Where they come from, if that is another site."""
    parts = urlsplit(static("response/response.css"))
    if not parts.netloc:
        return []
    return [f"{parts.scheme}://{parts.netloc}" if parts.scheme else parts.netloc]
