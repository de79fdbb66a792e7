"""The pages of docs/, taken apart: code blocks, inline code, links, headings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.packaging.contents import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)(?P<info>[^\n]*)\n(?P<code>.*?)^(?P=indent)```\s*$",
    re.MULTILINE | re.DOTALL,
)
INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block of code."""

    page: str
    line: int
    language: str
    info: str
    code: str

    @property
    def where(self) -> str:
        return f"docs/{self.page}:{self.line}"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(*languages: str) -> list[Block]:
    """All blocks of these languages, of every page, in their order."""
    return [block for page in PAGES for block in blocks_of(page) if block.language in languages]


def blocks_of(page: Path) -> Iterator[Block]:
    text = text_of(page)
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        indent = match["indent"]
        code = "".join(row.removeprefix(indent) for row in match["code"].splitlines(True))
        yield Block(page.name, line, match["language"], match["info"].strip(), code)


def prose_of(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", text_of(page))


def inline_code() -> list[tuple[str, str]]:
    """``(page, code)`` of all that stands between single backticks."""
    return [(page.name, code) for page in PAGES for code in INLINE.findall(prose_of(page))]


def links_of(page: Path) -> list[str]:
    return LINK.findall(prose_of(page))


def anchors_of(page: Path) -> set[str]:
    """The ids that Python-Markdown's toc gives to the headings of a page."""
    plain = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", title) for title in HEADING.findall(prose_of(page)))
    words = (re.sub(r"[^\w\s-]", "", title).strip().lower() for title in plain)
    return {re.sub(r"[-\s]+", "-", title) for title in words}
