"""Blocks of messages, as small classes with 0.5.1's names.

``serialize()`` gives Slack's JSON, its texts cut to Slack's limits. What a cut would change
the meaning of (a value, an id) is a ``ValueError`` instead.
https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from response.slack import limits
from response.slack.client import get_client

Json = dict[str, Any]


class Serializable(Protocol):
    """Anything that knows its Slack JSON: a block or an element."""

    def serialize(self) -> Json:
        """The JSON that Slack takes."""


class Text:
    """A text object; ``mrkdwn`` in wire form, or ``plain_text``.

    With a ``title`` the text follows it on a line of its own; ``add_new_line`` puts an empty
    line below. ``verbatim`` keeps Slack from making mentions and links of the bare text.
    """

    def __init__(
        self,
        text: str,
        title: str | None = None,
        text_type: str = "mrkdwn",
        add_new_line: bool = False,
        verbatim: bool = False,
    ) -> None:
        self.text = text
        self.title = title
        self.text_type = text_type
        self.add_new_line = add_new_line
        self.verbatim = verbatim

    def serialize(self, limit: int = limits.SECTION_TEXT) -> Json:
        """Slack's JSON, ``limit`` characters at most."""
        written = str(self.text)
        if self.title:
            below = f"{written}\n\u00a0" if self.add_new_line else written
            written = f"*{self.title}*\n{below}"
        if self.text_type == "plain_text":
            return plain_text(written, limit)
        mrkdwn: Json = {"type": self.text_type, "text": limits.cut_mrkdwn(written, limit)}
        return mrkdwn | {"verbatim": True} if self.verbatim else mrkdwn


def plain_text(written: str, limit: int) -> Json:
    """A ``plain_text`` object in which ``:fire:`` is an emoji."""
    return {"type": "plain_text", "text": limits.cut_plain(written, limit), "emoji": True}


class Block:
    """What a message consists of."""

    def __init__(self, block_id: str | None = None) -> None:
        self.block_id = block_id

    def serialize(self) -> Json:
        """The JSON that Slack takes."""
        raise NotImplementedError

    def _block(self, kind: str) -> Json:
        block: Json = {"type": kind}
        if self.block_id:
            block["block_id"] = identifier("block_id", self.block_id)
        return block


class Section(Block):
    """Text, up to ten fields beside each other, or both, and an element beside them."""

    def __init__(
        self,
        block_id: str | None = None,
        text: Text | None = None,
        accessory: Serializable | None = None,
        fields: Sequence[Text] | None = None,
    ) -> None:
        super().__init__(block_id)
        self.text = text
        self.accessory = accessory
        self.fields = fields

    def add_field(self, field: Text) -> None:
        """Add one field."""
        self.fields = [*(self.fields or ()), field]

    def serialize(self) -> Json:
        """Raises ``ValueError`` without text and fields."""
        if not (self.text or self.fields):
            raise ValueError("A Section needs a text or fields")
        block = self._block("section")
        if self.text:
            block["text"] = self.text.serialize()
        if self.fields:
            shown = self.fields[: limits.SECTION_FIELDS]
            block["fields"] = [field.serialize(limits.FIELD_TEXT) for field in shown]
        if self.accessory:
            block["accessory"] = self.accessory.serialize()
        return block


class Context(Block):
    """Small print: texts below what they belong to."""

    def __init__(self, texts: Sequence[Text], block_id: str | None = None) -> None:
        super().__init__(block_id)
        self.texts = texts

    def serialize(self) -> Json:
        """The JSON that Slack takes."""
        shown = self.texts[: limits.CONTEXT_ELEMENTS]
        return self._block("context") | {"elements": [text.serialize() for text in shown]}


class Actions(Block):
    """A row of up to 25 buttons and selects."""

    def __init__(
        self, block_id: str | None = None, elements: Sequence[Serializable] | None = None
    ) -> None:
        super().__init__(block_id)
        self.elements = elements

    def add_element(self, element: Serializable) -> None:
        """Add one element."""
        self.elements = [*(self.elements or ()), element]

    def serialize(self) -> Json:
        """Raises ``ValueError`` without elements."""
        if not self.elements:
            raise ValueError("Actions need at least one element")
        shown = self.elements[: limits.ACTIONS_ELEMENTS]
        return self._block("actions") | {"elements": [element.serialize() for element in shown]}


class Divider(Block):
    """A line."""

    def serialize(self) -> Json:
        """The JSON that Slack takes."""
        return self._block("divider")


