"""The API's serializers under the name that hosts import; re-exports only."""

from response.core.serializers import (
    ActionSerializer,
    CommsChannelSerializer,
    EventSerializer,
    ExternalUserSerializer,
    IncidentSerializer,
    TimelineEventSerializer,
)

__all__ = [
    "ActionSerializer",
    "CommsChannelSerializer",
    "EventSerializer",
    "ExternalUserSerializer",
    "IncidentSerializer",
    "TimelineEventSerializer",
]
