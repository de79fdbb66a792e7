"""docs/checks.md has every system check, and no other."""

import re

from tests.docs.pages import DOCS, text_of
from tests.packaging.contents import ROOT

ID = re.compile(r"response\.[EWI]\d{3}")


def test_every_check_is_on_the_page_and_the_page_has_no_other():
    sources = (ROOT / "response" / "checks").rglob("*.py")
    given = {found for path in sources for found in ID.findall(path.read_text(encoding="utf-8"))}
    rows = re.findall(r"^\| `(\S+)` \|", text_of(DOCS / "checks.md"), re.MULTILINE)
    assert len(given) > 20
    assert sorted(rows, key=lambda row: ("EWI".index(row[9]), row)) == rows
    assert set(rows) == given
