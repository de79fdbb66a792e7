"""Names of 0.5.1."""

import pytest

from response.core.util import LargeResultsSetPagination, sanitize


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<b>x</b><script>alert(1)</script>", "<b>x</b>"),
        ('<img src="https://e.test/x.png">', ""),
        ("&lt;script&gt;", "&lt;script&gt;"),
        (None, None),
        ("", ""),
    ],
)
def test_sanitize_still_cleans_and_says_what_to_use_instead(dirty, clean):
    with pytest.warns(DeprecationWarning, match="from_plain"):
        assert sanitize(dirty) == clean


def test_pages_are_large():
    assert (LargeResultsSetPagination.page_size, LargeResultsSetPagination.max_page_size) == (
        500,
        1000,
    )
