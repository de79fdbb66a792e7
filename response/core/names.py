"""Names of the people that texts mention, for many texts in one query."""

from __future__ import annotations

from collections.abc import Iterable

from response import text
from response.core.models import ExternalUser


def names_mentioned_in(texts: Iterable[str | None]) -> dict[str, str]:
    """Display name by Slack user id, of everyone mentioned whom we know; never asks Slack."""
    mentioned = {user_id for wire in texts if wire for user_id in text.mentioned_user_ids(wire)}
    if not mentioned:
        return {}
    people = ExternalUser.objects.filter(
        app_id="slack", external_id__in=mentioned, superseded=False
    )
    return {person.external_id: person_name(person) for person in people}


def person_name(person: ExternalUser) -> str:
    """What people call this person: display name, else full name, else the id."""
    return person.display_name or person.full_name or person.external_id
