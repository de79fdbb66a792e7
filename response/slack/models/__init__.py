"""Slack's rows: 0.5.1's models, the two boxes, and what we know of people there."""

from response.slack.models.call import Call
from response.slack.models.comms_channel import CommsChannel
from response.slack.models.conversation import Conversation, Heartbeat
from response.slack.models.delivery import Delivery, HandlerRun
from response.slack.models.headline_post import HeadlinePost
from response.slack.models.notification import Notification
from response.slack.models.pinned_message import PinnedMessage
from response.slack.models.proposal import Proposal
from response.slack.models.slack_user import SlackUser
from response.slack.models.tally import Tally
from response.slack.models.user_stats import UserStats

__all__ = (
    "Call",
    "CommsChannel",
    "Conversation",
    "Delivery",
    "HandlerRun",
    "HeadlinePost",
    "Heartbeat",
    "Notification",
    "PinnedMessage",
    "Proposal",
    "SlackUser",
    "Tally",
    "UserStats",
)
