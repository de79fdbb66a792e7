"""The admin of core: what people wrote can be mended, what is a record cannot."""

from response.core.admin.base import ModelAdmin, PrivilegedAdmin, ReadOnlyAdmin, ResponseAdmin
from response.core.admin.incidents import (
    ActionAdmin,
    IncidentAdmin,
    IncidentMemberAdmin,
    TimelineEventAdmin,
)
from response.core.admin.records import EventAdmin, ExternalUserAdmin

__all__ = (
    "ActionAdmin",
    "EventAdmin",
    "ExternalUserAdmin",
    "IncidentAdmin",
    "IncidentMemberAdmin",
    "ModelAdmin",
    "PrivilegedAdmin",
    "ReadOnlyAdmin",
    "ResponseAdmin",
    "TimelineEventAdmin",
)
