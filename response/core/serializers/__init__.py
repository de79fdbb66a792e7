"""Rows of core as JSON, with the field names of 0.5.1.

Texts come out as a person typed them (references stay tokens, `<@U…>`), the `…_ui` fields as
a person reads them; they go in as they came out. What a serializer needs to know is in its
context, all of it optional:

- ``request``: e-mail addresses are null unless its user may see them, which
  ``shows_email_addresses`` answers once for all rows; who asks is who reports and acts;
- ``names``: display name by Slack user id, for texts of many rows in one query;
- ``people``: rows by primary key, for the changes in many entries of the feed.
"""

from response.core.serializers.action import ActionSerializer
from response.core.serializers.event import EventSerializer
from response.core.serializers.fields import shows_email_addresses
from response.core.serializers.incident import (
    ClosingSerializer,
    CommsChannelSerializer,
    IncidentSerializer,
    NewIncidentSerializer,
)
from response.core.serializers.people import ExternalUserSerializer, PersonField
from response.core.serializers.timeline import TimelineEventSerializer

__all__ = [
    "ActionSerializer",
    "ClosingSerializer",
    "CommsChannelSerializer",
    "EventSerializer",
    "ExternalUserSerializer",
    "IncidentSerializer",
    "NewIncidentSerializer",
    "PersonField",
    "TimelineEventSerializer",
    "shows_email_addresses",
]
