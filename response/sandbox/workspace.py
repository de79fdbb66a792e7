"""The workspace as a whole: made, emptied, looked into; the way in for tests."""

from __future__ import annotations

from typing import Any

from response.sandbox import (
    channels,
    deliveries,
    faults,
    messages,
    modals,
    pins,
    state,
    triggers,
)
from response.sandbox import seed as seeding
from response.sandbox.models import (
    ApiCall,
    Channel,
    Delivery,
    Message,
    Team,
    Trigger,
    User,
    View,
)


class Workspace:
    """State and Slack's rules. Every instance is the same workspace: it is in the database."""

    faults = faults

    # -- making it ------------------------------------------------------------------------

    def seed(self) -> Workspace:
        """Make what a new workspace has, if it is not there. May be repeated."""
        seeding.seed()
        return self

    def reset(self) -> Workspace:
        """Forget everything and begin again."""
        seeding.reset()
        return self

    # -- looking --------------------------------------------------------------------------

    @property
    def team(self) -> Team:
        return state.team()

    @property
    def bot(self) -> User:
        return User.objects.get(id=self.team.bot_user_id)

    def user(self, name: str) -> User:
        """By id, name or display name."""
        for member in ("id", "name", "display_name"):
            found = User.objects.filter(**{member: name}).first()
            if found is not None:
                return found
        raise LookupError(f"There is no {name!r} in the sandbox.")

    def channel(self, name: str) -> Channel:
        """By id or name, with or without ``#``."""
        name = name.removeprefix("#")
        found = Channel.objects.filter(id=name).first()
        found = found or Channel.objects.filter(name=name, is_im=False).first()
        if found is None:
            names = ", ".join(f"#{one.name}" for one in self.channels())
            raise LookupError(f"There is no channel {name!r} in the sandbox; there are {names}.")
        return found

    def channels(self) -> list[Channel]:
        """All but direct messages."""
        return list(Channel.objects.filter(is_im=False))

    def dm(self, name: str) -> Channel:
        """The direct messages of the bot and this person; opened if they are not."""
        return channels.open_dm(self.bot, self.user(name))[0]

    def messages(self, channel: str, *, ephemeral_to: str = "") -> list[Message]:
        """What everyone in the channel sees, oldest first; or what one person alone sees."""
        rows = self.channel(channel).messages.select_related("user")
        only_for = self.user(ephemeral_to) if ephemeral_to else None
        return list(rows.filter(only_for=only_for))

    def direct_messages(self, name: str) -> list[Message]:
        return list(self.dm(name).messages.all())

    def modal(self, name: str) -> View | None:
        """What is open in front of this person."""
        return modals.top(self.user(name))

    def calls(self, method: str = "") -> list[ApiCall]:
        """The app's Web API calls, oldest first."""
        rows = ApiCall.objects.all()
        return list(rows.filter(method=method) if method else rows)

    def deliveries(self, **filters: Any) -> list[Delivery]:
        """What was or will be sent to the app, oldest first."""
        return list(Delivery.objects.filter(**filters))

    # -- acting ---------------------------------------------------------------------------

    def deliver(self, now: float | None = None) -> int:
        """Send the events that are due; how many requests that were. For ``manual``."""
        return deliveries.deliver_due(now)

    def verify_url(self) -> bool:
        """Save the app's URL of events, as its owner does at Slack."""
        return deliveries.verify_url()

    def post_message(self, channel: str, text: str, **content: Any) -> Message:
        """The bot posts, past the Web API: for setting a scene."""
        return messages.post_as_app(self.channel(channel), text=text, **content)

    def pin(self, user: str, channel: str, ts: str) -> None:
        pins.pin(self.user(user), messages.find(self.channel(channel), ts))

    def react(self, user: str, channel: str, ts: str, name: str) -> None:
        pins.react(self.user(user), messages.find(self.channel(channel), ts), name)

    def open_modal(self, user: str, definition: dict[str, Any]) -> View:
        return modals.open_view(self.trigger(user).id, definition)

    def trigger(self, user: str) -> Trigger:
        """A fresh ``trigger_id`` of this person."""
        return Trigger.objects.get(id=triggers.issue(self.user(user)))

    def add_user(self, name: str, **fields: Any) -> User:
        """A new member; the app hears ``team_join``."""
        return seeding.add_user(name, **fields)

    def change_user(self, name: str, **fields: Any) -> User:
        """Another name, or deactivated; the app hears ``user_change``."""
        return seeding.change_user(self.user(name), **fields)
