"""Slack's Web API, one method a call, each answered at once.

The module imports neither apps nor settings, so that a host may write
``SLACK_CLIENT = SlackClient(SLACK_TOKEN)`` in its settings. Nothing here waits: where
Response 0.5.1 slept for up to 11 seconds after a 429, ``SlackRateLimited`` is raised with
the seconds to wait, and what must arrive belongs in the outbox
(``comms_channel.post_in_channel`` and the like). One client serves any number of threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from response.slack import answers
from response.slack.channel_names import prefixed_channel_name
from response.slack.errors import (
    SlackAuthError,
    SlackCallInTransaction,
    SlackError,
    SlackNotFound,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnavailable,
    TriggerExpired,
)
from response.slack.transport import forbid_calls
from response.slack.web_api import Answer, WebApi

__all__ = [
    "SlackAuthError",
    "SlackCallInTransaction",
    "SlackClient",
    "SlackError",
    "SlackNotFound",
    "SlackPermanentError",
    "SlackRateLimited",
    "SlackUnavailable",
    "TriggerExpired",
    "forbid_calls",
    "get_client",
]

PAGE_SIZE = 200
CHANNEL_PAGE_SIZE = 800

Profile = dict[str, Any]


class SlackClient(WebApi):
    """Calls Slack with one token: ``SlackClient(api_token, *, base_url=None, timeout=10)``.

    0.5.1's three arguments about retries are accepted and ignored, with a warning.
    """

    # -- people -------------------------------------------------------------------------

    def users_list(self) -> Answer:
        """Everybody in the workspace: ``{"ok": True, "members": [user, …]}``."""
        pages = self.pages("users.list", limit=PAGE_SIZE)
        return {
            "ok": True,
            "members": [
                user for page in pages for user in answers.items(page, "members", "users.list")
            ],
        }

    def get_paginated_users(self, limit: int = 0, cursor: str | None = None) -> Answer:
        """One page of ``users.list``; ``limit`` 0 is 200."""
        return self.api_call("users.list", limit=limit or PAGE_SIZE, cursor=cursor or None)

    def get_user_id(self, name: str) -> str:
        """The id of the user whose handle is ``name``; SlackNotFound if there is none."""
        name = name.removeprefix("@")
        for page in self.pages("users.list", limit=PAGE_SIZE):
            for user in answers.items(page, "members", "users.list"):
                if user.get("name") == name:
                    return answers.text(user, "id", "users.list")
        raise SlackNotFound(f"User '{name}' not found")

    def get_user_profile(self, user_id: str | None) -> Profile | None:
        """``{"id", "name", "fullname", "email"}`` of a person, None without an id."""
        if not user_id:
            return None
        user = answers.user(self.api_call("users.info", user=user_id), "users.info")
        return answers.profile(user) | {"id": user_id}

    def get_user_profile_by_email(self, email: str | None) -> Profile | None:
        """The same, looked up by e-mail address."""
        if not email:
            return None
        answer = self.api_call("users.lookupByEmail", email=email)
        return answers.profile(answers.user(answer, "users.lookupByEmail")) | {"email": email}

    def get_slack_token_owner(self) -> str:
        """The id of the user to whom our token belongs."""
        return answers.text(self.api_call("auth.test"), "user_id", "auth.test")

    def get_usergroup_id(self, group_handle: str) -> str | None:
        """The id of a user group by its handle, None if there is none."""
        answer = self.api_call("usergroups.list")
        for group in answers.items(answer, "usergroups", "usergroups.list"):
            if group.get("handle") == group_handle:
                return cast("str", group.get("id"))
        return None

    def get_usergroup_users(self, group_id: str) -> list[str] | None:
        """The ids of a user group's members, None if there is no such group."""
        answer = self.api_call("usergroups.list", include_users=True)
        for group in answers.items(answer, "usergroups", "usergroups.list"):
            if group.get("id") == group_id:
                return answers.ids(group, "users", "usergroups.list") if group.get("users") else []
        return None

    # -- channels -----------------------------------------------------------------------

    def get_channel_name(self, id_: str) -> str | None:
        """A channel's present name, None if there is no such channel (for our token)."""
        try:
            answer = self.api_call("conversations.info", channel=id_)
        except SlackNotFound:
            return None
        return answers.text(answer, "channel.name", "conversations.info")

    def get_channel_id(self, name: str, auto_unarchive: bool = False) -> str:
        """The id of a public channel, or of a private one that we are in, by its name.

        Archived channels count only with ``auto_unarchive``, which opens the one found.
        SlackNotFound if there is none.
        """
        name = name.removeprefix("#")
        archived: str | None = None
        for channel in self._channels(exclude_archived=not auto_unarchive):
            if channel.get("name") != name:
                continue
            found = answers.text(channel, "id", "conversations.list")
            if not channel.get("is_archived"):
                return found
            archived = archived or (found if auto_unarchive else None)
        if archived is None:
            raise SlackNotFound(f"Channel '{name}' not found", "channel_not_found")
        self.unarchive_channel(archived)
        return archived

    def _channels(self, **wanted: Any) -> Iterator[Mapping[str, Any]]:
        """Every channel that our token may list."""
        for page in self.channel_pages(**wanted):
            yield from answers.items(page, "channels", "conversations.list")

    def channel_pages(self, **wanted: Any) -> Iterator[Answer]:
        """Answers of ``conversations.list``; tokens of 0.5.1 lack ``groups:read``."""
        both = "public_channel,private_channel"
        wanted["limit"] = CHANNEL_PAGE_SIZE
        try:
            yield from self.pages("conversations.list", types=both, **wanted)
            return
        except SlackPermanentError as refusal:
            if refusal.code != "missing_scope":
                raise
        yield from self.pages("conversations.list", types="public_channel", **wanted)

    def create_channel(self, name: str, is_private: bool = False) -> str:
        """Make a channel and return its id."""
        answer = self.api_call("conversations.create", name=name, is_private=is_private or None)
        return answers.text(answer, "channel.id", "conversations.create")

    def get_or_create_channel(self, channel_name: str, auto_unarchive: bool = False) -> str:
        """The id of a new channel, or of the one that has this name already."""
        try:
            return self.create_channel(channel_name)
        except SlackPermanentError as refusal:
            if refusal.code != "name_taken":
                raise
        return self.get_channel_id(channel_name, auto_unarchive)

    def rename_channel(self, channel_id: str, new_name: str) -> Answer:
        """Rename a channel to ``new_name`` as Slack writes it, "inc-" in front."""
        name = prefixed_channel_name(new_name)
        if not name:
            raise SlackPermanentError(
                f"'{new_name}' holds no letter or digit to name a channel with", "invalid_name"
            )
        return self.api_call("conversations.rename", channel=channel_id, name=name)

    def set_channel_topic(self, channel_id: str, channel_topic: str) -> Answer:
        """Set the topic, 250 characters at most."""
        return self.api_call("conversations.setTopic", channel=channel_id, topic=channel_topic)

    def unarchive_channel(self, channel_id: str) -> None:
        """Open an archived channel; Slack refuses that to bot tokens."""
        self.api_call("conversations.unarchive", channel=channel_id)

    def invite_user_to_channel(self, user_id: str, channel_id: str) -> Answer:
        """Invite one person; that they are in it already is success."""
        arguments = {"users": user_id, "channel": channel_id}
        return self.tolerant_call("conversations.invite", "already_in_channel", **arguments) or {
            "ok": True
        }

    def join_channel(self, channel_id: str) -> Answer:
        """Join a public channel."""
        return self.api_call("conversations.join", channel=channel_id)

    def leave_channel(self, channel_id: str) -> Answer:
        """Leave a channel."""
        return self.api_call("conversations.leave", channel=channel_id)

    # -- messages and modals ------------------------------------------------------------

    def send_message(
        self,
        channel_id: str,
        text: str,
        attachments: Sequence[Mapping[str, Any]] | None = None,
        thread_ts: str | None = None,
    ) -> Answer:
        """Post ``text`` (mrkdwn) to a channel, a thread of it, or a person by their id."""
        return self.api_call(
            "chat.postMessage",
            channel=channel_id,
            text=text,
            attachments=attachments,
            thread_ts=thread_ts,
        )

    def send_ephemeral_message(
        self,
        channel_id: str,
        user_id: str,
        text: str,
        attachments: Sequence[Mapping[str, Any]] | None = None,
    ) -> Answer:
        """Show ``text`` in a channel to one person only."""
        return self.api_call(
            "chat.postEphemeral",
            channel=channel_id,
            user=user_id,
            text=text,
            attachments=attachments,
        )

    def send_or_update_message_block(
        self,
        channel_id: str,
        blocks: Sequence[Mapping[str, Any]],
        fallback_text: str | None,
        ts: str | None = None,
    ) -> Answer:
        """Post blocks, or replace the message ``ts`` by them."""
        return self.api_call(
            "chat.update" if ts else "chat.postMessage",
            channel=channel_id,
            text=fallback_text,
            blocks=blocks,
            ts=ts or None,
        )

    def add_reaction(self, reaction: str, channel_id: str, thread_ts: str) -> Answer | None:
        """React to a message; that we have already is success (None)."""
        arguments = {"name": reaction, "channel": channel_id, "timestamp": thread_ts}
        return self.tolerant_call("reactions.add", "already_reacted", **arguments)

    def remove_reaction(self, reaction: str, channel_id: str, thread_ts: str) -> Answer | None:
        """Take a reaction back; that there is none is success (None)."""
        arguments = {"name": reaction, "channel": channel_id, "timestamp": thread_ts}
        return self.tolerant_call("reactions.remove", "no_reaction", **arguments)

    def dialog_open(self, dialog: Mapping[str, Any], trigger_id: str) -> Answer:
        """Open the modal that says what ``dialog`` says (see ``dialog_builder.to_view``)."""
        # At call time: dialog_builder itself sends through this module.
        from response.slack.dialog_builder import to_view

        return self.api_call("views.open", trigger_id=trigger_id, view=to_view(dialog))


def get_client() -> SlackClient:
    """The host's ``SLACK_CLIENT``, else one made of ``SLACK_TOKEN`` and ``SLACK_API_URL``."""
    from response.conf import conf

    return conf.slack_client or _shared_client(conf.slack_token, conf.slack_api_url)


@lru_cache(maxsize=8)
def _shared_client(token: str, base_url: str) -> SlackClient:
    return SlackClient(token, base_url=base_url)
