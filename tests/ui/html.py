"""Pages as a browser takes them apart, and what no page may contain."""

import re
from html.parser import HTMLParser

from django.test import Client

VOID = {"br", "hr", "img", "input", "link", "meta"}
# What our own templates load; anything else that loads, runs or styles came from a text.
OUR_FILES = {"/static/response/icon.svg", "/static/response/response.css"}


class Page(HTMLParser):
    """The tags with their attributes, and the text that a person reads."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open_tags: list[str] = []
        self.pieces: list[str] = []
        self.feed(html)
        self.close()
        assert self.open_tags == [], "unclosed tags"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open_tags, f"</{tag}> too many"
        assert self.open_tags.pop() == tag, f"</{tag}> out of place"

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        """The words of the page with single spaces between them."""
        return " ".join("".join(self.pieces).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]

    def links(self) -> list[str]:
        return [attributes.get("href", "") for attributes in self.all("a")]


def read(client: Client, path: str, status: int = 200) -> Page:
    """The page, after checking that it is one which a strict policy lets run."""
    response = client.get(path)
    assert response.status_code == status
    page = Page(response.content.decode())
    assert_harmless(page)
    return page


def assert_harmless(page: Page) -> None:
    """Nothing inline, nothing from other sites, nothing that runs."""
    forbidden = {"script", "style", "iframe", "object", "embed", "base", "svg", "math", "video"}
    for tag, attributes in page.tags:
        assert tag not in forbidden, tag
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")], attributes
        for name in ("src", "href", "action", "srcset", "formaction"):
            value = attributes.get(name, "")
            assert not re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE), value
        loaded = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        assert loaded is None or loaded in OUR_FILES, loaded
