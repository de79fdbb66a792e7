"""0.5.1's names for references answer as they did, and name today's."""

from __future__ import annotations

import pytest

from response.slack import reference_utils
from tests.factories import make_person


def test_references_are_written_and_read() -> None:
    with pytest.deprecated_call():
        assert reference_utils.channel_reference("C1") == "<#C1>"
        assert reference_utils.channel_reference(None) is None
        assert reference_utils.user_reference("W1") == "<@W1>"
        assert reference_utils.reference_to_id("ask <@W1|ana> or <@U2>") == "W1"
        assert reference_utils.reference_to_id("nobody") is None
        assert reference_utils.reference_to_id(None) is None


@pytest.mark.django_db
def test_human_readable_text_has_names_and_stays_escaped() -> None:
    make_person("ana & co", external_id="U0ANA")
    wire = "<@U0ANA> and <@U0STRANGER> in <#C1|general>: a &lt;b&gt; &amp; <https://x.test|x>"
    with pytest.deprecated_call():
        assert reference_utils.slack_to_human_readable(wire) == (
            "@ana &amp; co and @U0STRANGER in #general: a &lt;b&gt; &amp; x (https://x.test)"
        )
        assert reference_utils.slack_to_human_readable(None) == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("channel_reference", "channel_reference"),
        ("user_reference", "user_reference"),
        ("reference_to_id", "first_user_id"),
        ("slack_to_human_readable", "to_plain"),
    ],
)
def test_each_names_todays_way_at_the_line_that_calls_it(old: str, new: str) -> None:
    with pytest.warns(
        DeprecationWarning, match=rf"{old} is deprecated.*response\.text\.{new}"
    ) as w:
        getattr(reference_utils, old)("")
    assert w[0].filename == __file__
