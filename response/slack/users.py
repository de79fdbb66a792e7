"""What we keep of people in Slack: their names and their standing in the workspace."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from response.core.models import ExternalUser
from response.core.models.external_user import SLACK
from response.slack.models import SlackUser
from response.slack.payloads import MalformedPayload, Profile, parse_profile

logger = logging.getLogger("response.slack.users")

Values = dict[str, Any]

# What the columns hold; Slack allows names of 80 characters.
NAME_LENGTH = 255
EMAIL_LENGTH = 254
TEAM_ID_LENGTH = 30


def update_from_profile(user: Mapping[str, Any], fetched_at: datetime | None = None) -> SlackUser:
    """Keep what Slack says of a person: the user object of an answer or of an event.

    Raises ``MalformedPayload`` for an object without an id. Safe to call from many processes
    at once.
    """
    return _store(parse_profile(user), fetched_at or timezone.now())


def is_known(user_id: str) -> bool:
    """Whether Slack has told us of this person."""
    return SlackUser.objects.filter(
        user__app_id=SLACK, user__external_id=user_id, user__superseded=False
    ).exists()


def update_many(users: Iterable[Mapping[str, Any]], fetched_at: datetime | None = None) -> int:
    """The same for a page of people; how many were new or had changed.

    Those who are as we know them cost no write of their own; an object that cannot be read
    is logged and left out.
    """
    now = fetched_at or timezone.now()
    profiles = list(_readable(users))
    known = _known(profile.user_id for profile in profiles)
    changed = [profile for profile in profiles if not _is_as_known(profile, known)]
    for profile in changed:
        _store(profile, now)
    same = {profile.user_id for profile in profiles} - {profile.user_id for profile in changed}
    SlackUser.objects.filter(user__in=[known[user_id].pk for user_id in same]).update(
        fetched_at=now
    )
    return len(changed)


def remember_bot(user_id: str) -> None:
    """Keep that this is a bot, whose names Slack has yet to tell."""
    person, _ = ExternalUser.objects.get_or_create_slack(external_id=user_id)
    values = {"is_bot": True, "fetched_at": timezone.now()}
    SlackUser.objects.get_or_create(user=person, defaults=values)


def is_known_bot(user_id: str) -> bool:
    """Whether Slack told us that this is a bot; False for who is not known."""
    bots = SlackUser.objects.filter(user__app_id=SLACK, user__external_id=user_id, is_bot=True)
    return bots.exists()


def _readable(users: Iterable[Mapping[str, Any]]) -> Iterable[Profile]:
    for user in users:
        try:
            yield parse_profile(user)
        except MalformedPayload as refusal:
            logger.warning("Slack listed somebody who cannot be read: %s", refusal)


def _known(user_ids: Iterable[str]) -> dict[str, ExternalUser]:
    people = ExternalUser.objects.filter(
        app_id=SLACK, external_id__in=set(user_ids), superseded=False
    )
    return {person.external_id: person for person in people.select_related("slack")}


def _is_as_known(profile: Profile, known: Mapping[str, ExternalUser]) -> bool:
    person = known.get(profile.user_id)
    standing = getattr(person, "slack", None)
    if person is None or standing is None:
        return False
    names, values = _names(profile), _standing(profile)
    same_names = all(getattr(person, name) == value for name, value in names.items())
    return same_names and all(getattr(standing, name) == value for name, value in values.items())


def _store(profile: Profile, now: datetime) -> SlackUser:
    person, _ = ExternalUser.objects.update_or_create_slack(
        external_id=profile.user_id, defaults=_names(profile)
    )
    standing, _ = SlackUser.objects.update_or_create(
        user=person, defaults=_standing(profile) | {"fetched_at": now}
    )
    return standing


def _names(profile: Profile) -> Values:
    values: Values = {
        "display_name": _fitting(profile.display_name, NAME_LENGTH),
        "full_name": _fitting(profile.full_name, NAME_LENGTH),
        "deleted": profile.deleted,
    }
    # Without the scope for it Slack leaves the address out: what we knew stays.
    email = _fitting(profile.email or "", EMAIL_LENGTH)
    return values | {"email": email} if email else values


def _standing(profile: Profile) -> Values:
    return {
        "team_id": profile.team_id[:TEAM_ID_LENGTH],
        "is_bot": profile.is_bot,
        "is_restricted": profile.is_restricted,
        "is_ultra_restricted": profile.is_ultra_restricted,
    }


def _fitting(value: str, length: int) -> str:
    """What a column can hold: no NUL, no lone surrogates, no more than its length."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()[:length]
