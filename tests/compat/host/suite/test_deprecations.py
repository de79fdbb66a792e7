"""The old ways warn, each with the new way in the text; today's ways do not."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from importlib import import_module

import pytest

from response.slack import reference_utils
from response.slack.client import SlackClient


def test_of_the_hosts_modules_only_the_older_one_warns(warned: list[warnings.WarningMessage]):
    """Every decorator, as the documentation shows it, was used in the others."""
    deprecated = [each for each in warned if issubclass(each.category, DeprecationWarning)]
    assert {each.filename.rpartition("/")[2] for each in deprecated} == {"older.py"}
    told = sorted(str(each.message) for each in deprecated)
    assert len(told) == 2, told
    assert "lighthouse.actions.older.ring_the_bell" in told[0]
    assert "let it take (action_context)" in told[0]
    assert "lighthouse.actions.older.runbook_notification" in told[1]
    assert "let it take (comms_channel, user, keyword, text, ts)" in told[1]


def import_user_external() -> object:
    sys.modules.pop("response.core.models.user_external", None)
    return import_module("response.core.models.user_external")


def sanitize() -> object:
    from response.core.util import sanitize

    return sanitize("<b>")


OLD_WAYS: dict[str, Callable[[], object]] = {
    "retry_after": lambda: SlackClient("xoxb-1", 10, 0.2),
    "outbox": lambda: SlackClient("xoxb-1", retryable_errors=["ratelimited"]),
    "response.text.from_plain": sanitize,
    "from response.models": import_user_external,
    "response.text.channel_reference": lambda: reference_utils.channel_reference("C1"),
    "response.text.user_reference": lambda: reference_utils.user_reference("U1"),
    "response.text.first_user_id": lambda: reference_utils.reference_to_id("<@U1>"),
    "response.text.to_plain": lambda: reference_utils.slack_to_human_readable("plain"),
}


@pytest.mark.parametrize("new", OLD_WAYS)
def test_an_old_way_names_the_new_one(new: str):
    with pytest.deprecated_call(match=re.escape(new)):
        OLD_WAYS[new]()
