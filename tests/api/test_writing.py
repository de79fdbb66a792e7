"""What can be changed through the API, and what is said to what cannot."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from response.models import Incident, TimelineEvent
from tests.api.calls import complaint, detail, patch
from tests.factories import (
    make_action,
    make_person,
    make_timeline_event,
)

Grant = Callable[..., None]
TYPED = "a < b & <script>alert(1)</script> :fire:"


def test_any_signed_in_user_may_change_what_0_5_1_let_them(
    api: APIClient, incident: Incident
) -> None:
    ana = make_person("ana")
    incident.close()
    response = patch(
        api,
        detail(incident),
        {
            "report": "All cards declined",
            "summary": TYPED,
            "impact": "Nobody pays",
            "severity": "1",
            "lead": {"display_name": "old name", "external_id": ana.external_id},
            "start_time": "2026-01-05T08:00:00Z",
            "end_time": "2026-01-05T11:00:00+01:00",
            "report_only": True,
        },
    )
    assert response.status_code == 200, response.content
    found = api.get(detail(incident)).json()
    assert found == response.json()
    assert found["summary"] == TYPED
    assert found["lead"]["display_name"] == "ana"
    assert [found["start_time"], found["end_time"]] == [
        "2026-01-05T08:00:00Z",
        "2026-01-05T10:00:00Z",
    ]
    assert found["report_only"] is True
    stored = Incident.objects.get(pk=incident.pk)
    assert stored.summary == "a &lt; b &amp; &lt;script&gt;alert(1)&lt;/script&gt; :fire:"


def test_a_change_has_its_consequences_in_the_name_of_who_made_it(
    api: APIClient, user: User, incident: Incident
) -> None:
    me = make_person("me", owner=user)
    patch(api, detail(incident), {"severity": "1"})
    entry = TimelineEvent.objects.get(incident=incident)
    assert entry.text == "Incident severity updated from major to critical"
    assert (entry.actor, entry.actor_name) == (me, "somebody")
    event = api.get(reverse("event-list")).json()["results"][-1]
    assert event["verb"] == "changed"
    assert event["changes"] == {"severity": {"old": "2", "new": "1"}}
    assert event["incident_id"] == incident.pk
    assert event["actor"]["external_id"] == me.external_id


def test_the_feed_tells_people_as_objects(api: APIClient, incident: Incident) -> None:
    ana = make_person("ana")
    patch(api, detail(incident), {"lead": ana.external_id})
    event = api.get(reverse("event-list")).json()["results"][-1]
    assert event["changes"]["lead"]["old"] is None
    assert event["changes"]["lead"]["new"]["display_name"] == "ana"
    assert event["changes"]["lead"]["new"]["email"] is None


def test_two_who_change_different_fields_both_keep_their_change(
    api: APIClient, incident: Incident
) -> None:
    patch(api, detail(incident), {"summary": "mine"})
    patch(api, detail(incident), {"impact": "yours"})
    incident.refresh_from_db()
    assert (incident.summary, incident.impact) == ("mine", "yours")


def test_a_lead_can_be_named_by_id_and_cleared(api: APIClient, incident: Incident) -> None:
    ana = make_person("ana")
    assert patch(api, detail(incident), {"lead": ana.external_id}).json()["lead"]
    assert patch(api, detail(incident), {"lead": None}).json()["lead"] is None


def test_what_was_read_can_be_sent_back_with_a_change(api: APIClient, incident: Incident) -> None:
    make_action(incident, "Ask <@U1>")
    data = api.get(detail(incident)).json()
    response = patch(api, detail(incident), {**data, "summary": "changed"})
    assert response.status_code == 200, response.content
    assert response.json() == {**data, "summary": "changed"}


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("severity", "critical", "1 (critical), 2 (major), 3 (minor), 4 (trivial), or null"),
        ("severity", 7, "1 (critical)"),
        ("severity", "", "1 (critical)"),
        ("lead", "U0NOBODY", "the external_id of somebody in the list of users"),
        ("lead", {"display_name": "ana"}, "external_id"),
        ("lead", "\0", "external_id"),
        ("lead", [1], "external_id"),
        ("start_time", "yesterday", "ISO 8601, such as 2026-01-31"),
        ("start_time", "0001-01-01T00:00:00+14:00", "ISO 8601"),
        ("start_time", 10**400, "ISO 8601"),
        ("end_time", "2026-13-01", "ISO 8601"),
        ("report_only", "maybe", "true, false"),
        ("report_only", 1, "true, false"),
        ("summary", 10**400, "text"),
        ("report", "x" * 201, "at most 200 characters"),
        ("report", "&" * 241, "at most 200 characters"),
        ("severety", "1", "severity"),
        ("report_time", "2026-01-01T00:00:00Z", "nothing, as it cannot be set"),
        ("reporter", None, "nothing, as it cannot be set"),
        ("is_closed", True, "nothing, as it cannot be set"),
        ("id", 4711, "nothing, as it cannot be set"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(
    api: APIClient, incident: Incident, grant: Grant, field: str, value: Any, allowed: str
) -> None:
    grant("close_incident")
    words = complaint(patch(api, detail(incident), {field: value}), field)
    assert "Allowed: " in words
    assert allowed in words
    if isinstance(value, str) and value and value.isprintable():
        assert value[:200] in words or field in words
    before = Incident.objects.get(pk=incident.pk)
    assert (before.severity, before.lead, before.report) == ("2", None, "Cards declined")


def test_a_severity_cannot_be_taken_away(api: APIClient, incident: Incident) -> None:
    assert "cannot be unset" in complaint(
        patch(api, detail(incident), {"severity": None}), "severity"
    )


def test_an_end_before_the_beginning_is_refused(
    api: APIClient, incident: Incident, grant: Grant
) -> None:
    grant("close_incident")
    words = complaint(
        patch(api, detail(incident), {"end_time": "2026-01-05T08:59:59Z"}), "end_time"
    )
    assert "2026-01-05T09:00:00+00:00" in words


def test_blank_titles_are_refused(api: APIClient, incident: Incident) -> None:
    for blank in ("", "  ", "\0", None):
        assert complaint(patch(api, detail(incident), {"report": blank}), "report")


@pytest.mark.parametrize("half", ["lead", "severity", "start_time", "report_only", "a\\udfff"])
def test_halves_of_surrogate_pairs_are_refused_in_words(
    api: APIClient, incident: Incident, half: str
) -> None:
    body = f'{{"{half}": "\\ud800"}}'
    response = api.patch(detail(incident), body, content_type="application/json")
    assert response.status_code == 400
    assert "?" in response.content.decode()


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"severity": ' + "9" * 5000 + "}", "[1]"])
def test_a_body_that_makes_no_sense_is_a_400(api: APIClient, incident: Incident, body: str) -> None:
    response = api.patch(detail(incident), body, content_type="application/json")
    assert response.status_code == 400, response.content


def test_metadata_that_no_database_takes_is_made_storable(
    api: APIClient, incident: Incident, grant: Grant
) -> None:
    grant("add_timelineevent")
    path = reverse("incident-timeline-event-list", args=[incident.pk])
    body = '{"text": "x", "metadata": {"a\\ud800": ["\\u0000b", {"c": "\\udfff"}]}}'
    response = api.post(path, body, content_type="application/json")
    assert response.status_code == 201, response.content
    assert response.json()["metadata"] == {"a?": ["b", {"c": "?"}]}
    assert api.get(path).json()["results"][0]["metadata"] == {"a?": ["b", {"c": "?"}]}
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    response = api.post(path, {"text": "x", "metadata": deep}, format="json")
    assert "32 levels" in complaint(response, "metadata")


# -- two editors ----------------------------------------------------------------------------


def test_who_sends_the_etag_back_overwrites_nothing_unseen(
    api: APIClient, incident: Incident
) -> None:
    etag = api.get(detail(incident))["ETag"]
    first = patch(api, detail(incident), {"summary": "first"}, headers={"If-Match": etag})
    assert first.status_code == 200
    second = patch(api, detail(incident), {"summary": "second"}, headers={"If-Match": etag})
    assert second.status_code == 412
    assert second.json()["present"]["summary"] == "first"
    assert second["ETag"] == first["ETag"] != etag
    again = {"If-Match": second["ETag"]}
    assert patch(api, detail(incident), {"summary": "second"}, headers=again).status_code == 200


@pytest.mark.parametrize(
    ("header", "status"), [("*", 200), ('"other"', 412), ("garbage", 412), ('W/"weak"', 412)]
)
def test_if_match_is_read_as_http_has_it(
    api: APIClient, incident: Incident, header: str, status: int
) -> None:
    response = patch(api, detail(incident), {"summary": "x"}, headers={"If-Match": header})
    assert response.status_code == status
    incident.refresh_from_db()
    assert bool(incident.summary) is (status == 200)


def test_a_row_is_locked_before_it_is_read_and_compared(api: APIClient, incident: Incident) -> None:
    with CaptureQueriesContext(connection) as captured:
        patch(api, detail(incident), {"summary": "x"}, headers={"If-Match": "*"})
    about_it = [query["sql"] for query in captured if "response_incident" in query["sql"]]
    assert about_it[0].startswith("UPDATE") or about_it[0].endswith("FOR UPDATE")


def test_actions_and_entries_have_etags_too(api: APIClient, incident: Incident) -> None:
    action, entry = make_action(incident), make_timeline_event(incident)
    for name, pk, change in (
        ("incident-action-detail", action.pk, {"done": True}),
        ("incident-timeline-event-detail", entry.pk, {"text": "It went on"}),
    ):
        path = reverse(name, args=[incident.pk, pk])
        etag = api.get(path)["ETag"]
        assert patch(api, path, change, headers={"If-Match": etag}).status_code == 200
        assert patch(api, path, change, headers={"If-Match": etag}).status_code == 412
