"""How the pages' templates show texts, people and times; every filter's output is safe HTML.

The filters for text take the names of the people whom it mentions as their argument, since the
view has looked them up for the whole page: ``{{ incident.summary|wire_html:names }}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString

from response import text
from response.core.models import ExternalUser
from response.core.names import person_name

register = template.Library()


@register.filter
def wire_html(wire: str | None, names: Mapping[str, str]) -> SafeString:
    """Stored text with its Markdown."""
    return text.to_html(wire or "", names)


@register.filter
def wire_inline(wire: str | None, names: Mapping[str, str]) -> SafeString:
    """Stored text on one line, such as a title: references and emoji, no Markdown."""
    return text.to_html_inline(wire or "", names)


@register.filter
def wire_plain(wire: str | None, names: Mapping[str, str]) -> str:
    """Stored text without any markup, for places that take none; a template escapes it."""
    return text.emojize(text.to_plain(wire or "", names))


@register.filter
def emoji(shortcode: str) -> str:
    """`:fire:` as a character; a character stays one."""
    return text.emojize(shortcode)


@register.filter
def person(user: ExternalUser | None) -> SafeString:
    """What people call someone, with the full name as a hint; nothing for nobody."""
    if user is None:
        return SafeString("")
    name = person_name(user)
    hint = user.full_name or name
    return format_html('<span class="person" title="{}">{}</span>', hint, name)


@register.filter
def moment(value: datetime | None, layout: str = "j M Y, H:i T") -> SafeString:
    """A time in the project's time zone, with the exact one in ``datetime``."""
    if value is None:
        return SafeString("")
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    exact = local.isoformat(timespec="seconds")
    return format_html('<time datetime="{}">{}</time>', exact, format_date(local, layout).strip())
