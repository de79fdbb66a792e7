"""People of the workspace, for tests that tell stories.

    ana = Person(workspace, "ana")
    ana.command("/incident", "the database is down", channel="incidents")
    ana.submits({"title": "The database is down", "severity": "1"})
    workspace.deliver()

They act through the same functions as the page, so they can do what a person can, and no
more. Commands, clicks and submissions reach the app at once; events when
``workspace.deliver()`` is called, or by themselves with ``RESPONSE_SANDBOX_DELIVER = "thread"``.
A refusal raises ``ApiError`` with Slack's code in ``.code``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.sandbox import (
    block_kit,
    channels,
    inputs,
    interactions,
    messages,
    modals,
    pins,
    submissions,
)
from response.sandbox.models import Channel, Message, User, View
from response.sandbox.submissions import Submission
from response.sandbox.workspace import Workspace

Object = dict[str, Any]
# What a test says of a message: the row itself, or its ts in the channel that it names.
Place = Message | tuple[str, str]


class Person:
    """One member, by id, name or display name."""

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.workspace = workspace
        self.id = workspace.user(name).id

    @property
    def user(self) -> User:
        return User.objects.get(id=self.id)

    @property
    def mention(self) -> str:
        """What others' text holds after they typed ``@`` and this name."""
        return f"<@{self.id}>"

    # -- messages -------------------------------------------------------------------------

    def says(self, channel: str, text: str, *, thread_ts: str = "") -> Message:
        """Type into a channel, ``@incident`` and all."""
        return messages.say(self.user, self._channel(channel), text, thread_ts)

    def edits(self, message: Place, text: str) -> Message:
        return messages.edit(self.user, self._message(message), text)

    def deletes(self, message: Place) -> None:
        messages.delete(self.user, self._message(message))

    def pins(self, message: Place) -> None:
        pins.pin(self.user, self._message(message))

    def unpins(self, message: Place) -> None:
        pins.unpin(self.user, self._message(message))

    def reacts(self, message: Place, name: str) -> None:
        pins.react(self.user, self._message(message), name)

    def unreacts(self, message: Place, name: str) -> None:
        pins.unreact(self.user, self._message(message), name)

    # -- channels -------------------------------------------------------------------------

    def creates_channel(self, name: str, *, is_private: bool = False) -> Channel:
        return channels.create(self.user, name, is_private=is_private)

    def joins(self, channel: str) -> None:
        channels.join(self.user, self._channel(channel))

    def leaves(self, channel: str) -> None:
        channels.leave(self.user, self._channel(channel))

    def removes(self, channel: str, name: str) -> None:
        """Put somebody out of a channel."""
        channels.remove(self.user, self._channel(channel), self.workspace.user(name))

    def invites(self, channel: str, *names: str) -> None:
        ids = [self.workspace.user(name).id for name in names]
        channels.invite(self.user, self._channel(channel), ids)

    def sets_topic(self, channel: str, topic: str) -> None:
        channels.set_topic(self.user, self._channel(channel), topic)

    def renames(self, channel: str, name: str) -> None:
        channels.rename(self.user, self._channel(channel), name)

    def archives(self, channel: str) -> None:
        channels.archive(self.user, self._channel(channel))

    def unarchives(self, channel: str) -> None:
        channels.unarchive(self.user, self._channel(channel))

    # -- the app --------------------------------------------------------------------------

    def command(self, command: str, text: str = "", channel: str = "general") -> Message | None:
        """Type a slash command; the message that the app answers with, if any."""
        return interactions.run_command(self.user, self._channel(channel), command, text)

    def clicks(self, message: Place, action_id: str) -> None:
        """Press the button with this ``action_id``; a confirmation is confirmed."""
        self.uses(message, action_id)

    def chooses(self, message: Place, action_id: str, value: Any) -> None:
        """Choose in a select, an overflow menu, radio buttons, ... of a message."""
        self.uses(message, action_id, value)

    def uses(self, message: Place, action_id: str, value: Any = None) -> None:
        row = self._message(message)
        block, element = _by_action_id(row.blocks, action_id)
        interactions.use_in_message(self.user, row, _given(block, element, value))

    def uses_shortcut(self, callback_id: str) -> None:
        interactions.use_shortcut(self.user, callback_id)

    def uses_message_shortcut(self, message: Place, callback_id: str) -> None:
        interactions.use_message_shortcut(self.user, self._message(message), callback_id)

    # -- modals ---------------------------------------------------------------------------

    @property
    def modal(self) -> View | None:
        """What is open in front of this person."""
        return modals.top(self.user)

    def opens(self, *, callback_id: str = "") -> View:
        """The modal that must be open now, as an assertion."""
        view = self.modal
        if view is None:
            raise AssertionError(f"No modal is open in front of {self.user}.")
        found = view.definition.get("callback_id", "")
        if callback_id and found != callback_id:
            raise AssertionError(f"The modal {found!r} is open, and not {callback_id!r}.")
        return view

    def submits(
        self, values: Mapping[str, Any] | None = None, view: View | None = None
    ) -> Submission:
        """Press Submit after entering ``{block_id: value}``; the rest stays as it was preset.

        A value is a text, an option's value, a user's id or name, a list of those, or
        ``None`` to empty the field.
        """
        view = view or self.opens()
        entered = self._entered(view, values or {})
        return submissions.submit(self.user, view.id, entered)

    def clicks_in_modal(self, action_id: str, value: Any = None) -> None:
        """Use an element of the modal that is open."""
        view = self.opens()
        block, element = _by_action_id(view.definition["blocks"], action_id)
        interactions.use_in_view(self.user, view, _given(block, element, value))

    def cancels(self, *, everything: bool = False) -> None:
        """Press Cancel, or the X for the whole stack."""
        submissions.cancel(self.user, self.opens().id, everything=everything)

    def preset(self, block_id: str) -> Any:
        """What the open modal's field holds before anything is entered."""
        view = self.opens()
        state = inputs.full_state(view.definition["blocks"], view.values)[block_id]
        entry = next(iter(state.values()))
        value = entry[inputs.STATEFUL[entry["type"]][0]]
        return value["value"] if isinstance(value, dict) and "value" in value else value

    # -- what this person sees ------------------------------------------------------------

    def sees(self, channel: str) -> list[Message]:
        """The messages of a channel, with those that only this person sees, oldest first."""
        everyone = self.workspace.messages(channel)
        alone = self.workspace.messages(channel, ephemeral_to=self.id)
        return sorted([*everyone, *alone], key=lambda row: row.ts)

    def ephemerals(self, channel: str) -> list[Message]:
        return self.workspace.messages(channel, ephemeral_to=self.id)

    def direct_messages(self) -> list[Message]:
        """Between this person and the bot."""
        return self.workspace.direct_messages(self.id)

    # -- below ----------------------------------------------------------------------------

    def _channel(self, name: str) -> Channel:
        return channels.find(self.workspace.channel(name).id, self.user)

    def _message(self, place: Place) -> Message:
        """As it is now: an app may have changed it since the test took hold of it."""
        if isinstance(place, Message):
            return Message.objects.select_related("channel").get(pk=place.pk)
        channel, ts = place
        return messages.find(self._channel(channel), ts)

    def _entered(self, view: View, values: Mapping[str, Any]) -> Object:
        entered: Object = inputs.full_state(view.definition["blocks"], view.values)
        blocks = {block["block_id"]: block for block in view.definition["blocks"]}
        for block_id, value in values.items():
            if block_id not in blocks:
                raise LookupError(f"No {block_id!r} in the modal; there are {sorted(blocks)}.")
            for element in block_kit.elements_of(blocks[block_id]):
                given = _value(element, self._named(element, value))
                entered.setdefault(block_id, {})[element["action_id"]] = given
        return entered

    def _named(self, element: Object, value: Any) -> Any:
        """People by their names."""
        if element["type"] == "users_select" and value:
            return self.workspace.user(value).id
        return value


def _by_action_id(blocks: list[Object], action_id: str) -> tuple[Object, Object]:
    seen = []
    for block in blocks:
        for element in block_kit.elements_of(block):
            if element["action_id"] == action_id:
                return block, element
            seen.append(element["action_id"])
    raise LookupError(f"There is no {action_id!r} here; there are {seen}.")


def _given(block: Object, element: Object, value: Any) -> Object:
    ids = {"block_id": block["block_id"], "action_id": element["action_id"]}
    if element["type"] == "overflow":
        return {**ids, "selected_option": {"value": value}}
    return {**ids, **_value(element, value)}


def _value(element: Object, value: Any) -> Object:
    kind = element["type"]
    if kind not in inputs.STATEFUL:
        return {"type": kind}
    member = inputs.STATEFUL[kind][0]
    if member == "selected_option" and value is not None:
        value = {"value": str(value)}
    if member == "selected_options":
        value = [{"value": str(one)} for one in value or ()]
    return {"type": kind, member: value}
