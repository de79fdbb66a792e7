"""Text in and out: every conversion to and from Slack's wire form.

Stored text is Slack's own wire form: ``&``, ``<`` and ``>`` as ``&amp;``, ``&lt;`` and ``&gt;``,
no other entities, and references as tokens: ``<@U1>``, ``<#C1|name>``, ``<https://x.test|label>``.
What a person typed reads the same everywhere and is never markup. Characters that
only look like wire form (rows of 0.5.1 have such) are literal.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import emoji
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from response import markdown

Names = Mapping[str, str]

_LABEL = r"(?:\|[^<>\n]*)?"
_REFERENCE = (
    rf"@[UW][A-Z0-9]+{_LABEL}|#[CGD][A-Z0-9]+{_LABEL}"
    rf"|(?:https?://|mailto:|tel:)[^<>|\s]+{_LABEL}"
)
_TOKEN = rf"<(?:{_REFERENCE}|![a-z][^<>\n]*)>"
_PIECE = re.compile(
    rf"(?P<token>{_TOKEN})|(?P<entity>&(?:amp|lt|gt);)|(?P<literal>[<>&])|(?P<plain>[^<>&]+)"
)
# `<!channel>` is no reference: whoever types it means these characters, and pings nobody.
_EDITED_PIECE = re.compile(rf"(?P<token><(?:{_REFERENCE})>)|(?P<plain>[^<]+|<)")
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CHARACTERS = {entity: character for character, entity in _ENTITIES.items()}
# Neither can be stored: PostgreSQL refuses NUL, and UTF-8 has no lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_USER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>\n]*)?>")
_EMOJI = re.compile(r":([a-z0-9_+'-]+):(?::skin-tone-([2-6]):)?")
_INLINE = re.compile(
    # A URL that is no part of a Markdown link, without the punctuation after it; an emoji.
    r"""(?P<url>(?<!\]\()(?<!\]:\s)https?://[^\s<>"`\[\]]*[^\s<>"`\[\].,:;!?')}*_~])"""
    rf"|(?P<emoji>{_EMOJI.pattern})"
)
# Slack's names that the emoji library does not know in any spelling.
_SLACK_EMOJI = {"face_palm": "🤦", "simple_smile": "🙂"}


class Reference(NamedTuple):
    """A token, taken apart: ``kind`` is ``user``, ``channel``, ``link`` or ``special``."""

    kind: str
    target: str
    label: str


def _parse(token: str) -> Reference:
    body, _, label = token[1:-1].partition("|")
    kind = {"@": "user", "#": "channel", "!": "special"}.get(body[0], "link")
    return Reference(kind, _decode(body if kind == "link" else body[1:]), _decode(label))


def _decode(wire: str) -> str:
    return re.sub("&(?:amp|lt|gt);", lambda match: _CHARACTERS[match[0]], wire)


def _pieces(wire: str) -> Iterator[Reference | str]:
    """In order: references, and the characters between them as a person reads them."""
    for match in _PIECE.finditer(wire):
        if match.lastgroup == "token":
            yield _parse(match[0])
        else:
            yield _CHARACTERS.get(match[0], match[0])


# -- in -------------------------------------------------------------------------------------


def from_plain(typed: str) -> str:
    """What a person typed, as it stands; NUL and lone surrogates are dropped."""
    return re.sub("[&<>]", lambda match: _ENTITIES[match[0]], _UNSTORABLE.sub("", typed))


def from_slack(sent: str) -> str:
    """Text that Slack sent us: wire form already, made sure of.

    ``<!here>`` and its like become the words that they show: what is stored calls no crowd.
    """
    return to_slack(_UNSTORABLE.sub("", sent))


def from_editable(edited: str) -> str:
    """What a person made of ``to_editable``: plain text in which well-formed tokens count.

    So whoever types ``<@U1>`` into a form mentions that person.
    """
    return "".join(
        _BARE_AMPERSAND.sub("&amp;", match[0])
        if match.lastgroup == "token"
        else from_plain(match[0])
        for match in _EDITED_PIECE.finditer(_UNSTORABLE.sub("", edited))
    )


# -- out ------------------------------------------------------------------------------------


def to_editable(wire: str) -> str:
    """Text for an input field: plain, with references as their tokens.

    ``from_editable`` turns it back into ``wire``, with one exception: literal characters that
    spell a token (stored by ``from_plain("<@U1>")``) come back as that token.
    """
    return "".join(_CHARACTERS.get(match[0], match[0]) for match in _PIECE.finditer(wire))


def to_plain(wire: str, names: Names | None = None) -> str:
    """Text without markup: ``@ana``, ``#general``, ``label (https://x.test)``, ``:fire:``.

    ``names`` gives people's names by user id and channels' names by channel id; who is not in
    it is called by the name in the token, or by their id.
    """
    return "".join(
        piece if isinstance(piece, str) else _words(piece, names or {}, with_url=True)
        for piece in _pieces(wire)
    )


def to_slack(wire: str) -> str:
    """Text for a ``mrkdwn`` field: as stored, except that it pings no crowd.

    ``<!channel>``, ``<!here>``, ``<!everyone>`` and user groups become plain words.
    """
    return "".join(
        from_plain(_words(_parse(match[0]), {}, with_url=False))
        if match[0].startswith("<!")
        else _ENTITIES.get(match[0], match[0])
        for match in _PIECE.finditer(wire)
    )


