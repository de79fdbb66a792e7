"""What a new workspace has: people, channels, the bot in them."""

from __future__ import annotations

from typing import Any

from response.sandbox import clock, events, manifest, payloads, state
from response.sandbox.models import (
    ApiCall,
    Channel,
    Delivery,
    FaultSettings,
    Membership,
    ResponseUrl,
    Team,
    Trigger,
    User,
    UserGroup,
)

TEAM_ID, TEAM_NAME = "T0SANDBOX", "acme"
BOT = "U0INCIDENT"
# Id, name, display name, real name, colour.
PEOPLE = (
    ("U0ANA", "ana", "ana", "Ana Lima", "9f69e7"),
    ("U0BOB", "bob", "bob", "Bob Okafor", "4bbe2e"),
    ("U0CHIDI", "chidi", "chidi", "Chidi Anagonye", "e7392d"),
    ("U0DANA", "dana", "dana", "Dana Novák", "3c989f"),
    ("U0EVE", "eve", "eve", "Eve Guest", "674b1b"),
    ("U0NAMAE", "namae", "名前", "名前 太郎", "e96699"),
)
GUESTS = {"U0EVE"}
# Id, name, purpose, whether guests are in it.
CHANNELS = (
    ("C0GENERAL", "general", "Company-wide announcements", True),
    ("C0INCIDENTS", "incidents", "Every incident is announced here", True),
    ("C0REPORTS", "incident-reports", "Things that were noticed, but need no response", False),
)


def seed() -> None:
    """Make what is missing; leave what is there as it is."""
    Team.objects.get_or_create(
        id=TEAM_ID,
        defaults={
            "domain": TEAM_NAME,
            "name": TEAM_NAME,
            "app_id": "A0INCIDENT",
            "bot_id": "B0INCIDENT",
            "bot_user_id": BOT,
        },
    )
    with state.change():
        _seed_people()
        _seed_channels()


def reset() -> None:
    """Empty the workspace and seed it again, in one change."""
    seed()
    with state.change():
        for model in (ApiCall, Delivery, FaultSettings, ResponseUrl, Trigger, Channel):
            model._default_manager.all().delete()
        UserGroup.objects.all().delete()
        User.objects.all().delete()
        Team.objects.update(
            scopes=manifest.scopes(),
            subscriptions=manifest.events(),
            commands=manifest.commands(),
        )
        seed()


def add_user(name: str, **fields: Any) -> User:
    """A new member of the workspace, in ``#general``."""
    with state.change() as team:
        defaults = {"display_name": name, "email": f"{name}@acme.example"}
        row = User.objects.create(
            **{"id": state.next_id("U"), "name": name, **defaults, **fields},
            updated=int(clock.now()),
        )
        Membership.objects.create(channel_id="C0GENERAL", user=row)
        events.emit({"type": "team_join", "user": payloads.user(team, row)})
    return row


def change_user(row: User, **fields: Any) -> User:
    """A person's profile changes."""
    with state.change() as team:
        for name, value in fields.items():
            setattr(row, name, value)
        row.updated = int(clock.now())
        row.save()
        changed = payloads.user(team, row)
        events.emit({"type": "user_change", "user": changed, "cache_ts": row.updated})
    return row


def _seed_people() -> None:
    users = [
        User(
            id=user_id,
            name=name,
            display_name=display_name,
            real_name=real_name,
            email=f"{name}@acme.example",
            color=color,
            is_restricted=user_id in GUESTS,
        )
        for user_id, name, display_name, real_name, color in PEOPLE
    ]
    bot = User(id=BOT, name="incident", real_name="Incident", color="7a1f1f", is_bot=True)
    User.objects.bulk_create([*users, bot], ignore_conflicts=True)
    group, created = UserGroup.objects.get_or_create(
        id="S0SRE", defaults={"handle": "sre", "name": "Site reliability"}
    )
    if created:
        group.users.add(*User.objects.filter(id__in=["U0ANA", "U0CHIDI"]))


def _seed_channels() -> None:
    there = set(Channel.objects.values_list("id", flat=True))
    missing = [one for one in CHANNELS if one[0] not in there]
    Channel.objects.bulk_create(
        Channel(
            id=channel_id,
            name=name,
            purpose=purpose,
            is_general=name == "general",
            creator_id=PEOPLE[0][0],
            created=int(clock.now()),
        )
        for channel_id, name, purpose, _ in missing
    )
    Membership.objects.bulk_create(
        Membership(channel_id=channel_id, user_id=user_id)
        for channel_id, _, _, with_guests in missing
        for user_id in [*(person[0] for person in PEOPLE), BOT]
        if with_guests or user_id not in GUESTS
    )
