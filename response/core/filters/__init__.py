"""What narrows a list: the query parameters of the API, and the search over texts."""

from response.core.filters.backend import ResponseFilterBackend
from response.core.filters.moments import MomentField, MomentFilter, to_database_time
from response.core.filters.search import search_incidents
from response.core.filters.sets import (
    ActionFilterSet,
    EventFilterSet,
    ExternalUserFilterSet,
    IncidentFilterSet,
    IncidentListFilterSet,
)

__all__ = [
    "ActionFilterSet",
    "EventFilterSet",
    "ExternalUserFilterSet",
    "IncidentFilterSet",
    "IncidentListFilterSet",
    "MomentField",
    "MomentFilter",
    "ResponseFilterBackend",
    "search_incidents",
    "to_database_time",
]
