"""The admin of what is Slack's, and of the two boxes."""

from response.slack.admin.boxes import CallAdmin, DeliveryAdmin, HandlerRunAdmin
from response.slack.admin.rows import (
    CommsChannelAdmin,
    ConversationAdmin,
    HeadlinePostAdmin,
    HeartbeatAdmin,
    NotificationAdmin,
    PinnedMessageAdmin,
    ProposalAdmin,
    SlackUserAdmin,
    UserStatsAdmin,
)

__all__ = (
    "CallAdmin",
    "CommsChannelAdmin",
    "ConversationAdmin",
    "DeliveryAdmin",
    "HandlerRunAdmin",
    "HeadlinePostAdmin",
    "HeartbeatAdmin",
    "NotificationAdmin",
    "PinnedMessageAdmin",
    "ProposalAdmin",
    "SlackUserAdmin",
    "UserStatsAdmin",
)
