"""docs/slack-app.md names the scopes and events that the manifest of a bare project asks for."""

import re
from contextlib import ExitStack

import pytest

from response.slack import registry, requirements
from tests.docs.pages import DOCS, text_of

PAGE = text_of(DOCS / "slack-app.md")
CODE = re.compile(r"`([a-z_.:]+)`")


@pytest.fixture(autouse=True)
def built_in_handlers_alone(settings):
    """Without those of the tests' own host."""
    settings.RESPONSE_SLACK_SCOPES = []
    with ExitStack() as undone:
        for each in registry.ALL:
            undone.enter_context(each.temporarily())
            for handler in list(each):
                if not handler.builtin:
                    each.discard(handler)
        yield


def first_column(heading: str) -> set[str]:
    """The names in the first column of the table under this heading."""
    (rows,) = re.findall(rf"^\| {heading} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return {name for row in rows.splitlines() for name in CODE.findall(row.split("|")[1])}


def test_events_of_the_page_are_those_of_the_manifest(settings):
    settings.RESPONSE_PRIVATE_INCIDENTS = False
    assert first_column("Slack event") == set(requirements.events())


def test_scopes_of_the_page_are_those_of_the_manifest(settings):
    settings.RESPONSE_PRIVATE_INCIDENTS = False
    assert first_column("Bot scope") == set(requirements.scopes())


def test_what_private_incidents_add_is_said(settings):
    settings.RESPONSE_PRIVATE_INCIDENTS = False
    before = {*requirements.events(), *requirements.scopes()}
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    added = {*requirements.events(), *requirements.scopes()} - before
    (sentence,) = re.findall(r"^With `RESPONSE_PRIVATE_INCIDENTS`.*?\n\n", PAGE, re.M | re.S)
    assert set(CODE.findall(sentence)) == added
