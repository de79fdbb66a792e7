"""The report: after a whole story the page, the list and the REST API tell it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from response.core.models import Incident
from tests.scenarios.story import Story
from tests.ui.html import read

TITLE = "Checkout fails: 5 % < 10 % & <b>rising</b>"


@pytest.fixture
def browser(client: Client) -> Client:
    client.force_login(User.objects.create_user("somebody"))
    return client


def live_through(story: Story) -> Incident:
    """An incident from `/incident` to the end, 40 minutes later."""
    incident = story.declares(story.ana, TITLE, lead="bob", severity="2")
    channel = story.opens_channel(story.ana, incident)
    story.forward(minutes=5)
    failing = story.says(story.bob, channel, "Failing over to *replica 2*")
    story.forward(minutes=5)
    story.says(story.ana, channel, "@incident summary The **primary** is gone:\n\n- no disk\n- <3")
    story.says(story.ana, channel, "@incident impact Nobody can pay")
    story.forward(minutes=10)
    works = story.says(story.dana, channel, "It works again, thanks @bob")
    # Pinned in another order than they were said.
    story.ana.pins(works)
    story.ana.pins(failing)
    story.forward(minutes=1)
    story.says(story.dana, channel, "@incident severity minor")
    story.says(story.dana, channel, "@incident lead")
    story.says(story.ana, channel, "@incident action Alert on <disk> & memory")
    story.forward(minutes=19)
    story.says(story.ana, channel, "@incident close")
    return Incident.objects.get()


def in_order(words: str, *parts: str) -> bool:
    places = [words.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


def test_the_document_tells_the_whole_story(story: Story, browser: Client):
    incident = live_through(story)
    page = read(browser, f"/incident/{incident.pk}/")
    words = page.text
    assert f"{TITLE} · Incident {incident.pk}" in words
    assert "💧 resolved 🌦️ minor" in words
    assert "Lead dana Reported by ana" in words
    assert "Reported 23 Nov 2026, 10:00 UTC Ended 23 Nov 2026, 10:40 UTC" in words
    assert "Duration 40 mins" in words
    assert "#inc-2026-11-23-checkout-fails" in words
    assert "The primary is gone:" in words
    assert "<3" in words
    assert "Nobody can pay" in words
    assert "Alert on <disk> & memory" in words


def test_the_documents_timeline_is_in_order_with_dates(story: Story, browser: Client):
    incident = live_through(story)
    words = read(browser, f"/incident/{incident.pk}/").text
    timeline = words[words.index("Timeline") :]
    assert "Monday 23 November 2026" in timeline
    assert in_order(
        timeline,
        "Failing over to replica 2",
        "Incident summary added",
        "Incident impact added",
        "It works again, thanks @bob",
        "Incident severity updated from major to minor",
        "Incident lead changed from @bob to @dana",
        "Incident closed",
    )


def test_the_document_names_who_took_part_and_how_much(story: Story, browser: Client):
    incident = live_through(story)
    words = read(browser, f"/incident/{incident.pk}/").text
    people = words[words.index("Participants") :]
    assert "ana 4" in people
    assert "bob 1" in people
    assert "dana 3" in people


def test_the_list_shows_it_and_leads_to_it(story: Story, browser: Client):
    incident = live_through(story)
    story.declares(story.bob, "Mail is late")
    page = read(browser, "/")
    assert in_order(page.text, "Mail is late", TITLE)
    assert f"/incident/{incident.pk}/" in page.links()
    assert "#inc-2026-11-23-checkout-fails" in read(browser, f"/incident/{incident.pk}/").text


def test_the_link_in_the_headline_leads_to_the_page(story: Story, live_server: Any):
    incident = story.declares(story.ana, "Mail is late")
    links = story.headline(incident).blocks[-2]["text"]["text"]
    assert f"<{live_server.url}/incident/{incident.pk}/|" in links


def get(browser: Client, path: str) -> Any:
    answer = browser.get(f"/core/{path}")
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_the_rest_api_tells_the_whole_story(story: Story, browser: Client):
    incident = live_through(story)
    [listed] = get(browser, "incidents/")["results"]
    assert get(browser, f"incidents/{incident.pk}/") == listed
    assert listed["report"] == TITLE
    assert listed["summary"] == "The **primary** is gone:\n\n- no disk\n- <3"
    assert (listed["severity"], listed["is_closed"]) == ("3", True)
    assert listed["lead"]["display_name"] == "dana"
    assert listed["reporter"]["full_name"] == "Ana Lima"
    assert listed["comms_channel"]["channel_name"].startswith("inc-2026-11-23-checkout-fails")
    [action] = get(browser, f"incidents/{incident.pk}/actions/")["results"]
    assert action["details"] == "Alert on <disk> & memory"
    assert [row["id"] for row in listed["action_items"]] == [action["id"]]
    assert get(browser, "actions/")["count"] == 1
    entries = get(browser, f"incidents/{incident.pk}/timeline/events/")["results"]
    texts = [entry["text_ui"] for entry in entries]
    assert len(texts) == 7
    assert texts[0] == "Failing over to *replica 2*"
    assert texts[-1] == "Incident closed"
    assert {person["display_name"] for person in get(browser, "users/")["results"]} >= {
        "ana",
        "bob",
        "dana",
    }
    assert get(browser, "incidents/bymonth/2026/11/")["count"] == 1
    assert get(browser, "incidents/bymonth/2026/10/")["count"] == 0
    kinds = [event["event_type"] for event in get(browser, "events/?from=2026-11-23")["results"]]
    assert "incident_event" in kinds
    assert "action_event" in kinds


def test_reading_it_asks_slack_nothing(story: Story, browser: Client):
    """In 0.5.1 a page waited for Slack, and failed with it."""
    incident = live_through(story)
    story.fault(outage=True)
    before = len(story.workspace.calls())
    read(browser, "/")
    read(browser, f"/incident/{incident.pk}/")
    for path in ("incidents/", "actions/", "users/", "events/"):
        get(browser, path)
    assert len(story.workspace.calls()) == before


def test_the_same_without_time_zones(story: Story, browser: Client, settings: Any):
    settings.USE_TZ, settings.TIME_ZONE = False, "Asia/Tokyo"
    incident = live_through(story)
    words = read(browser, f"/incident/{incident.pk}/").text
    assert "Reported 23 Nov 2026, 19:00" in words
    assert "Ended 23 Nov 2026, 19:40" in words
    assert in_order(words, "Failing over to replica 2", "Incident closed")
    assert story.given_up() == []


def test_a_whole_life_takes_at_most_twenty_slack_calls(story: Story):
    """0.5.1 made 26 without inviting or welcoming anybody."""
    incident = story.declares(story.ana, lead="bob", severity="3")
    channel = story.opens_channel(story.ana, incident)
    for words in ("summary It broke", "impact All", "severity major", "lead", "action Mend it"):
        story.says(story.ana, channel, f"@incident {words}")
    for words in ("Failing over", "It works again"):
        story.ana.pins(story.says(story.ana, channel, words))
    story.says(story.ana, channel, "@incident close")
    assert Incident.objects.get().is_closed()
    assert len(story.methods()) <= 20, story.methods()
