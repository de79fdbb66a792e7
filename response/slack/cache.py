"""0.5.1's look-ups of people: those whom we know cost no call."""

from __future__ import annotations

from typing import Any

from response import logs
from response.core.models import ExternalUser
from response.core.models.external_user import SLACK
from response.slack import answers, users
from response.slack.client import SlackError, get_client

logger = logs.get_logger(__name__)

Profile = dict[str, Any]
PAGE_SIZE = 200


def get_user_profile(external_id: str | None) -> Profile | None:
    """``{"id", "name", "fullname", "email"}`` of a person, None without an id.

    Somebody we have not met is asked for in Slack and kept; raises ``SlackError``.
    """
    if not external_id:
        return None
    return _known(external_id=external_id) or _kept(get_client().get_user_profile(external_id))


def get_user_profile_by_email(email: str | None) -> Profile | None:
    """The same by e-mail address; without one it is a ``SlackError``."""
    if not email:
        raise SlackError("Can't fetch user without an email")
    return _known(email__iexact=email) or _kept(get_client().get_user_profile_by_email(email))


def update_user_cache(exclude_bots: bool = False) -> None:
    """Fetch everybody in the workspace: some calls and a while; for a daily job."""
    for page in get_client().pages("users.list", limit=PAGE_SIZE):
        members = answers.items(page, "members", "users.list")
        wanted = [user for user in members if not (exclude_bots and user.get("is_bot"))]
        changed = users.update_many(wanted)
        logger.info("Of %s people %s were new or had changed", len(wanted), changed)


def _known(**wanted: str) -> Profile | None:
    people = ExternalUser.objects.filter(app_id=SLACK, superseded=False, **wanted)
    # Somebody met by id alone has the id for a name until Slack has said more.
    person = people.select_related("response_slack").order_by("pk").first()
    if person is None or person.display_name == person.external_id:
        return None
    return {
        "id": person.external_id,
        "name": person.display_name,
        "fullname": person.full_name,
        "email": person.email,
    }


def _fitting(value: str | None, length: int) -> str | None:
    return value and users.fitting(value, length)


def _kept(profile: Profile | None) -> Profile | None:
    if profile is not None:
        ExternalUser.objects.update_or_create_slack(
            external_id=profile["id"],
            defaults={
                "display_name": _fitting(profile["name"], users.NAME_LENGTH) or profile["id"],
                "full_name": _fitting(profile["fullname"], users.NAME_LENGTH),
                "email": _fitting(profile["email"], users.EMAIL_LENGTH),
            },
        )
    return profile
