"""The workspace's rows. All of them live in the database alias ``sandbox``.

Each names its ``app_label``: imported in a project that has not installed the sandbox, as
``response.testing`` does, it must not be taken for a model of ``response``.
"""

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
