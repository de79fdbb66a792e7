"""Slack calls that are more than a method with arguments, by the name that a row keeps."""

from __future__ import annotations

from response.slack.operations.base import Operation, Slack, remember
from response.slack.operations.comms_channel import (
    OpenCommsChannel,
    RenameChannel,
    invite,
    open_comms_channel,
)
from response.slack.operations.headline import Headline, HeadlineThread, refresh_headline
from response.slack.operations.members import SyncMembers, refresh_members
from response.slack.operations.people import (
    FetchUser,
    RefreshUsers,
    Whisper,
    fetch_user,
    fetch_users,
    refresh_users,
)
from response.slack.operations.privacy import ArchiveChannel, BringPeople, tell_what_was_public

__all__ = [
    "OPERATIONS",
    "WHISPER",
    "Operation",
    "Slack",
    "fetch_user",
    "fetch_users",
    "find",
    "invite",
    "open_comms_channel",
    "refresh_headline",
    "refresh_members",
    "refresh_users",
    "remember",
    "tell_what_was_public",
]

# Some go to a ``response_url``.
WHISPER = "whisper"
OPERATIONS: dict[str, Operation] = {
    "": Operation(),
    "headline": Headline(),
    "headline_thread": HeadlineThread(),
    "comms_channel": OpenCommsChannel(),
    "rename_channel": RenameChannel(),
    "bring_people": BringPeople(),
    "archive_channel": ArchiveChannel(),
    WHISPER: Whisper(),
    "user": FetchUser(),
    "users": RefreshUsers(),
    "members": SyncMembers(),
}


def find(name: str) -> Operation | None:
    """The operation of that name; None for one that this release lacks."""
    return OPERATIONS.get(name)
