"""What a test sees of the workspace: frozen values, each as it was when it was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from response.sandbox import block_kit, inputs
from response.sandbox.models import Message, View

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Post:
    """A message. ``text`` and ``blocks`` are as Slack got them, in its wire form.

    ``only_for`` is the id of the one person who sees it, empty for everybody.
    """

    channel_id: str
    ts: str
    thread_ts: str
    user_id: str
    text: str
    blocks: Sequence[Json]
    reactions: tuple[str, ...]
    only_for: str

    @property
    def shown(self) -> str:
        """All that it says: its text, then the texts in its blocks, one a line."""
        return "\n".join([self.text, *_texts(self.blocks)])

    @property
    def action_ids(self) -> tuple[str, ...]:
        """Of its buttons, selects, …, in their order."""
        elements = [one for block in self.blocks for one in block_kit.elements_of(dict(block))]
        return tuple(element["action_id"] for element in elements)


@dataclass(frozen=True, kw_only=True)
class Modal:
    """A modal in front of somebody; ``values`` is ``{block_id: what the field holds}``."""

    callback_id: str
    title: str
    values: Json
    private_metadata: str
    definition: Json


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """A call of the Web API, with Slack's answer."""

    method: str
    arguments: Json
    answer: Json


def see_message(row: Message) -> Post:
    """The message as it is now."""
    row.refresh_from_db()
    return Post(
        channel_id=row.channel_id,
        ts=row.ts,
        thread_ts=row.thread_ts,
        user_id=row.user_id,
        text=row.text,
        blocks=tuple(row.blocks),
        reactions=tuple(reaction.name for reaction in row.reactions.all()),
        only_for=row.only_for_id or "",
    )


def see_view(view: View) -> Modal:
    """The modal as it is now."""
    state = inputs.full_state(view.definition["blocks"], view.values)
    return Modal(
        callback_id=view.definition.get("callback_id", ""),
        title=view.definition["title"]["text"],
        values={block_id: _held(entry) for block_id, entry in state.items()},
        private_metadata=view.definition.get("private_metadata", ""),
        definition=view.definition,
    )


def _held(entry: Mapping[str, Any]) -> Any:
    element = next(iter(entry.values()))
    value = element[inputs.STATEFUL[element["type"]][0]]
    return value["value"] if isinstance(value, dict) and "value" in value else value


def _texts(node: Any) -> list[str]:
    if isinstance(node, Mapping):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [found for value in node.values() for found in _texts(value)]
    if isinstance(node, (list, tuple)):
        return [found for item in node for found in _texts(item)]
    return []
