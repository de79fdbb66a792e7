"""A story: people in a sandbox workspace, our app behind real signed HTTP, and the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import time_machine
from django.utils import timezone

from response.core.models import Incident
from response.sandbox import faults
from response.sandbox.driver import Person
from response.sandbox.models import Message
from response.sandbox.workspace import Workspace
from response.slack import drain, tick
from response.slack.models import CommsChannel
from response.slack.pace import Unpaced
from response.slack.sender import Sender

Faults = Callable[..., Any]


class Story:
    """What a scenario tells with.

    Nothing happens by itself: ``settle()`` delivers Slack's events and works both boxes off
    until there is nothing left to do at this moment; ``forward()`` moves the clock.
    """

    def __init__(self, workspace: Workspace, traveller: time_machine.Coordinates) -> None:
        self.workspace = workspace
        self._traveller = traveller
        self.ana, self.bob, self.chidi, self.dana, self.eve = (
            Person(workspace, name) for name in ("ana", "bob", "chidi", "dana", "eve")
        )

    # -- time -----------------------------------------------------------------------------

    def forward(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        """Let time pass; nothing is worked off meanwhile."""
        self._traveller.shift(seconds + 60 * minutes + 3600 * hours)

    def settle(self) -> None:
        """Deliver and work off all that is due now."""
        while self.workspace.deliver() + self.work():
            pass

    def work(self) -> int:
        """Work both boxes off; how many calls Slack got."""
        before = len(self.workspace.calls())
        drain.drain_once(outgoing=Sender(pace=Unpaced()))
        return len(self.workspace.calls()) - before

    def tick(self) -> None:
        """The minute tick."""
        tick.tick(timezone.now())
        self.settle()

    def pass_minutes(self, minutes: int) -> None:
        """Minutes pass, each with its tick."""
        for _ in range(minutes):
            self.forward(minutes=1)
            self.tick()

    # -- faults ---------------------------------------------------------------------------

    def fault(self, **changes: Any) -> None:
        """Switch faults of the sandbox on; see ``response.sandbox.faults``."""
        faults.update(**changes)

    def heal(self) -> None:
        """Everything works again."""
        faults.reset()

    # -- what is there ----------------------------------------------------------------------

    def declares(
        self, person: Person, title: str = "The database is down", **fields: Any
    ) -> Incident:
        """Somebody types ``/incident`` and submits the modal."""
        person.command("/incident", title, "general")
        result = person.submits(fields)
        assert not result.errors, result.errors
        self.settle()
        return Incident.objects.latest("pk")

    def headline(self, incident: Incident) -> Message:
        """The incident's headline post as Slack shows it."""
        post = incident.headlinepost_set.get(superseded=False)
        return next(
            message
            for message in self.workspace.messages(post.channel_id)
            if message.ts == post.message_ts
        )

    def opens_channel(self, person: Person, incident: Incident) -> CommsChannel:
        """Somebody presses Create Comms Channel; the channel that comes of it."""
        person.clicks(self.headline(incident), "create-comms-channel-button")
        self.settle()
        return CommsChannel.objects.get(incident=incident)

    def says(self, person: Person, channel: CommsChannel, text: str) -> Message:
        """Somebody says something in the comms channel, and it is dealt with."""
        message = person.says(channel.channel_name, text)
        self.settle()
        return message

    def reactions(self, message: Message) -> list[str]:
        """Names of the reactions on a message."""
        message.refresh_from_db()
        return [reaction.name for reaction in message.reactions.all()]

    def texts(self, channel: str) -> list[str]:
        """What stands in a channel, oldest first."""
        return [message.text for message in self.workspace.messages(channel)]

    def bot_says(self, channel: str) -> list[str]:
        """What the bot said in a channel, oldest first."""
        bot = self.workspace.bot.id
        return [
            message.text
            for message in self.workspace.messages(channel)
            if message.user_id == bot and not message.subtype
        ]

    def methods(self) -> list[str]:
        """Web API methods that Slack was called with so far, in order."""
        return [call.method for call in self.workspace.calls()]


def said(message: Message) -> str:
    """All that a message shows: its text and its blocks' texts, one a line."""
    return "\n".join([message.text, *_texts(message.blocks)])


def _texts(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [found for value in node.values() for found in _texts(value)]
    if isinstance(node, list):
        return [found for item in node for found in _texts(item)]
    return []
