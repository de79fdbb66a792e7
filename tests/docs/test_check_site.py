"""The check of the built documentation finds what a browser would fetch from elsewhere."""

from pathlib import Path

import pytest

from tests.docs.check_site import loads_of, main


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<script src="https://cdn.example/x.js"></script>', ["https://cdn.example"]),
        ('<link rel="stylesheet" href="//fonts.example/css">', ["//fonts.example"]),
        ('<img src="a.png" srcset="https://i.example/b.png 2x">', ["https://i.example"]),
        ("<style>@import 'https://s.example/a.css'</style>", ["https://s.example"]),
        ('<p style="background: url(http://b.example/x)">', ["http://b.example"]),
        ('<pre class="mermaid"></pre>', ['class="mermaid"']),
        ('<a href="https://docs.slack.dev/">Slack</a>', []),
        ('<link rel="canonical" href="https://docs.example/">', []),
        ('<script src="assets/x.js"></script>', []),
        ("<p>url(https://in.text.example)</p>", []),
    ],
)
def test_what_a_page_loads_is_found_and_what_it_links_to_is_not(text: str, found: list[str]):
    assert loads_of("index.html", text) == found


def test_what_a_style_sheet_loads_is_found():
    assert loads_of("a.css", "a{background:url('https://i.example/a')}") == ["https://i.example"]
    assert loads_of("a.css", "a{background:url(data:image/png;base64,x)}") == []


def test_site_without_pages_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(tmp_path) == 1
    (tmp_path / "index.html").write_text("<p>Fine</p>", encoding="utf-8")
    assert main(tmp_path) == 0
    (tmp_path / "index.html").write_text("<img src=https://i.example/a>", encoding="utf-8")
    assert main(tmp_path) == 1
    assert "index.html loads https://i.example" in capsys.readouterr().out
