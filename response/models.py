"""Every model of the app, where Django and hosts look for them."""

from response.core.models import (
    Action,
    Event,
    ExternalUser,
    Incident,
    IncidentMember,
    TimelineEvent,
)
from response.slack.models import (
    Call,
    CommsChannel,
    Conversation,
    Delivery,
    HandlerRun,
    HeadlinePost,
    Heartbeat,
    Notification,
    PinnedMessage,
    Proposal,
    SlackUser,
    Tally,
    UserStats,
)

__all__ = (
    "Action",
    "Call",
    "CommsChannel",
    "Conversation",
    "Delivery",
    "Event",
    "ExternalUser",
    "HandlerRun",
    "HeadlinePost",
    "Heartbeat",
    "Incident",
    "IncidentMember",
    "Notification",
    "PinnedMessage",
    "Proposal",
    "SlackUser",
    "Tally",
    "TimelineEvent",
    "UserStats",
)
