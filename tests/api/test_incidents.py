"""What incidents, actions, timelines and people look like in JSON."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from response import text
from response.models import Incident
from response.serializers import ActionSerializer, IncidentSerializer
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_person,
    make_timeline_event,
    moment,
)

TYPED = "a < b & <script>alert(1)</script> :fire:"


def get(api: APIClient, name: str, *args: Any, **query: Any) -> Any:
    response = api.get(reverse(name, args=args), query)
    assert response.status_code == 200, response.content
    return response.json()


def test_an_incident_has_the_fields_of_0_5_1(api: APIClient) -> None:
    lead = make_person("ana")
    incident = make_incident(
        "Cards declined", lead=lead, severity="2", summary="Certificate", report_time=moment()
    )
    make_comms_channel(incident, channel_id="C1", channel_name="inc-cards")
    incident.close(at=moment(90))
    assert get(api, "incident-detail", incident.pk) == {
        "action_items": [],
        "comms_channel": {"channel_id": "C1", "channel_name": "inc-cards"},
        "end_time": "2026-01-05T10:30:00Z",
        "impact": None,
        "is_closed": True,
        "lead": {
            "app_id": "slack",
            "external_id": lead.external_id,
            "display_name": "ana",
            "full_name": "ana in full",
            "email": None,
            "deleted": False,
        },
        "id": incident.pk,
        "private": False,
        "report": "Cards declined",
        "report_time": "2026-01-05T09:00:00Z",
        "report_only": False,
        "reporter": get(api, "externaluser-detail", incident.reporter_id),
        "severity": "2",
        "start_time": "2026-01-05T09:00:00Z",
        "summary": "Certificate",
    }


def test_an_incident_without_lead_channel_and_severity_has_nulls(api: APIClient) -> None:
    incident = make_incident(reporter=None)
    found = get(api, "incident-detail", incident.pk)
    missing = ("comms_channel", "lead", "reporter", "severity", "summary", "impact", "end_time")
    assert [found[field] for field in missing] == [None] * len(missing)
    assert found["is_closed"] is False


def test_an_action_has_the_fields_of_0_5_1(api: APIClient) -> None:
    ana = make_person("ana")
    incident = make_incident()
    action = make_action(incident, "Ask <@" + ana.external_id + ">", priority="1", user=ana)
    found = get(api, "incident-action-detail", incident.pk, action.pk)
    assert found.pop("created_date")
    assert found == {
        "id": action.pk,
        "details": f"Ask <@{ana.external_id}>",
        "done": False,
        "user": get(api, "externaluser-detail", ana.pk),
        "details_ui": "Ask @ana",
        "done_date": None,
        "due_date": None,
        "priority": "1",
        "type": None,
    }


def test_a_timeline_entry_has_the_fields_of_0_5_1(api: APIClient) -> None:
    incident = make_incident()
    entry = make_timeline_event(
        incident, "deployed :tada:", event_type="deploy", metadata={"sha": "abc", "n": [1, None]}
    )
    entry.timestamp = moment(1)
    entry.save()
    assert get(api, "incident-timeline-event-detail", incident.pk, entry.pk) == {
        "id": entry.pk,
        "timestamp": "2026-01-05T09:01:00Z",
        "text": "deployed :tada:",
        "event_type": "deploy",
        "metadata": {"sha": "abc", "n": [1, None]},
        "text_ui": "deployed 🎉",
    }


def test_texts_read_as_they_were_typed(api: APIClient) -> None:
    wire = text.from_plain(TYPED)
    incident = make_incident(wire, summary=wire, impact=wire)
    action = make_action(incident, wire)
    entry = make_timeline_event(incident, wire)
    found = get(api, "incident-detail", incident.pk)
    assert [found["report"], found["summary"], found["impact"]] == [TYPED] * 3
    assert found["action_items"][0]["details"] == TYPED
    assert get(api, "action-detail", action.pk)["details"] == TYPED
    assert get(api, "incident-timeline-event-detail", incident.pk, entry.pk)["text"] == TYPED


def test_the_ui_fields_name_people_and_channels(api: APIClient) -> None:
    ana = make_person("ana & co")
    incident = make_incident()
    wire = f"<@{ana.external_id}> and <@U0UNKNOWN> in <#C1|ops>: a &lt; b :fire:"
    make_action(incident, wire)
    make_timeline_event(incident, wire)
    read = "@ana & co and @U0UNKNOWN in #ops: a < b 🔥"
    assert get(api, "action-list")["results"][0]["details_ui"] == read
    assert get(api, "incident-timeline-event-list", incident.pk)["results"][0]["text_ui"] == read
    found = get(api, "incident-list")["results"][0]
    assert found["action_items"][0]["details_ui"] == read


def test_metadata_of_a_changed_text_reads_as_typed(api: APIClient) -> None:
    incident = make_incident()
    incident.summary = text.from_plain(TYPED)
    incident.save()
    entries = get(api, "incident-timeline-event-list", incident.pk)["results"]
    assert entries[0]["metadata"] == {
        "update_type": "incident_summary",
        "old_value": None,
        "new_value": TYPED,
    }


def test_numbers_that_json_does_not_know_break_no_timeline(api: APIClient) -> None:
    incident = make_incident()
    make_timeline_event(incident, metadata={"ratio": float("nan"), "limits": [float("inf")]})
    entry = get(api, "incident-timeline-event-list", incident.pk)["results"][0]
    assert entry["metadata"] == {"ratio": "nan", "limits": ["inf"]}


def test_incidents_come_latest_report_first(api: APIClient) -> None:
    same_time = [make_incident(report_time=moment()).pk for _ in range(3)]
    latest = make_incident(report_time=moment(5)).pk
    found = [row["id"] for row in get(api, "incident-list")["results"]]
    assert found == [latest, *reversed(same_time)]


def test_the_timeline_comes_in_the_order_of_time(api: APIClient) -> None:
    incident = make_incident()
    late = make_timeline_event(incident, timestamp=moment(9))
    early = make_timeline_event(incident, timestamp=moment(1))
    found = get(api, "incident-timeline-event-list", incident.pk)["results"]
    assert [row["id"] for row in found] == [early.pk, late.pk]


def test_a_month_holds_what_was_reported_in_it(api: APIClient, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    first = make_incident(report_time=moment() - timedelta(days=4, hours=22))
    make_incident(report_time=moment() - timedelta(days=4, hours=22, seconds=1))
    december = get(api, "incidents-bymonth-list", "2025", "12")["results"]
    january = get(api, "incidents-bymonth-list", "2026", "01")["results"]
    assert [row["id"] for row in january] == [first.pk]
    assert len(december) == 1
    other_month = reverse("incidents-bymonth-detail", args=["2025", "12", first.pk])
    assert api.get(other_month).status_code == 404


def test_people_whom_0_5_1_stored_twice_are_listed_once(api: APIClient) -> None:
    make_person("ana", external_id="U1")
    make_person("ana too", external_id="U1", superseded=True)
    assert [row["display_name"] for row in get(api, "externaluser-list")["results"]] == ["ana"]


def test_serializers_work_where_a_host_uses_them_without_a_request(db: None) -> None:
    ana = make_person("ana")
    action = make_action(make_incident(), f"Ask <@{ana.external_id}>")
    assert ActionSerializer(action).data["details_ui"] == "Ask @ana"


def test_addresses_are_hidden_from_who_asks_and_not_from_a_host_s_own_code(user: Any) -> None:
    ana = make_person("ana", email="ana@example.test")
    incident = make_incident(reporter=ana)
    make_action(incident, user=ana)
    request = RequestFactory().get("/")
    for asking in (user, AnonymousUser()):
        request.user = asking
        assert "ana@" not in str(IncidentSerializer(incident, context={"request": request}).data)
    shown = IncidentSerializer(incident).data
    assert shown["reporter"]["email"] == "ana@example.test"
    assert shown["action_items"][0]["user"]["email"] == "ana@example.test"


def fill(incidents: int) -> Incident:
    """So many incidents with five actions each, every one with people of its own."""
    for _ in range(incidents):
        incident = make_incident(lead=make_person())
        make_comms_channel(incident)
        for _ in range(5):
            person = make_person()
            make_action(incident, f"Ask <@{person.external_id}>", user=person)
    return incident


def queries(user: User, path: str) -> int:
    """How many queries a browser's request makes, session and permissions included."""
    client = APIClient()
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(path, {"limit": "1000"})
    assert response.status_code == 200
    assert response.json()["results"]
    return len(captured)


def test_a_hundred_incidents_with_five_actions_each_take_eight_queries(user: User) -> None:
    fill(1)
    of_one = queries(user, reverse("incident-list"))
    fill(99)
    of_hundred = queries(user, reverse("incident-list"))
    assert of_one == of_hundred
    assert of_hundred <= 8


@pytest.mark.parametrize("name", ["action-list", "externaluser-list", "event-list"])
def test_lists_take_as_many_queries_for_many_rows_as_for_one(user: User, name: str) -> None:
    fill(1)
    of_few = queries(user, reverse(name))
    fill(49)
    assert queries(user, reverse(name)) == of_few


@pytest.mark.parametrize("name", ["incident-action-list", "incident-timeline-event-list"])
def test_lists_of_an_incident_take_as_many_queries_for_fifty_rows_as_for_one(
    user: User, name: str
) -> None:
    incident = make_incident()
    path = reverse(name, args=[incident.pk])

    def add_rows(number: int) -> None:
        for _ in range(number):
            mention = f"<@{make_person().external_id}>"
            make_action(incident, mention)
            make_timeline_event(incident, mention)

    add_rows(1)
    of_one = queries(user, path)
    add_rows(49)
    assert queries(user, path) == of_one
