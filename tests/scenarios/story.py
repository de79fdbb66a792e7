"""A story: people in a sandbox workspace, our app behind real signed HTTP, and the time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import time_machine
from django.db import connections
from django.forms import BaseForm
from django.utils import timezone

from response.core.models import Incident
from response.sandbox import events, faults, state
from response.sandbox.driver import Person
from response.sandbox.models import ApiCall, Message
from response.sandbox.workspace import Workspace
from response.slack import drain, tick
from response.slack.models import Call, CommsChannel, HandlerRun
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
        before = ApiCall.objects.count()
        drain.drain_once(outgoing=Sender(pace=Unpaced()))
        return ApiCall.objects.count() - before

    def tick(self) -> None:
        """The minute tick."""
        tick.tick(timezone.now())
        self.settle()

    def pass_minutes(self, minutes: int, *, every: int = 1) -> None:
        """Minutes pass with their ticks; ``every``: so many minutes between two of them."""
        for _ in range(minutes // every):
            self.forward(minutes=every)
            self.tick()

    def at_once(self, *acts: Callable[[], object]) -> None:
        """Several acts at the same time, each in a thread with connections of its own."""

        def alone(act: Callable[[], object]) -> None:
            try:
                act()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(acts)) as pool:
            for done in [pool.submit(alone, act) for act in acts]:
                done.result()

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

    def begins(self, title: str = "The database is down", **fields: Any) -> CommsChannel:
        """Ana declares an incident and opens its channel."""
        return self.opens_channel(self.ana, self.declares(self.ana, title, **fields))

    def says(self, person: Person, channel: CommsChannel, text: str) -> Message:
        """Somebody, joining first, says something in the channel, and it is dealt with."""
        self.joins(person, channel)
        message = person.says(channel.channel_id, text)
        self.settle()
        return message

    def joins(self, person: Person, channel: CommsChannel) -> None:
        """Somebody comes into the comms channel, unless they are there."""
        inside = self.workspace.channel(channel.channel_id).memberships.all()
        if person.id not in {membership.user_id for membership in inside}:
            person.joins(channel.channel_id)

    def hears(self, event: dict[str, Any], channel: CommsChannel) -> None:
        """Slack tells of something that nobody can do in the sandbox."""
        with state.change():
            events.emit(event, self.workspace.channel(channel.channel_id))
        self.settle()

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

    def answer(self, channel: CommsChannel) -> str:
        """The last thing that the bot said in a comms channel, all that it shows."""
        bot = self.workspace.bot.id
        messages = self.workspace.messages(channel.channel_id)
        return said([row for row in messages if row.user_id == bot and not row.subtype][-1])

    def told(self, person: Person) -> list[str]:
        """What the bot told a person privately, wherever: ephemerally and directly."""
        rows = Message.objects.filter(only_for=person.user).order_by("ts")
        directly = [row for row in person.direct_messages() if row.user_id != person.id]
        return [said(row) for row in [*rows, *directly]]

    def given_up(self) -> list[str]:
        """What was parked in either box, for an operator to see."""
        runs = HandlerRun.objects.filter(state=HandlerRun.State.PARKED)
        calls = Call.objects.filter(state=Call.State.PARKED)
        return [f"{row}: {row.error}" for row in [*runs, *calls]]

    def methods(self) -> list[str]:
        """Web API methods that Slack was called with so far, in order."""
        return [call.method for call in self.workspace.calls()]


def buttons(message: Message) -> list[str]:
    """Action ids of what can be used in a message, in their order."""
    message.refresh_from_db()
    return [element["action_id"] for element in _elements(message.blocks)]


def as_posted(form: BaseForm) -> dict[str, str]:
    """What a browser posts when nothing was changed in a form."""
    posted = {}
    for field in form:
        widget = field.field.widget
        values = getattr(widget, "decompress", lambda value: [value])(field.value())
        names = [field.html_name]
        if len(values) > 1:
            names = [f"{field.html_name}_{number}" for number in range(len(values))]
        posted |= {name: str(value) for name, value in zip(names, values, strict=True) if value}
    return posted


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


def _elements(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        own = [node] if "action_id" in node else []
        return own + [found for value in node.values() for found in _elements(value)]
    if isinstance(node, list):
        return [found for item in node for found in _elements(item)]
    return []
