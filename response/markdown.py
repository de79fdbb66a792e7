"""Markdown to sanitised HTML, for text in which nothing that was typed is HTML.

Characters that mean something to HTML, and finished pieces of HTML such as links and emoji,
pass through Markdown as single private characters, so that ``&lt;`` and ``<b>`` read as they
were typed, in code, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import markdown2
import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString

from response import logs
from response.conf import AttributeFunction, conf

logger = logs.get_logger("response.markdown")

_EXTRAS = {
    "breaks": {"on_newline": True},
    "cuddled-lists": None,
    "fenced-code-blocks": None,
    # A fence that names a language is marked with it, not coloured by Pygments.
    "highlightjs-lang": None,
    # snake_case is a word.
    "middle-word-em": {"allowed": False},
    "strike": None,
    "tables": None,
}
_URL_SCHEMES = {"http", "https", "mailto", "tel"}
_NEVER_TAGS = {"script", "style"}
_LINK_REL = "noopener noreferrer nofollow"

# markdown2 needs time by the square of these; no report comes near.
_LONGEST = 30_000
_MOST = {"[": 400, "`": 1_000, "|": 3_000}

# A line in which nothing means anything to Markdown: most that people say, and markdown2 takes
# ten times as long to find that out.
_PROSE = re.compile(r"(?![0-9]+[.)])[^\W_](?:[^\s\\`*_{}\[\]<>&~#|]| (?=\S))*")

# Private characters: around the number of an inline piece, and in place of & < >.
_OPEN, _CLOSE, _AMP, _LT, _GT = "\ue000\ue001\ue002\ue003\ue004"
_STAND_INS = {"&": _AMP, "<": _LT, ">": _GT}
_ESCAPED = {_AMP: "&amp;", _LT: "&lt;", _GT: "&gt;"}
# A line may begin with the `>` of a quotation, or several; markdown2 recurses for each.
_QUOTATION = re.compile(f"^(?: {{0,3}}{_GT}){{1,9}}", re.MULTILINE)
_TAG = re.compile(r"<(/?)(\w+)[^>]*>")
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}|[{_AMP}{_LT}{_GT}]")
_IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)"[^>]*>')
# In these, finished pieces appear as they were typed.
_AS_TYPED_IN = {"a", "code", "pre"}


class Inline(NamedTuple):
    """A finished piece: its HTML, and the plain text for code, attributes and link texts."""

    html: str
    plain: str


def render(parts: Iterable[str | Inline]) -> SafeString:
    """HTML with the tags and attributes that the host allows."""
    inlines: list[Inline] = []
    source = "".join(_protected(part, inlines) for part in parts)
    source = _QUOTATION.sub(lambda match: match[0].replace(_GT, ">"), source)
    if not source.strip():
        return SafeString("")
    html = _converted(source)
    if "img" not in conf.markdown_tags:
        html = _IMAGE.sub(r'<a href="\1">\2</a>', html)
    html = _restored(html, inlines)
    return SafeString(_sanitized(html))  # nosec


def _converted(source: str) -> str:
    """HTML by Markdown; lines as they were typed where markdown2 would take seconds or fail."""
    if _PROSE.fullmatch(source):
        return f"<p>{source}</p>\n"
    if len(source) <= _LONGEST and all(source.count(char) <= most for char, most in _MOST.items()):
        try:
            return str(markdown2.markdown(source, extras=_EXTRAS))
        except RecursionError:
            pass
    return "<p>" + source.replace("\n", "<br>\n") + "</p>"


def _protected(part: str | Inline, inlines: list[Inline]) -> str:
    """The part with private characters in place of all that Markdown must not see."""
    if isinstance(part, Inline):
        inlines.append(part)
        return f"{_OPEN}{len(inlines) - 1}{_CLOSE}"

    def protect(match: re.Match[str]) -> str:
        stand_in = _STAND_INS.get(match[0])
        # Our private characters, typed by a person, are pieces themselves.
        return stand_in or _protected(Inline(match[0], match[0]), inlines)

    return re.sub(f"[&<>{_OPEN}-{_GT}]", protect, part)


def _restored(html: str, inlines: list[Inline]) -> str:
    """The HTML with the private characters turned into what they stand for."""
    restored, position, depth = [], 0, 0
    for tag in _TAG.finditer(html):
        restored.append(_filled(html[position : tag.start()], inlines, as_typed=depth > 0))
        restored.append(_filled(tag[0], inlines, as_typed=True))
        position = tag.end()
        if tag[2] in _AS_TYPED_IN:
            depth += -1 if tag[1] else 1
    restored.append(_filled(html[position:], inlines, as_typed=depth > 0))
    return "".join(restored)


def _filled(html: str, inlines: list[Inline], *, as_typed: bool) -> str:
    def fill(match: re.Match[str]) -> str:
        if not match[1]:
            return _ESCAPED[match[0]]
        inline = inlines[int(match[1])]
        return escape(inline.plain) if as_typed else inline.html

    return _MARK.sub(fill, html)


def _sanitized(html: str) -> str:
    """What the host allows of it; never scripts, event handlers, or links to run code."""
    styles = set(conf.markdown_styles)
    refused = {"rel"} if styles else {"rel", "style"}
    attributes = {
        tag: {name for name in names if name not in refused and not name.startswith("on")}
        for tag, names in conf.markdown_attributes.items()
    }
    # Else nh3 lets two of its own choice stay on all tags.
    attributes.setdefault("*", set())
    return nh3.clean(
        html,
        tags=set(conf.markdown_tags) - _NEVER_TAGS,
        clean_content_tags=_NEVER_TAGS,
        attributes=attributes,
        attribute_filter=_asking(conf.markdown_attribute_functions, attributes),
        url_schemes=_URL_SCHEMES,
        link_rel=_LINK_REL,
        filter_style_properties=styles or None,
    )


def _asking(
    functions: Mapping[str, AttributeFunction], names: Mapping[str, Collection[str]]
) -> Callable[[str, str, str], str | None] | None:
    """Drops what the host's functions do not want; a tag's counts before that of all tags."""
    if not functions:
        return None

    def is_wanted(tag: str, name: str, value: str) -> bool:
        for of in (tag, "*"):
            if of in functions:
                return bool(functions[of](tag, name, value))
            if name in names.get(of, ()):
                return True
        return False

    def kept(tag: str, name: str, value: str) -> str | None:
        if name == "rel":
            # Ours, which nh3 adds.
            return value
        try:
            return value if is_wanted(tag, name, value) else None
        except Exception:
            # nh3 would only print it.
            logger.exception("The function in MARKDOWN_FILTER_WHITELIST_ATTRIBUTES failed")
            return None

    return kept
