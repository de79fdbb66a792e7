"""Whatever anybody wrote anywhere is text on the pages, and never markup."""

from urllib.parse import quote

import pytest
from django.test import Client

from response import text
from response.models import Incident
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_participant,
    make_person,
    make_timeline_event,
)
from tests.ui.html import Page, read

SCRIPT = "<script>alert(1)</script>"
BREAKOUT = "\"><img src=x onerror=alert(1)>'><svg/onload=alert(1)>"
LINKS = "[x](javascript:alert(1)) <javascript:alert(1)> ![i](https://evil.test/beacon.png)"
HOSTILE = [SCRIPT, BREAKOUT, LINKS, f"{SCRIPT} {BREAKOUT} {LINKS}", "</title></main></textarea>"]

# What is stored: as the ways in store it, as 0.5.1 and the careless did, and inside tokens.
STORED = [
    *(text.from_plain(hostile) for hostile in HOSTILE),
    *HOSTILE,
    '<https://x.test/"onmouseover="alert(1)|<img src=x onerror=alert(1)>>',
    "<javascript:alert(1)|click>",
    '<#C1|"><img src=x onerror=alert(1)>>',
    "&amp;lt;script&amp;gt; &#60;script&#62;alert(1)&#60;/script&#62;",
]


def incident_full_of(wire: str) -> Incident:
    """The text in every column that holds one."""
    incident = make_incident(wire, summary=wire, impact=wire)
    make_action(incident, wire)
    make_timeline_event(incident, wire)
    make_timeline_event(incident, wire, event_type="slack_pin", metadata=wire)
    incident.summary = wire + " again, at some length" * 20
    incident.save()
    return incident


def both_pages(browser: Client, incident: Incident) -> list[Page]:
    """Read with a parser that refuses what runs or loads anything (`assert_harmless`)."""
    return [read(browser, "/"), read(browser, f"/incident/{incident.pk}/")]


@pytest.mark.parametrize("wire", STORED)
def test_a_hostile_text_is_harmless(browser: Client, wire: str) -> None:
    both_pages(browser, incident_full_of(wire))


@pytest.mark.parametrize("typed", [SCRIPT, BREAKOUT, "a < b & c > d", "&lt;script&gt;"])
def test_it_reads_exactly_as_it_was_typed(browser: Client, typed: str) -> None:
    for page in both_pages(browser, incident_full_of(text.from_plain(typed))):
        assert typed in page.text


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_harmless_wherever_it_is_shown(browser: Client, name: str) -> None:
    person = make_person(name[:200], full_name=name[:200])
    incident = make_incident(f"Ask <@{person.external_id}>", reporter=person, lead=person)
    mention = f"<@{person.external_id}>"
    make_action(incident, mention, user=person)
    make_timeline_event(incident, mention, actor=person)
    make_timeline_event(incident, mention, actor_name=name)
    author = {"author": {"display_name": name}}
    make_timeline_event(incident, mention, event_type="slack_pin", metadata=author)
    make_participant(incident, user=person)
    make_comms_channel(incident, channel_name=name[:80])
    for page in both_pages(browser, incident):
        assert f"Ask @{name}" in page.text


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_search_is_harmless(browser: Client, words: str) -> None:
    make_incident()
    page = read(browser, f"/?q={quote(words)}&status={quote(words)}&page={quote(words)}")
    assert words in page.all("input")[0]["value"]
    assert f"has “{words}” in its title" in page.text
