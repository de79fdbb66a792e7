"""The people whom we meet in Slack by their id."""

from __future__ import annotations

from response.core.actor import current_actor
from response.core.models import ExternalUser
from response.core.models.external_user import SLACK
from response.slack import operations

# Bots have ids of their own, of which Slack tells nothing by ``users.info``.
IDS_OF_PEOPLE = ("U", "W")


def meet(user_id: str) -> ExternalUser:
    """The person with this Slack id; whom we meet for the first time Slack is asked about."""
    acting = current_actor().user
    if acting is not None and (acting.app_id, acting.external_id) == (SLACK, user_id):
        return acting
    person, created = ExternalUser.objects.get_or_create_slack(external_id=user_id)
    if created and user_id.startswith(IDS_OF_PEOPLE):
        operations.fetch_user(user_id)
    return person
