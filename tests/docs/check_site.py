"""Say what the built documentation would fetch from other sites when it is read: `tox -e docs`.

Links that a reader follows may lead anywhere; what a browser loads by itself (scripts, styles,
images, fonts, frames) must be part of the site.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

LOADED = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "video": ("src", "poster"),
}
# Said about the page, not fetched for it.
ONLY_SAID = {"alternate", "author", "canonical", "license", "next", "prev"}
# What the theme's scripts fetch from elsewhere for: figures of a repository, diagrams.
FETCHED_FOR = ('data-md-component="source"', 'class="mermaid"')
ELSEWHERE = re.compile(r"(?:https?:)?//[\w.-]+")
IN_CSS = re.compile(r"(?:url\(\s*['\"]?|@import\s+['\"])((?:https?:)?//[\w.-]+)")


class Loads(HTMLParser):
    """What a browser loads by itself from elsewhere for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attributes}
        self._in_style = tag == "style"
        self.found += IN_CSS.findall(values.get("style", ""))
        if tag == "link" and ONLY_SAID & set(values.get("rel", "").split()):
            return
        for name in LOADED.get(tag, ()):
            self.found += ELSEWHERE.findall(values.get(name, ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += IN_CSS.findall(data)


def loads_of(name: str, text: str) -> list[str]:
    """Addresses of other sites that a file of this name and text makes a browser load."""
    if name.endswith(".css"):
        return IN_CSS.findall(text)
    if name.endswith(".html"):
        parser = Loads()
        parser.feed(text)
        return parser.found + [mark for mark in FETCHED_FOR if mark in text]
    return []


def problems(site: Path) -> Iterator[str]:
    for path in sorted(site.rglob("*")):
        if path.suffix in (".css", ".html"):
            for address in loads_of(path.name, path.read_text(encoding="utf-8")):
                yield f"{path.relative_to(site)} loads {address}"


def main(site: Path) -> int:
    pages = list(site.rglob("*.html"))
    found = list(problems(site)) if pages else [f"{site} has no page"]
    print(*found or [f"{len(pages)} pages load nothing from other sites."], sep="\n")  # noqa: T201 - its answer
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
