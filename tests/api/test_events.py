"""The change feed."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from response import text
from response.models import Event
from tests.factories import make_action, make_incident, moment


def add_event(minutes: float, payload: Any = "{}", **values: Any) -> Event:
    return Event.objects.create(
        timestamp=moment(minutes), event_type="incident_event", payload=payload, **values
    )


def feed(api: APIClient, **query: str) -> list[dict[str, Any]]:
    response = api.get(reverse("event-list"), query)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def ids(api: APIClient, **query: str) -> list[int]:
    return [row["id"] for row in feed(api, **query)]


def test_an_event_has_the_fields_of_0_5_1_and_a_parsed_payload(api: APIClient) -> None:
    event = add_event(0, {"id": 7, "report": "Down", "lead": None})
    assert feed(api) == [
        {
            "id": event.pk,
            "timestamp": "2026-01-05T09:00:00Z",
            "event_type": "incident_event",
            "payload": {"id": 7, "report": "Down", "lead": None},
            "verb": "",
            "changes": {},
            "incident_id": None,
            "actor": None,
            "actor_name": "",
        }
    ]


def test_texts_in_a_payload_read_as_they_were_typed(api: APIClient) -> None:
    typed = "a < b & <@U1>"
    incident = make_incident(text.from_plain("a < b & ") + "<@U1>")
    make_action(incident, incident.report)
    declared, action = feed(api)
    assert declared["payload"]["report"] == typed
    assert action["payload"]["details"] == typed


def test_a_payload_that_is_no_json_is_given_as_it_is(api: APIClient) -> None:
    add_event(0, "written by hand")
    add_event(1, '["a", NaN]')
    assert [row["payload"] for row in feed(api)] == ["written by hand", ["a", "nan"]]


def test_without_from_and_to_the_whole_feed_is_given(api: APIClient) -> None:
    old = add_event(-60 * 24 * 400)
    new = add_event(60 * 24 * 4000)
    assert ids(api) == [old.pk, new.pk]


def test_the_feed_comes_in_the_order_of_time(api: APIClient) -> None:
    late, early, same = add_event(9), add_event(1), add_event(9)
    assert ids(api) == [early.pk, late.pk, same.pk]


def test_from_and_to_are_inclusive(api: APIClient) -> None:
    before, first, last, after = (add_event(minutes) for minutes in (0, 10, 20, 30))
    assert ids(api, **{"from": "2026-01-05T09:10:00Z"}) == [first.pk, last.pk, after.pk]
    assert ids(api, to="2026-01-05T09:20:00Z") == [before.pk, first.pk, last.pk]
    both = {"from": "2026-01-05T09:10:00Z", "to": "2026-01-05T09:20:00Z"}
    assert ids(api, **both) == [first.pk, last.pk]


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-05T09:10:00Z",
        "2026-01-05T10:10:00+01:00",
        "2026-01-05 09:10:00",
        "2026-01-05T09:10",
        "20260105T091000Z",
    ],
)
def test_from_may_be_written_in_any_form_of_iso_8601(api: APIClient, written: str) -> None:
    add_event(9)
    first = add_event(10)
    assert ids(api, **{"from": written}) == [first.pk]


def test_a_date_is_its_midnight_in_the_projects_time_zone(api: APIClient, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    midnight = moment().replace(tzinfo=ZoneInfo("Pacific/Auckland"), hour=0)
    Event.objects.create(
        timestamp=midnight - timedelta(seconds=1), event_type="incident_event", payload="{}"
    )
    first = Event.objects.create(timestamp=midnight, event_type="incident_event", payload="{}")
    assert ids(api, **{"from": "2026-01-05"}) == [first.pk]


def test_an_empty_from_is_none(api: APIClient) -> None:
    event = add_event(0)
    assert ids(api, **{"from": "", "to": " "}) == [event.pk]


@pytest.mark.parametrize("name", ["from", "to"])
@pytest.mark.parametrize(
    "value",
    [
        "banana",
        "2026-13-01",
        "2026-02-30T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "9" * 5000,
        "2026-01-05T09:00:00 02:00",
        "%s %(x)s",
        "\0",
    ],
)
def test_a_time_that_is_none_is_a_400_that_explains(api: APIClient, name: str, value: str) -> None:
    response = api.get(reverse("event-list"), {name: value})
    assert response.status_code == 400
    (message,) = response.json()[name]
    assert value.strip()[:200] in message
    assert "2026-01-31T12:00:00Z" in message
    assert "%2B" in message


@pytest.mark.parametrize("written", ["2026-01-05T09:10:00Z", "2026-01-05T10:10:00"])
def test_from_works_in_a_project_with_naive_times(
    api: APIClient, settings: Any, written: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    settings.USE_TZ = False
    add_event(9)
    first = add_event(10)
    assert ids(api, **{"from": written}) == [first.pk]
