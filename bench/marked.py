"""Figures on a page of the documentation, between two marks."""

from __future__ import annotations

from pathlib import Path


def write(path: Path, name: str, measured: str) -> None:
    """Replace what stands between ``<!-- name: begin -->`` and ``<!-- name: end -->``."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    if not rest:
        raise SystemExit(f"{path} has no line {begin!r}: nothing was written.")
    path.write_text(f"{before}{begin}\n\n{measured}\n\n{end}{after}", encoding="utf-8")
