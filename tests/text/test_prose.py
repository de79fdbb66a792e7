"""Lines without Markdown take a shorter way to the same HTML."""

import markdown2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from response import markdown

SPECIAL = "\\`*_{}[]()#+-.!|~:=^$@\"'/?,;\ue000\ue001\ue002\ue003\ue004 \t\n1a2bé"


def by_markdown(source: str) -> str:
    return str(markdown2.markdown(source, extras=markdown._EXTRAS))


@given(
    st.one_of(
        st.from_regex(markdown._PROSE, fullmatch=True),
        st.from_regex(markdown._PROSE, fullmatch=True, alphabet=st.sampled_from(SPECIAL)),
    )
)
def test_the_shorter_way_leads_where_markdown_leads(source: str) -> None:
    assert markdown._converted(source) == by_markdown(source)


@pytest.mark.parametrize(
    "line",
    [
        "The queue is still growing in eu-west-1, roughly 3k messages a minute.",
        "10:42 Somebody (in Berlin) said: it is the cache!",
        "1.5 seconds",
        "Rolled back - at last - to v1.2.3",
        "50 % more = too much; see runbook/db?page=2",
    ],
)
def test_what_people_say_takes_it_and_reads_as_with_markdown(line: str) -> None:
    assert markdown._converted(line) == by_markdown(line) == f"<p>{line}</p>\n"


def test_prose_is_not_given_to_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown2, "markdown", lambda *args, **kwargs: 1 / 0)
    assert markdown._converted("It is the cache.") == "<p>It is the cache.</p>\n"


@pytest.mark.parametrize("line", ["1. first", "12) second", "*bold*", "a `b`", "# title", "- item"])
def test_markdown_is_still_markdown(line: str) -> None:
    assert not markdown._PROSE.fullmatch(line)
