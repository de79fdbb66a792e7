"""What we keep of people in Slack: their names and their standing in the workspace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import timezone

from response import database, logs
from response.core.models import ExternalUser
from response.core.models.external_user import SLACK
from response.slack import answers
from response.slack.models import SlackUser
from response.slack.payloads import MalformedPayload, Profile, parse_profile

logger = logs.get_logger("response.slack.users")

Values = dict[str, Any]

# What the columns hold; Slack allows names of 80 characters.
NAME_LENGTH = 255
EMAIL_LENGTH = 254
TEAM_ID_LENGTH = 30
NAMES = ("display_name", "full_name", "deleted", "email")
STANDING = ("team_id", "is_bot", "is_restricted", "is_ultra_restricted")
# People who are stored at a time: what a page of ``users.list`` holds.
BATCH = 200


def update_from_profile(user: Mapping[str, Any], fetched_at: datetime | None = None) -> SlackUser:
    """Keep what Slack says of a person: the user object of an answer or of an event.

    ``fetched_at`` is when that was so; what we know to be newer stays. Raises
    ``MalformedPayload`` for an object without an id. Safe to call from many processes at once.
    """
    profile = parse_profile(user)
    _store([profile], fetched_at or timezone.now())
    return SlackUser.objects.select_related("user").get(
        user__app_id=SLACK, user__external_id=profile.user_id, user__superseded=False
    )


def keep_answer(answer: Mapping[str, Any], fetched_at: datetime) -> SlackUser:
    """The same for an answer of ``users.info``; raises ``SlackError`` for an odd one."""
    try:
        return update_from_profile(answers.user(answer, "users.info"), fetched_at)
    except MalformedPayload as malformed:
        raise answers.unexpected("users.info", str(malformed)) from malformed


def is_known(user_id: str) -> bool:
    """Whether Slack has told us of this person."""
    return SlackUser.objects.filter(
        user__app_id=SLACK, user__external_id=user_id, user__superseded=False
    ).exists()


def update_many(users: Iterable[Mapping[str, Any]], fetched_at: datetime | None = None) -> int:
    """The same for any number of people; how many were new or had changed.

    They are taken ``BATCH`` at a time, each batch in its own transaction and in a few queries
    however many are new; those who are as we know them cost no write of their own. An object
    that cannot be read is logged and left out.
    """
    now = fetched_at or timezone.now()
    profiles = _readable(users)
    changed = 0
    while batch := list(islice(profiles, BATCH)):
        changed += _store(batch, now)
    return changed


def remember_bot(user_id: str) -> None:
    """Keep that this is a bot, whose names Slack has yet to tell."""
    person, _ = ExternalUser.objects.get_or_create_slack(external_id=user_id)
    values = {"is_bot": True, "fetched_at": timezone.now()}
    SlackUser.objects.get_or_create(user=person, defaults=values)


def is_known_bot(user_id: str) -> bool:
    """Whether Slack told us that this is a bot; False for who is not known."""
    bots = SlackUser.objects.filter(user__app_id=SLACK, user__external_id=user_id, is_bot=True)
    return bots.exists()


def _readable(users: Iterable[Mapping[str, Any]]) -> Iterator[Profile]:
    for user in users:
        try:
            yield parse_profile(user)
        except MalformedPayload as refusal:
            logger.warning("Slack listed somebody who cannot be read: %s", refusal)


def _store(profiles: Iterable[Profile], now: datetime) -> int:
    """Store what was so at ``now``; how many were new or had changed."""
    wanted = {profile.user_id: profile for profile in profiles}
    with database.atomic(savepoint=False):
        known = _known(wanted)
        for user_id, person in known.items():
            if _is_newer(person, now):
                del wanted[user_id]
        missing = [profile for user_id, profile in wanted.items() if user_id not in known]
        if missing:
            known |= _created(missing)
        changed = [
            profile
            for user_id, profile in wanted.items()
            if not _is_as_known(profile, known[user_id])
        ]
        _update(changed, known, now)
        same = set(wanted) - {profile.user_id for profile in changed}
        SlackUser.objects.filter(user__in=[known[user_id].pk for user_id in same]).update(
            fetched_at=now
        )
    return len(changed)


def _known(user_ids: Iterable[str]) -> dict[str, ExternalUser]:
    """The people of these ids, theirs to change until the transaction ends."""
    people = ExternalUser.objects.filter(
        app_id=SLACK, external_id__in=list(user_ids), superseded=False
    )
    # In one order for all, so that no two wait for each other; who refers to them need not wait.
    locked = people.order_by("pk").select_for_update(of=("self",), no_key=True)
    return {person.external_id: person for person in locked.select_related("response_slack")}


def _created(profiles: Iterable[Profile]) -> dict[str, ExternalUser]:
    """New people; who was made by another process meanwhile is as that one made them."""
    people = [
        ExternalUser(app_id=SLACK, external_id=profile.user_id, **_names(profile))
        for profile in sorted(profiles, key=lambda profile: profile.user_id)
    ]
    ExternalUser.objects.bulk_create(people, ignore_conflicts=True)
    return _known(person.external_id for person in people)


def _update(profiles: Sequence[Profile], known: Mapping[str, ExternalUser], now: datetime) -> None:
    renamed, standings = [], []
    for profile in profiles:
        person = known[profile.user_id]
        if not _has(person, _names(profile)):
            for name, value in _names(profile).items():
                setattr(person, name, value)
            renamed.append(person)
        standings.append(SlackUser(user=person, fetched_at=now, **_standing(profile)))
    if renamed:
        ExternalUser.objects.bulk_update(renamed, NAMES)
    if standings:
        SlackUser.objects.bulk_create(
            standings,
            update_conflicts=True,
            unique_fields=["user"],
            update_fields=[*STANDING, "fetched_at"],
        )


def _is_newer(person: ExternalUser, now: datetime) -> bool:
    """Whether we know something of later than ``now``: an event overtook a list, or another."""
    standing = getattr(person, "response_slack", None)
    # A time that has not come yet means that the clock was set back since.
    return standing is not None and now < standing.fetched_at <= timezone.now()


def _is_as_known(profile: Profile, person: ExternalUser) -> bool:
    standing = getattr(person, "response_slack", None)
    return (
        standing is not None
        and _has(person, _names(profile))
        and _has(standing, _standing(profile))
    )


def _has(row: ExternalUser | SlackUser, values: Values) -> bool:
    return all(getattr(row, name) == value for name, value in values.items())


def _names(profile: Profile) -> Values:
    values: Values = {
        "display_name": fitting(profile.display_name, NAME_LENGTH),
        "full_name": fitting(profile.full_name, NAME_LENGTH),
        "deleted": profile.deleted,
    }
    # Without the scope for it Slack leaves the address out: what we knew stays.
    email = fitting(profile.email or "", EMAIL_LENGTH)
    return values | {"email": email} if email else values


def _standing(profile: Profile) -> Values:
    return {
        "team_id": profile.team_id[:TEAM_ID_LENGTH],
        "is_bot": profile.is_bot,
        "is_restricted": profile.is_restricted,
        "is_ultra_restricted": profile.is_ultra_restricted,
    }


def fitting(value: str, length: int) -> str:
    """What a column can hold: no NUL, no lone surrogates, no more than its length."""
    return value.replace("\x00", "").encode("utf-8", "ignore").decode()[:length]