class Confirm:
    """What Slack asks before it sends the click."""

    def __init__(self, title: str, text: str, confirm: str, deny: str) -> None:
        self.title = title
        self.text = text
        self.confirm = confirm
        self.deny = deny

    def serialize(self) -> Json:
        """The JSON that Slack takes."""
        return {
            "title": plain_text(self.title, limits.CONFIRM_TITLE),
            "text": Text(self.text).serialize(limits.CONFIRM_TEXT),
            "confirm": plain_text(self.confirm, limits.CONFIRM_BUTTON),
            "deny": plain_text(self.deny, limits.CONFIRM_BUTTON),
        }


class Button:
    """A button; ``value`` (sent as a string) comes back with the click.

    ``style`` is "primary", "danger" or None; ``label`` is what a screen reader says instead
    of the text.
    """

    def __init__(
        self,
        text: str,
        action_id: str,
        value: object = None,
        confirm: Confirm | None = None,
        style: str | None = None,
        label: str | None = None,
    ) -> None:
        self.text = Text(text=text, text_type="plain_text")
        self.action_id = action_id
        self.value = value
        self.confirm = confirm
        self.style = style
        self.label = label

    def serialize(self) -> Json:
        """Raises ``ValueError`` for a value or an id that is too long."""
        button: Json = {
            "type": "button",
            "text": self.text.serialize(limits.BUTTON_TEXT),
            "action_id": identifier("action_id", self.action_id),
        }
        if self.value not in (None, ""):
            button["value"] = whole("A button's value", str(self.value), limits.BUTTON_VALUE)
        if self.confirm:
            button["confirm"] = self.confirm.serialize()
        if self.style:
            button["style"] = self.style
        if self.label:
            button["accessibility_label"] = limits.cut_plain(self.label, limits.BUTTON_TEXT)
        return button


class StaticSelectOption:
    """One choice of a ``StaticSelect``."""

    def __init__(self, text: str, value: object) -> None:
        self.text = text
        self.value = value

    def serialize(self) -> Json:
        """Raises ``ValueError`` for a value that is too long."""
        return {
            "text": plain_text(self.text, limits.OPTION_TEXT),
            "value": whole("An option's value", str(self.value), limits.OPTION_VALUE),
        }


class StaticSelect:
    """A menu; ``initial_value`` is the value of the option that is chosen at first."""

    def __init__(
        self,
        options: Sequence[StaticSelectOption],
        action_id: str,
        placeholder_text: str | None = None,
        initial_value: object = None,
    ) -> None:
        self.options = options
        self.action_id = action_id
        self.placeholder_text = placeholder_text
        self.initial_value = initial_value

    def serialize(self) -> Json:
        """Raises ``ValueError`` without options."""
        if not self.options:
            raise ValueError("A StaticSelect needs at least one option")
        options = [option.serialize() for option in self.options[: limits.OPTIONS]]
        select: Json = {
            "type": "static_select",
            "action_id": identifier("action_id", self.action_id),
            "options": options,
        }
        if self.placeholder_text:
            select["placeholder"] = plain_text(self.placeholder_text, limits.PLACEHOLDER)
        if self.initial_value is not None:
            chosen = [option for option in options if option["value"] == str(self.initial_value)]
            select |= {"initial_option": chosen[0]} if chosen else {}
        return select


class Message:
    """Blocks, and the text that stands for them in notifications."""

    def __init__(self) -> None:
        self.fallback_text: str | None = None
        self.blocks: list[Serializable] = []

    def set_fallback_text(self, text: str) -> None:
        """Set what notifications and screen readers say."""
        self.fallback_text = text

    def add_block(self, block: Serializable) -> None:
        """Add one block below the others."""
        self.blocks.append(block)

    def serialize(self) -> list[Json]:
        """The blocks as Slack takes them, 50 at most."""
        return [block.serialize() for block in self.blocks[: limits.MESSAGE_BLOCKS]]

    def send(self, channel: str, ts: str | None = None) -> Json:
        """Post to ``channel`` at once, or replace the message ``ts``; Slack's answer."""
        return get_client().send_or_update_message_block(
            channel, blocks=self.serialize(), fallback_text=self.fallback_text, ts=ts
        )


def identifier(name: str, value: str) -> str:
    """An id of at most 255 characters; cut it would be another."""
    return whole(f"'{name}'", value, limits.IDENTIFIER)


def whole(what: str, value: str, limit: int) -> str:
    """``value``, or ``ValueError`` where it is longer than ``limit``."""
    if len(value) > limit:
        raise ValueError(
            f"{what} may have {limit} characters, this one has {len(value)}: send the key of "
            "what it should say instead, and look that up in the handler."
        )
    return value
