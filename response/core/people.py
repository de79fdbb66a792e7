"""Loads the people whom rows and texts name, together, never one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from response import text
from response.core.changes import Changes
from response.core.models.external_user import SLACK, ExternalUser

if TYPE_CHECKING:
    from response.core.models.incident import Incident

#: Fields of an incident that hold a person.
ROLES = ("lead", "reporter")

People = dict[int, ExternalUser]


def load(incident: Incident, using: str, changes: Changes | None = None) -> People:
    """By primary key: lead, reporter, and who was it before the changes; one query at most."""
    cached = _cached(incident)
    named = {pk for pk in (incident.lead_id, incident.reporter_id) if pk is not None}
    before = {
        changes[role].old for role in ROLES if changes and role in changes and changes[role].old
    }
    missing = (named | before) - cached.keys()
    found = ExternalUser.objects.using(using).in_bulk(missing) if missing else {}
    for role in ROLES:
        field = incident._meta.get_field(role)
        person = found.get(getattr(incident, f"{role}_id"))
        if person is not None:
            field.set_cached_value(incident, person)
    return {**cached, **found}


def _cached(incident: Incident) -> People:
    """Those whom the instance has already loaded."""
    loaded = (
        getattr(incident, role)
        for role in ROLES
        if incident._meta.get_field(role).is_cached(incident)
    )
    return {person.pk: person for person in loaded if person is not None}


def names_in(*texts: str | None) -> dict[str, str]:
    """Display names, by Slack id, of the people whom these texts mention; one query at most."""
    return names_of(user_id for each in texts for user_id in text.mentioned_user_ids(each or ""))


def names_of(user_ids: Iterable[str]) -> dict[str, str]:
    """Display names by Slack id, of those that we know; one query at most."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    people = ExternalUser.objects.filter(app_id=SLACK, external_id__in=wanted, superseded=False)
    return dict(people.values_list("external_id", "display_name"))


def with_slack_id(user_id: str) -> ExternalUser | None:
    """The person with this Slack id, if we know them."""
    live = ExternalUser.objects.filter(app_id=SLACK, superseded=False)
    return live.filter(external_id=user_id).first() if user_id else None
