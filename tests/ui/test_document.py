"""The document of an incident."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from response import text
from response.core.actor import acting_as
from response.models import Incident
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_participant,
    make_person,
    make_timeline_event,
    moment,
)
from tests.ui.html import Page, read


def document(browser: Client, incident: Incident) -> Page:
    return read(browser, f"/incident/{incident.pk}/")


def test_facts_are_shown(browser: Client) -> None:
    incident = make_incident(
        text.from_plain("R&D is down"),
        severity="2",
        reporter=make_person("bob"),
        lead=make_person("ana"),
        start_time=moment(-15),
        report_time=moment(),
    )
    make_comms_channel(incident, channel_name="inc-r-d")
    incident.close(at=moment(60))
    words = document(browser, incident).text
    assert f"R&D is down · Incident {incident.pk}" in words
    assert "💧 resolved 🌧️ major" in words
    assert "Lead ana Reported by bob" in words
    assert (
        "Started 5 Jan 2026, 08:45 UTC Reported 5 Jan 2026, 09:00 UTC "
        "Ended 5 Jan 2026, 10:00 UTC Duration 1 hr 15 mins Channel #inc-r-d"
    ) in words


def test_what_remains_to_be_written_is_said_with_how(browser: Client, settings: Any) -> None:
    settings.INCIDENT_BOT_NAME = "helper"
    incident = make_incident()
    hint = "Not written yet. Press Edit on the headline post in Slack."
    assert document(browser, incident).text.count(hint) == 2
    make_comms_channel(incident, channel_name="inc-1")
    words = document(browser, incident).text
    assert "Not written yet. In #inc-1 write @helper summary …, or press Edit" in words
    assert "Not written yet. In #inc-1 write @helper impact …, or press Edit" in words
    assert "Lead nobody yet" in words
    assert "Ended not yet" in words


def test_summary_and_impact_are_markdown(browser: Client) -> None:
    incident = make_incident(
        summary="**Certificate** expired\n\n* one\n* two", impact="See <https://x.test/a|status>"
    )
    page = document(browser, incident)
    assert "Not written yet" not in page.text
    assert page.all("strong") == [{}]
    # The two of the list, and the timeline's first entry.
    assert len(page.all("li")) == 3
    assert "https://x.test/a" in page.links()


def test_people_mentioned_in_any_text_are_named(browser: Client) -> None:
    ana = make_person("ana")
    mention = f"<@{ana.external_id}>"
    incident = make_incident(f"title {mention}", summary=f"s {mention}", impact=f"i {mention}")
    make_action(incident, f"action {mention}")
    make_timeline_event(incident, f"entry {mention}")
    words = document(browser, incident).text
    for place in ("title", "s", "i", "action", "entry"):
        assert f"{place} @ana" in words
    assert ana.external_id not in words


def test_participants_are_shown_the_most_talkative_first(browser: Client) -> None:
    incident = make_incident()
    make_participant(incident, 1, user=make_person("ana"))
    make_participant(incident, 12, user=make_person("bob"))
    make_participant(make_incident(), 99, user=make_person("other"))
    words = document(browser, incident).text
    assert "Participants bob 12 messages ana 1 message" in words
    assert "other" not in words


def test_actions_are_shown_with_owner_dates_and_priority(browser: Client) -> None:
    incident = make_incident()
    ana = make_person("ana")
    make_action(incident, "Rotate", user=ana, due_date=moment(60 * 24), priority="1", type="2")
    make_action(incident, "Refund", user=ana, done=True, done_date=moment())
    words = document(browser, incident).text
    assert "Actions 1 of 2 done" in words
    assert "Rotate Open ana due 6 Jan 2026 high priority preventative" in words
    assert "✓ Refund Done 5 Jan 2026 ana" in words


def test_the_timeline_is_in_order_with_dates_and_who_did_it(browser: Client) -> None:
    incident = make_incident(reporter=make_person("bob"), report_time=moment())
    day = 60 * 24
    make_timeline_event(incident, "third", timestamp=moment(day))
    make_timeline_event(incident, "second", timestamp=moment(5), actor_name="deploy bot")
    make_timeline_event(incident, "first", timestamp=moment(1), actor=make_person("ana"))
    words = document(browser, incident).text
    assert (
        "Timeline Monday 5 January 2026 09:00:00 Incident declared by bob "
        "09:01:00 first by ana 09:05:00 second by deploy bot Tuesday 6 January 2026 09:00:00 third"
    ) in words


def test_changes_say_who_made_them(browser: Client) -> None:
    incident = make_incident()
    with acting_as(make_person("chidi")):
        incident.severity = "1"
        incident.save()
    assert "Incident severity set to critical by chidi" in document(browser, incident).text


def test_days_of_the_timeline_are_those_of_the_projects_time_zone(
    browser: Client, settings: Any
) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    incident = make_incident(report_time=moment())
    make_timeline_event(incident, "late", timestamp=moment(60 * 3))
    words = document(browser, incident).text
    assert "Tuesday 6 January 2026 01:00:00 late" in words
    assert "Times are in Pacific/Auckland." in words


def test_a_pin_is_marked_and_says_who_wrote_it(browser: Client) -> None:
    incident = make_incident()
    pin = {"event_type": "slack_pin", "actor": make_person("pinner")}
    make_timeline_event(
        incident, "we see it", metadata={"author": {"display_name": "chidi"}}, **pin
    )
    words = document(browser, incident).text
    assert "📌 Pinned message of chidi we see it" in words


@pytest.mark.parametrize(
    "metadata", [None, "text", 5, [], {}, {"author": "x"}, {"author": {"display_name": 7}}]
)
def test_a_pin_with_any_metadata_is_shown(browser: Client, metadata: Any) -> None:
    incident = make_incident()
    make_timeline_event(incident, "we see it", event_type="slack_pin", metadata=metadata)
    assert "📌 Pinned message we see it" in document(browser, incident).text


def test_a_long_change_is_folded_and_nothing_of_it_is_lost(browser: Client) -> None:
    incident = make_incident()
    incident.summary = "word " * 200 + "END"
    incident.save()
    page = document(browser, incident)
    assert len(page.all("details")) == 1
    assert page.text.count("END") == 2
    assert "Incident summary added" in page.text


def test_the_timeline_begins_with_the_declaration_and_who_led_then(browser: Client) -> None:
    incident = make_incident(
        lead=make_person("bob"), severity="2", reporter=make_person("ana"), report_time=moment()
    )
    make_comms_channel(incident, channel_name="inc-1", created_date=moment(1))
    with acting_as(make_person("chidi")):
        incident.lead, incident.severity = make_person("dana"), "1"
        incident.save()
    words = document(browser, incident).text
    assert (
        "09:00:00 Incident declared. Lead: bob. Severity: major by ana "
        "09:01:00 Channel #inc-1 opened"
    ) in words


def test_who_came_to_lead_later_did_not_at_the_beginning(browser: Client) -> None:
    incident = make_incident(lead=None, severity=None)
    incident.lead, incident.severity = make_person("dana"), "1"
    incident.save()
    words = document(browser, incident).text
    assert "Incident declared" in words
    assert "Lead: dana" not in words
    assert "Severity: critical" not in words


def test_a_channel_of_0_5_1_whose_opening_nobody_knows_has_no_entry(browser: Client) -> None:
    incident = make_incident()
    make_comms_channel(incident, channel_name="inc-1", created_date=None)
    assert "opened" not in document(browser, incident).text


@pytest.mark.parametrize(
    "metadata", [None, "text", 5, [], {}, {"update_type": "incident_lead", "old_value": 7}]
)
def test_a_change_with_any_metadata_is_shown(browser: Client, metadata: Any) -> None:
    incident = make_incident()
    make_timeline_event(incident, "It *changed*", event_type="incident_update", metadata=metadata)
    assert "It changed" in document(browser, incident).text


def test_a_changed_text_keeps_its_own_markdown(browser: Client) -> None:
    """As one text with the sentence around it, a list that begins a text was none."""
    incident = make_incident()
    incident.summary = "1. certificate\n2. network"
    incident.save()
    incident.summary = "* DNS\n* more"
    incident.save()
    page = document(browser, incident)
    # Twice in the timeline: as it was added, and as it was before the other one.
    assert page.all("ol").count({}) == 2
    assert "Incident summary added certificate network" in page.text
    told = "Incident summary updated DNS more What it said before certificate network"
    assert told in page.text


def test_an_entry_that_somebody_rewrote_is_shown_as_they_wrote_it(browser: Client) -> None:
    incident = make_incident()
    incident.summary = "It broke"
    incident.save()
    incident.timelineevent_set.update(text="We wrote a *summary*")
    words = document(browser, incident).text
    assert "We wrote a summary" in words
    assert "Incident summary added" not in words


def test_a_changed_title_is_shown_as_it_was_typed(browser: Client) -> None:
    incident = make_incident("*a* is _down_")
    incident.report = "*b* is _down_"
    incident.save()
    words = document(browser, incident).text
    assert 'Incident report updated from "*a* is _down_" to "*b* is _down_"' in words


def test_an_open_report_counts_no_time(browser: Client) -> None:
    incident = make_incident("Old trouble", report_only=True)
    words = document(browser, incident).text
    assert "Ended not yet Duration not told yet" in words
    assert "Incident reported" in words
    assert not [tag for tag in read(browser, "/").all("span") if "duration" in str(tag)]
    incident.close()
    assert "not told yet" not in document(browser, incident).text


def test_a_long_pin_is_not_folded(browser: Client) -> None:
    incident = make_incident()
    make_timeline_event(incident, "word " * 200, event_type="slack_pin")
    assert document(browser, incident).all("details") == []


def test_without_a_login_required_anybody_may_read(client: Client, settings: Any, db: None) -> None:
    incident = make_incident("Cards")
    settings.RESPONSE_LOGIN_REQUIRED = False
    assert "Cards" in read(client, "/").text
    assert "Cards" in document(client, incident).text


def test_without_signing_in_one_is_sent_to_the_login(client: Client, db: None) -> None:
    incident = make_incident("Cards")
    for path in ("/", f"/incident/{incident.pk}/", "/incident/4711/"):
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("pk", ["0", "4711", "9" * 30])
def test_an_incident_that_does_not_exist_is_a_404(browser: Client, pk: str) -> None:
    assert browser.get(f"/incident/{pk}/").status_code == 404


def test_a_private_incident_is_a_404_like_any_that_does_not_exist(browser: Client) -> None:
    secret = make_incident("planted-secret", private=True)
    assert browser.get(f"/incident/{secret.pk}/").status_code == 404


def test_naive_times_are_shown_as_they_are(browser: Client, settings: Any) -> None:
    settings.USE_TZ = False
    incident = make_incident(report_time=moment(), reporter=None)
    make_timeline_event(incident, "first", timestamp=moment(1))
    make_action(incident, due_date=moment())
    words = document(browser, incident).text
    assert "Started 5 Jan 2026, 09:00 UTC" in words
    assert "Monday 5 January 2026 09:00:00 Incident declared 09:01:00 first" in words


def test_a_document_takes_as_many_queries_for_fifty_rows_as_for_one(browser: Client) -> None:
    def add(incident: Incident, number: int) -> Incident:
        for _ in range(number):
            mention = f"<@{make_person().external_id}>"
            make_action(incident, mention)
            make_timeline_event(incident, mention, actor=make_person())
            make_participant(incident)
        return incident

    small, large = add(make_incident(), 1), add(make_incident(), 50)
    make_comms_channel(large)
    counts = []
    for incident in (small, large):
        with CaptureQueriesContext(connection) as captured:
            document(browser, incident)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 9
