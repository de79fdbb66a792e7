"""What narrows and orders lists, and what is said to filters that are none."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from response import text
from tests.factories import make_action, make_incident, make_person, moment


def found(api: APIClient, path: str = "incident-list", **query: Any) -> list[Any]:
    response = api.get(reverse(path), query)
    assert response.status_code == 200, response.content
    return [row.get("report") or row.get("details") for row in response.json()["results"]]


@pytest.fixture
def incidents(db: None) -> None:
    ana, bob = make_person("ana", external_id="U0ANA"), make_person("bob", external_id="U0BOB")
    make_incident("one", severity="1", lead=ana, reporter=bob, report_time=moment(1))
    make_incident("two", severity="2", lead=bob, reporter=None, report_time=moment(2))
    make_incident("three", reporter=ana, report_time=moment(3), report_only=True)
    make_incident("four", severity="4", report_time=moment(4), end_time=moment(60))


@pytest.mark.usefixtures("incidents")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"severity": "1"}, "one"),
        ({"severity": "1, 4"}, "four one"),
        ({"severity": "none"}, "three"),
        ({"severity": "none,2"}, "three two"),
        ({"status": "live"}, "two one"),
        ({"status": "reported"}, "three"),
        ({"status": "open"}, "three two one"),
        ({"status": "resolved"}, "four"),
        ({"status": "resolved,reported"}, "four three"),
        ({"lead": "U0ANA"}, "one"),
        ({"lead": "U0ANA,U0BOB"}, "two one"),
        ({"lead": "none"}, "four three"),
        ({"lead": "U0NOBODY"}, ""),
        ({"reporter": "U0ANA"}, "three"),
        ({"reporter": "none"}, "two"),
        ({"report_only": "true"}, "three"),
        ({"report_only": "false"}, "four two one"),
        ({"private": "true"}, ""),
        ({"report_time_from": "2026-01-05T09:03:00Z"}, "four three"),
        ({"report_time_to": "2026-01-05T09:02:00Z"}, "two one"),
        ({"start_time_from": "2026-01-05T09:02", "start_time_to": "2026-01-05T09:03"}, "three two"),
        ({"end_time_to": "2026-01-05T10:00:00Z"}, "four"),
        ({"end_time_from": "2026-01-05T10:00:01Z"}, ""),
        ({"severity": "1,2", "lead": "U0BOB"}, "two"),
        ({"severity": "", "search": " "}, "four three two one"),
        ({"ordering": "report_time"}, "one two three four"),
        ({"ordering": "severity"}, "one two four three"),
        ({"ordering": "-severity"}, "four two one three"),
        ({"ordering": "end_time,report_time"}, "four one two three"),
        ({"ordering": "-id"}, "four three two one"),
    ],
)
def test_incidents_can_be_filtered_and_ordered(
    api: APIClient, query: dict[str, str], expected: str
) -> None:
    assert " ".join(found(api, **query)) == expected


def test_incidents_that_are_open_for_longer_than_a_time(api: APIClient) -> None:
    now = timezone.now()
    make_incident("long ago", start_time=now - timedelta(hours=25), report_time=now)
    make_incident("just now", start_time=now - timedelta(hours=23), report_time=now)
    make_incident("over", start_time=now - timedelta(days=9), report_time=now, end_time=now)
    assert found(api, open_longer_than="PT24H") == ["long ago"]
    assert found(api, open_longer_than="P1D") == ["long ago"]
    assert set(found(api, open_longer_than="PT90M")) == {"long ago", "just now"}


def test_the_search_reads_titles_summaries_and_impacts_as_people_do(api: APIClient) -> None:
    make_incident("title", summary=text.from_plain("cards & cash"))
    make_incident("other", impact="no CARDS")
    make_incident("third", impact="nothing")
    assert found(api, search="cards") == ["other", "title"]
    assert found(api, search="& CASH") == ["title"]
    assert found(api, search="100%_") == []
    assert found(api, search="amp;") == []


def test_filters_hold_for_a_month_too(api: APIClient) -> None:
    make_incident("one", severity="1", report_time=moment())
    make_incident("two", severity="2", report_time=moment())
    path = reverse("incidents-bymonth-list", args=["2026", "01"])
    assert api.get(path, {"severity": "1"}).json()["count"] == 1


def test_one_incident_takes_no_filter(api: APIClient) -> None:
    incident = make_incident("one", severity="1")
    path = reverse("incident-detail", args=[incident.pk])
    assert api.get(path, {"severity": "2"}).status_code == 200


def test_actions_people_and_events_can_be_filtered(api: APIClient) -> None:
    ana = make_person("ana", external_id="U0ANA", deleted=True)
    incident = make_incident("one")
    make_action(incident, "done", done=True, priority="1", user=ana)
    make_action(incident, "to do", type="2", due_date=moment())
    assert found(api, "action-list", done="true") == ["done"]
    assert found(api, "action-list", user="U0ANA") == ["done"]
    assert found(api, "action-list", priority="none", type="2") == ["to do"]
    assert found(api, "action-list", due_date_to="2026-01-05T09:00:00Z") == ["to do"]
    people = api.get(reverse("externaluser-list"), {"deleted": "true"}).json()["results"]
    assert [person["external_id"] for person in people] == ["U0ANA"]
    people = api.get(reverse("externaluser-list"), {"external_id": "U0ANA"}).json()["results"]
    assert len(people) == 1
    incident.close()
    events = api.get(reverse("event-list"), {"verb": "closed,declared"}).json()["results"]
    assert [event["verb"] for event in events] == ["declared", "closed"]
    events = api.get(reverse("event-list"), {"event_type": "action_event"}).json()["results"]
    assert len(events) == 2


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ("severity=critical", "severity", "1, 2, 3, 4, none"),
        ("severity=1,7", "severity", "1, 2, 3, 4, none"),
        ("status=closed", "status", "live, reported, open, resolved"),
        ("report_only=maybe", "report_only", "true, false"),
        ("report_time_from=yesterday", "report_time_from", "ISO 8601"),
        ("open_longer_than=long", "open_longer_than", "PT24H"),
        ("open_longer_than=-PT1H", "open_longer_than", "PT24H"),
        ("open_longer_than=P999999999D", "open_longer_than", "PT24H"),
        ("ordering=color", "ordering", "report_time, -report_time"),
        ("severety=1", "severety", "Did you mean severity?"),
        ("pagesize=2", "pagesize", "limit, offset, page, page_size, cursor"),
        ("severity=1&severity=2", "severity", "once; several values have commas"),
        ("lead=" + ",".join(f"U{n}" for n in range(51)), "lead", "50 at most"),
        ("lead=%00", "lead", "Null characters are not allowed"),
        ("search=%00", "search", "Null characters are not allowed"),
        ("%s=%25s", "%s", "is no parameter of this list"),
        ("severity=%25s%25(x)d", "severity", "“%s%(x)d” is not allowed"),
    ],
)
def test_a_filter_that_makes_no_sense_is_a_400_that_explains(
    api: APIClient, query: str, field: str, allowed: str
) -> None:
    response = api.get(f"{reverse('incident-list')}?{query}")
    assert response.status_code == 400, response.content
    (words,) = response.json()[field]
    assert allowed in words


def test_the_cache_buster_of_jquery_and_drfs_format_are_no_filters(api: APIClient) -> None:
    assert api.get(reverse("incident-list"), {"_": "17", "format": "json"}).status_code == 200
