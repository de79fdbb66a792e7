"""What people do: each story is an incident, and keeps what must have come of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from courier import Courier

from response.sandbox.driver import Person
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, Membership, Message
from response.sandbox.workspace import Workspace

INCIDENTS = "C0INCIDENTS"
DECLARE, EDIT = "incident-report-dialog", "incident-edit-dialog"


@dataclass
class Done:
    """What was acknowledged of one story."""

    title: str
    user_id: str
    channel_id: str = ""
    said: int = 0
    actions: list[str] = field(default_factory=list)
    # ts of what was pinned, and what it says since it was edited.
    pins: dict[str, str] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    impact: str = ""
    severity: str = ""
    closed: bool = False
    # Rounds of talk; and what was acknowledged, opened no modal, and so must have been explained.
    rounds: int = 0
    without_modal: int = 0


class Story:
    """One incident and the person who lives through it."""

    def __init__(self, number: int, workspace: Workspace, courier: Courier) -> None:
        self._workspace, self._courier = workspace, courier
        self._person = Person(workspace, f"person{number:03}")
        self.done = Done(title=f"Outage {number:03} of the experiment", user_id=self._person.id)

    @property
    def slug(self) -> str:
        return self.done.title.lower().replace(" ", "-")

    # -- the beginning ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Declare, open the channel, edit the incident in its modal."""
        insist = self._courier.insist
        view = insist(self._open_declare_modal, f"/incident {self.done.title}")
        insist(lambda: self._submit(view, {"lead": self._person.id, "severity": "2"}), "declare")
        insist(self._open_channel, f"a channel of {self.done.title}")
        self.done.channel_id = self._courier.until(self._channel, f"a channel {self.slug}")
        impact = f"All customers of {self.done.title}"
        view = insist(self._open_edit_modal, "edit")
        insist(lambda: self._submit(view, {"impact": impact}), "save")
        self.done.impact = impact

    def _open_declare_modal(self) -> Any:
        self._person.command("/incident", self.done.title)
        return self._modal(DECLARE)

    def _modal(self, callback_id: str) -> Any:
        """What was acknowledged has opened it, or told why not."""
        try:
            return self._person.opens(callback_id=callback_id)
        except AssertionError:
            self.done.without_modal += 1
            raise

    def _open_channel(self) -> None:
        """Press the button; it is gone where an earlier press, unanswered, was heard."""
        headline = self._headline()
        if not self._channel() and "create-comms-channel" in str(headline.blocks):
            self._person.clicks(headline, "create-comms-channel-button")

    def _open_edit_modal(self) -> Any:
        self._person.clicks(self._headline(), "edit-incident-button")
        return self._modal(EDIT)

    def _submit(self, view: Any, values: dict[str, Any]) -> None:
        """On the same modal, so that what is pressed twice is one submission."""
        if errors := self._person.submits(values, view).errors:
            raise ApiError("errors_in_modal", str(errors))

    def _headline(self) -> Message:
        posts = Message.objects.filter(channel_id=INCIDENTS, text__contains=self.done.title)
        # Of two, of which the first one's answer was lost, the app knows the last.
        post = posts.order_by("ts").last()
        if post is None:
            raise LookupError(f"no headline of {self.done.title}")
        return post

    def _channel(self) -> str:
        for channel in Channel.objects.filter(name__endswith=self.slug):
            if Membership.objects.filter(channel=channel, user_id=self._person.id).exists():
                return channel.id
        return ""

    # -- the middle -------------------------------------------------------------------------------

    def go_on(self) -> None:
        """Begin, if that is still to come; else talk."""
        if self.done.channel_id:
            self.talk()
        else:
            self.begin()

    def talk(self) -> None:
        """Say things, log an action, pin a message and edit it, ask how it stands."""
        self.done.rounds += 1
        channel = self.done.channel_id
        first = self._says(f"I look into it ({self.done.rounds}).")
        task = f"Task {self.done.rounds} of {self.done.title}"
        self._commands(f"@incident action {task}")
        self.done.actions.append(task)
        self._says("Error rate is down to 2 %.")
        self._person.pins(first)
        self._courier.deliver(channel)
        self.done.pins[first.ts] = f"It was the cache ({self.done.rounds})."
        self._person.edits(first, self.done.pins[first.ts])
        if self.done.rounds == 1:
            self._commands("@incident status")
            self._commands("@incident severity minor")
            self.done.severity = "3"
        self._courier.deliver(channel)

    def end(self) -> None:
        """Close it in the channel."""
        self._commands("@incident close")
        self._courier.deliver(self.done.channel_id)
        self.done.closed = True

    def _says(self, text: str) -> Message:
        message = self._person.says(self.done.channel_id, text)
        self.done.said += 1
        return message

    def _commands(self, text: str) -> None:
        self.done.commands.append(self._says(text).ts)
