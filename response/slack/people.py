"""The people whom we meet in Slack by their id."""

from __future__ import annotations

from collections.abc import Iterable

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


def meet_all(user_ids: Iterable[str]) -> list[ExternalUser]:
    """The people with these Slack ids, without the bots of which we know that they are.

    In a few queries, however many of them are met for the first time.
    """
    wanted = list(dict.fromkeys(user_ids))
    found = known(wanted)
    strangers = [user_id for user_id in wanted if user_id not in found]
    if strangers:
        ExternalUser.objects.bulk_create(
            [ExternalUser(app_id=SLACK, external_id=each, display_name=each) for each in strangers],
            ignore_conflicts=True,
        )
        operations.fetch_users([each for each in strangers if each.startswith(IDS_OF_PEOPLE)])
        found |= known(strangers)
    met = [found[user_id] for user_id in wanted]
    return [
        person
        for person in met
        if not getattr(getattr(person, "response_slack", None), "is_bot", False)
    ]


def known(user_ids: Iterable[str]) -> dict[str, ExternalUser]:
    """Those of the people with these Slack ids whom we have met, by their id."""
    ids = set(user_ids)
    rows = ExternalUser.objects.filter(app_id=SLACK, external_id__in=ids, superseded=False)
    return {row.external_id: row for row in rows.select_related("response_slack")}