def to_html_inline(wire: str, names: Names | None = None) -> SafeString:
    """A line for a page: escaped, references as words, emoji. No tags, so it fits in a link."""
    return escape(emojize(to_plain(wire, names)))


def to_html(wire: str, names: Names | None = None) -> SafeString:
    """A text for a page: Markdown with references, links and emoji, sanitised.

    Tags and attributes are those of the host's ``MARKDOWN_FILTER_*`` settings; no scripts.
    """
    return markdown.render(_markdown_parts(wire, names or {}))


def _markdown_parts(wire: str, names: Names) -> Iterator[str | markdown.Inline]:
    """The literal text, and what stands in it that Markdown must not touch."""
    literal = ""
    for piece in _pieces(wire):
        if isinstance(piece, str):
            literal += piece
        elif piece.kind == "link" and not piece.label and literal.endswith("]("):
            # Slack makes a token of the URL in a Markdown link, too.
            literal += piece.target
        else:
            yield from _inline_parts(literal)
            literal = ""
            yield _inline(piece, names)
    yield from _inline_parts(literal)


def _inline_parts(literal: str) -> Iterator[str | markdown.Inline]:
    position = 0
    for match in _INLINE.finditer(literal):
        found = match[0]
        shown = _link(found, found) if match["url"] else escape(emojize(found))
        if shown == found:
            continue
        yield literal[position : match.start()]
        yield markdown.Inline(shown, found)
        position = match.end()
    yield literal[position:]


def _inline(reference: Reference, names: Names) -> markdown.Inline:
    words = _words(reference, names, with_url=False)
    if reference.kind == "link":
        return markdown.Inline(_link(reference.target, words), words)
    return markdown.Inline(escape(words), words)


def _link(url: str, label: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', url, label)


def _words(reference: Reference, names: Names, *, with_url: bool) -> str:
    """A reference as a person reads it."""
    kind, target, label = reference
    if kind == "user":
        return "@" + (names.get(target) or label or target)
    if kind == "channel":
        return "#" + (names.get(target) or label or target)
    if kind == "special":
        return label if target.startswith("date^") else _crowd(target, label)
    url = re.sub("^(?:mailto|tel):", "", target)
    if not label or label == url:
        return url
    return f"{label} ({url})" if with_url else label


def _crowd(target: str, label: str) -> str:
    """``<!here>``, ``<!subteam^S1|@oncall>`` and the like in words."""
    return "@" + (label or target.partition("^")[2] or target).lstrip("@")


# -- emoji ----------------------------------------------------------------------------------


def emojize(value: str) -> str:
    """``:fire:`` -> 🔥, by Slack's names; unknown ones, such as a workspace's own, are left."""
    return _EMOJI.sub(lambda match: _emoji(match[1], match[2]) or match[0], value)


@lru_cache(maxsize=1024)
def _emoji(name: str, skin_tone: str | None) -> str:
    """The character of that name, or nothing."""
    spelling = name.replace("-", "_")
    spellings = (
        name,
        spelling,
        re.sub("^male_", "man_", spelling),
        re.sub("^female_", "woman_", spelling),
    )
    found = (emoji.emojize(f":{each}:", language="alias") for each in spellings)
    flag = re.fullmatch("flag-([a-z])([a-z])", name)
    character = _SLACK_EMOJI.get(name) or next((each for each in found if each[0] != ":"), "")
    if flag and not character:
        character = "".join(chr(0x1F1E6 + ord(letter) - ord("a")) for letter in flag.groups())
    # Slack counts Fitzpatrick's types from 2, Unicode's modifiers start at U+1F3FB.
    return character + (chr(0x1F3F9 + int(skin_tone)) if character and skin_tone else "")


# -- length ---------------------------------------------------------------------------------


def visible_length(wire: str) -> int:
    """How many characters (code points) a person sees, emoji counted as they are typed."""
    return sum(len(piece) for piece in map(_seen, _pieces(wire)))


def truncate(wire: str, limit: int) -> str:
    """At most ``limit`` visible characters, the last of them ``…`` if something was cut.

    Entities and tokens are kept whole or left out.
    """
    if visible_length(wire) <= limit:
        return wire
    kept, room = "", limit - 1
    for match in _PIECE.finditer(wire):
        piece = _CHARACTERS.get(match[0], match[0])
        seen = piece if match.lastgroup != "token" else _seen(_parse(piece))
        if len(seen) > room and match.lastgroup != "plain":
            break
        kept += from_plain(piece[:room]) if match.lastgroup != "token" else piece
        room -= len(seen)
        if room <= 0:
            break
    return f"{kept}…" if limit > 0 else ""


def _seen(piece: Reference | str) -> str:
    return piece if isinstance(piece, str) else _words(piece, {}, with_url=False)


# -- references -----------------------------------------------------------------------------


def user_reference(external_id: str) -> str:
    """A mention of the person with this id (``U…`` or ``W…``)."""
    return f"<@{external_id}>"


def channel_reference(channel_id: str) -> str:
    """A link to the channel with this id."""
    return f"<#{channel_id}>"


def mentioned_user_ids(wire: str) -> list[str]:
    """Ids of the people who are mentioned, each once, in order."""
    return list(dict.fromkeys(_USER.findall(wire)))


def first_user_id(wire: str) -> str | None:
    """Id of the person who is mentioned first, if anybody is."""
    match = _USER.search(wire)
    return match[1] if match else None
