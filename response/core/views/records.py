"""What can only be read: people, whom Slack owns, and the change feed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet

from response.core.filters import EventFilterSet, ExternalUserFilterSet
from response.core.models import Event, ExternalUser
from response.core.pagination import FeedPagination, UserPagination
from response.core.permissions import visible_events
from response.core.serializers import EventSerializer, ExternalUserSerializer
from response.core.serializers.event import PEOPLE_KEYS
from response.core.views.base import ResponseViewSet


class ExternalUserViewSet(ResponseViewSet[ExternalUser]):
    """The people whom the app knows; addresses need the permission ``view_externaluser``."""

    queryset = ExternalUser.objects.filter(superseded=False).order_by("pk")
    serializer_class = ExternalUserSerializer
    filterset_class = ExternalUserFilterSet
    pagination_class = UserPagination
    # Not `externaluser`: view_externaluser is about their addresses, and names are everywhere.
    model_name: ClassVar[str] = ""


class EventsViewSet(ResponseViewSet[Event]):
    """The change feed, oldest entry first; nobody can change or delete what it says.

    Follow it with `?cursor=`: an answer's `cursor` is what to ask with next time, and it never
    skips an entry, in whatever order transactions commit.
    """

    serializer_class = EventSerializer
    filterset_class = EventFilterSet
    pagination_class = FeedPagination
    model_name: ClassVar[str] = "event"

    def get_queryset(self) -> QuerySet[Event]:
        """Of everything that exists for who asks."""
        return visible_events(self.request.user).select_related("actor")

    def look_up_names(self, rows: Any) -> None:
        """Of everyone whose coming or going the changes tell, in one query."""
        keys = {key for row in rows for key in _people_in(row)}
        self._people = ExternalUser.objects.in_bulk(keys) if keys else {}

    def get_serializer_context(self) -> dict[str, Any]:
        """With those people."""
        return {**super().get_serializer_context(), "people": getattr(self, "_people", {})}


def _people_in(event: Event) -> list[int]:
    changes = event.changes if isinstance(event.changes, dict) else {}
    told = [change for name, change in changes.items() if name in PEOPLE_KEYS]
    values = [value for change in told if isinstance(change, dict) for value in change.values()]
    return [value for value in values if type(value) is int]
