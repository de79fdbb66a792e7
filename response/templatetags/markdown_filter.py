"""Markdown in templates."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeData, SafeString

from response import text
from response.core.names import names_mentioned_in

register = template.Library()

_QUOTES = (("&quot;", '"'), ("&#x27;", "'"), ("&#39;", "'"))


@register.filter
def markdown_filter(value: object) -> SafeString:
    """A stored text as HTML: Markdown, references, links and emoji, sanitised.

    Tags and attributes are those of the ``MARKDOWN_FILTER_*`` settings. May follow
    ``unslackify``, as in the templates of 0.5.1.
    """
    wire = "" if value is None else str(value)
    if isinstance(value, SafeData):
        # Escaped by ``unslackify``; wire form has no entities for quotes.
        for entity, quote in _QUOTES:
            wire = wire.replace(entity, quote)
    return text.to_html(wire, names_mentioned_in([wire]))
