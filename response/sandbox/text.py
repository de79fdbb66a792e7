"""Text as Slack keeps it: what a person types, and what an app posts, in wire form.

Wire form has ``&``, ``<`` and ``>`` as entities, and references in angle brackets.
"""

from __future__ import annotations

import re
from typing import Any

from response.sandbox import emoji
from response.sandbox.models import Channel, User, UserGroup

_URL = r"https?://[^\s<>|\"`]*[^\s<>|\"`.,;:!?)\]}'*_~]"
_TYPED = re.compile(
    rf"(?P<code>```.*?```|`[^`\n]+`)|(?P<url>{_URL})|(?P<sign>(?<![\w@#])[@#])", re.DOTALL
)
_TOKEN = re.compile(r"<(?:[@#!][^<>\s][^<>]*|(?:https?|mailto|tel):[^<>\s][^<>]*)>")
_SPECIAL = {"channel": "<!channel>", "here": "<!here>", "everyone": "<!everyone>"}


def escape(text: str) -> str:
    """The three characters that are markup to Slack."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def from_typed(typed: str) -> str:
    """What a person typed: known ``@name`` and ``#channel`` and URLs become references."""
    return _Typed(typed).wire()


def from_app(text: str, *, plain: bool = False) -> str:
    """What an app sent, as Slack stores it: ``&`` and brackets that are no markup, escaped.

    Entities and, unless ``plain``, references stay as they are.
    """
    parts = []
    position = 0
    for token in () if plain else _TOKEN.finditer(text):
        parts += [_escape_bare(text[position : token.start()]), token.group()]
        position = token.end()
    parts.append(_escape_bare(text[position:]))
    return "".join(parts)


def mentions(wire: str, user_id: str) -> bool:
    return re.search(rf"<@{re.escape(user_id)}(\|[^>]*)?>", wire) is not None


def rich_text(wire: str, block_id: str) -> dict[str, Any]:
    """The ``rich_text`` block that accompanies a person's message."""
    elements: list[dict[str, Any]] = []
    position = 0
    for token in _TOKEN.finditer(wire):
        elements += _text_element(wire[position : token.start()])
        elements.append(_reference_element(token.group()[1:-1]))
        position = token.end()
    elements += _text_element(wire[position:])
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


class _Typed:
    """One conversion: the names that may be meant are read once."""

    def __init__(self, typed: str) -> None:
        self.typed = typed
        self.people = _by_length(_people_references()) if "@" in typed else []
        self.channels = _by_length(_channel_references()) if "#" in typed else []

    def wire(self) -> str:
        parts = []
        position = 0
        while (match := _TYPED.search(self.typed, position)) is not None:
            parts.append(_plain(self.typed[position : match.start()]))
            wire, position = self._special(match)
            parts.append(wire)
        parts.append(_plain(self.typed[position:]))
        return "".join(parts)

    def _special(self, match: re.Match[str]) -> tuple[str, int]:
        """The wire form of what matched, and where the text goes on."""
        if match["code"]:
            return escape(match["code"]), match.end()
        if match["url"]:
            return f"<{escape(match['url'])}>", match.end()
        rest = self.typed[match.end() :]
        for name, reference in self.people if match["sign"] == "@" else self.channels:
            if rest[: len(name)].lower() == name and not re.match(r"\w", rest[len(name) :]):
                return reference, match.end() + len(name)
        return match["sign"], match.end()


def _people_references() -> dict[str, str]:
    references = dict(_SPECIAL)
    for group in UserGroup.objects.all():
        references[group.handle.lower()] = f"<!subteam^{group.id}>"
    for user in User.objects.filter(deleted=False):
        for name in (user.name, user.real_name, user.display_name):
            if name:
                references[name.lower()] = f"<@{user.id}>"
    return references


def _channel_references() -> dict[str, str]:
    return {
        channel.name.lower(): f"<#{channel.id}|{'' if channel.is_private else channel.name}>"
        for channel in Channel.objects.filter(is_im=False)
    }


def _by_length(references: dict[str, str]) -> list[tuple[str, str]]:
    """Longest names first, so that "ana maria" is not cut down to "ana"."""
    return sorted(references.items(), key=lambda item: -len(item[0]))


def _plain(text: str) -> str:
    return emoji.to_short_names(escape(text))


def _escape_bare(text: str) -> str:
    escaped = re.sub(r"&(?!(?:amp|lt|gt);)", "&amp;", text)
    return escaped.replace("<", "&lt;").replace(">", "&gt;")


def _text_element(wire: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": unescape(wire)}] if wire else []


def _reference_element(token: str) -> dict[str, Any]:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link = {"type": "link", "url": unescape(target)}
    return {**link, "text": unescape(label)} if label else link
