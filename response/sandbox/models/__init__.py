"""The workspace's rows. All of them live in the database alias ``sandbox``."""

from response.sandbox.models.channels import Bookmark, Channel, Membership
from response.sandbox.models.messages import Message, Pin, Reaction
from response.sandbox.models.people import User, UserGroup
from response.sandbox.models.team import Team
from response.sandbox.models.traffic import ApiCall, Delivery, FaultSettings, ResponseUrl, Trigger
from response.sandbox.models.views import View

__all__ = [
    "ApiCall",
    "Bookmark",
    "Channel",
    "Delivery",
    "FaultSettings",
    "Membership",
    "Message",
    "Pin",
    "Reaction",
    "ResponseUrl",
    "Team",
    "Trigger",
    "User",
    "UserGroup",
    "View",
]
