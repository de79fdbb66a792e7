"""``MARKDOWN_FILTER_WHITELIST_ATTRIBUTES`` in all forms that bleach had, and nothing that runs."""

from __future__ import annotations

from typing import Any

import pytest

from response import markdown, text
from response.markdown import Inline

LINK = '<a href="https://x.test/" title="y" rel="noopener noreferrer nofollow">x</a>'
BARE = '<a rel="noopener noreferrer nofollow">x</a>'
TYPED = '[x](https://x.test/ "y")'


def shown(typed: str) -> str:
    return text.to_html(typed).strip().removeprefix("<p>").removesuffix("</p>")


def in_order(html: str) -> set[str]:
    return set(html.replace(">", " ").split())


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (lambda tag, name, value: True, LINK),
        (lambda tag, name, value: False, BARE),
        ({"*": lambda tag, name, value: True}, LINK),
        ({"a": lambda tag, name, value: name == "href"}, LINK.replace(' title="y"', "")),
        ({"a": "href"}, LINK.replace(' title="y"', "")),
        ({"a": ("href",), "*": lambda tag, name, value: value == "y"}, LINK),
        (
            {"a": lambda tag, name, value: name == "href", "*": ["title"]},
            LINK.replace(' title="y"', ""),
        ),
        ({"b": lambda tag, name, value: True}, BARE),
        ("href", LINK.replace(' title="y"', "")),
        (["href", "title"], LINK),
    ],
)
def test_every_form_is_read(settings: Any, attributes: Any, expected: str):
    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = attributes
    assert in_order(shown(TYPED)) == in_order(expected)


def test_a_function_is_told_tag_name_and_value(settings: Any):
    asked: list[tuple[str, str, str]] = []

    def wanted(tag: str, name: str, value: str) -> bool:
        asked.append((tag, name, value))
        return True

    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = wanted
    shown(TYPED)
    assert sorted(asked) == [("a", "href", "https://x.test/"), ("a", "title", "y")]


def test_of_a_function_that_fails_nothing_is_kept(settings: Any, caplog: pytest.LogCaptureFixture):
    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = lambda tag, name: True
    assert shown(TYPED) == BARE
    assert "MARKDOWN_FILTER_WHITELIST_ATTRIBUTES" in caplog.text


@pytest.mark.parametrize(
    "hostile",
    [
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" &#106;ava&#9;script:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<a href="vbscript:x" onclick="alert(1)" onMouseOver=alert(1)>x</a>',
        '<img src="x" onerror="alert(1)">',
        '<img src="javascript:alert(1)" srcset="javascript:alert(1)">',
        '<iframe srcdoc="<script>alert(1)</script>" src="javascript:alert(1)"></iframe>',
        '<form action="javascript:alert(1)"><button formaction="javascript:alert(1)">x</form>',
        '<svg><a xlink:href="javascript:alert(1)"><animate attributeName=href values=x></svg>',
        '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
        '<p style="background:url(javascript:alert(1))">x</p>',
        '<object data="javascript:alert(1)"></object>',
        '<p data-hx-on="alert(1)" hx-on:click="alert(1)" x-on:click="alert(1)" @click="alert(1)">',
        "<script>alert(1)</script><style>alert(1)</style>",
    ],
)
@pytest.mark.parametrize("of_tags", [False, True])
def test_what_runs_stays_out_whatever_a_function_answers(
    settings: Any, hostile: str, of_tags: bool
):
    def anything(tag: str, name: str, value: str) -> bool:
        return True

    settings.MARKDOWN_FILTER_WHITELIST_ATTRIBUTES = {"*": anything} if of_tags else anything
    tags = "a img iframe form button svg animate meta object p script style"
    settings.MARKDOWN_FILTER_WHITELIST_TAGS = tags.split(" ")
    html = markdown.render([Inline(hostile, hostile)])
    for word in ("alert", "vbscript", "values="):
        assert word not in html, html
