"""Loads the people that an incident and its changes name, together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.db import models

from response.core.changes import Changes
from response.core.models.external_user import ExternalUser

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
        person = found.get(getattr(incident, f"{role}_id"))
        if person is not None:
            _field(role, incident).set_cached_value(incident, person)
    return {**cached, **found}


def _cached(incident: Incident) -> People:
    """Those whom the instance has already loaded."""
    loaded = (
        getattr(incident, role) for role in ROLES if _field(role, incident).is_cached(incident)
    )
    return {person.pk: person for person in loaded if person is not None}


def _field(role: str, incident: Incident) -> models.ForeignKey[Any, Any]:
    return cast("models.ForeignKey[Any, Any]", incident._meta.get_field(role))
