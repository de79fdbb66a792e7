"""The search over an incident's texts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Replace

from response.core.models.incident_queryset import IncidentQuerySet

MAX_SEARCH_TERMS = 8
SEARCHED_FIELDS = ("report", "summary", "impact")
ENTITIES = ("amp", "lt", "gt")


def search_incidents(incidents: IncidentQuerySet, words: str) -> IncidentQuerySet:
    """Those whose title, summary or impact hold every word as a person reads it, in any case."""
    terms = words.replace("\0", "").split()[:MAX_SEARCH_TERMS]
    if not terms:
        return incidents
    readable = {f"readable_{field}": _decoded(field) for field in SEARCHED_FIELDS}
    found = incidents.alias(**readable)
    for term in terms:
        fields = list(readable) if _may_meet_an_entity(term) else SEARCHED_FIELDS
        found = found.filter(_any_contains(fields, term))
    return found


def _may_meet_an_entity(term: str) -> bool:
    """Whether the term can hold, or be found in, what is stored as an entity.

    Most cannot, and are looked for in the texts as they are, which costs a third.
    """
    return any(sign in term for sign in "&<>;") or any(term.lower() in name for name in ENTITIES)


def _any_contains(fields: Iterable[str], term: str) -> Q:
    match = Q()
    for field in fields:
        match |= Q((f"{field}__icontains", term))
    return match


def _decoded(field: str) -> Combinable:
    """The column without the entities of Slack's wire form, `&amp;` last."""
    decoded: Combinable = F(field)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        decoded = Replace(decoded, Value(entity), Value(character), output_field=TextField())
    return decoded
