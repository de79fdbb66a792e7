"""Texts of Slack in templates: references as names, ``:emoji:`` as characters."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeData, SafeString

from response import text
from response.core.models import ExternalUser
from response.core.models.external_user import SLACK
from response.core.names import names_mentioned_in, person_name

register = template.Library()


@register.filter
def unslackify(value: object) -> SafeString:
    """A stored text as one escaped line: ``<@U1>`` reads ``@ana``, ``:fire:`` reads 🔥.

    The result is HTML with or without ``|safe``; HTML that comes in gets its emoji only. Names
    are those that we know; Slack is not asked.
    """
    wire = "" if value is None else str(value)
    if isinstance(value, SafeData):
        return SafeString(text.emojize(wire))  # nosec
    return text.to_html_inline(wire, names_mentioned_in([wire]))


@register.filter
def slack_id_to_fullname(value: object) -> str:
    """The full name of the person with this Slack id; else the display name, else the id."""
    user_id = str(value or "")
    known = ExternalUser.objects.filter(app_id=SLACK, external_id=user_id, superseded=False)
    person = known.first() if user_id else None
    if person is None:
        return user_id
    return person.full_name or person_name(person)
