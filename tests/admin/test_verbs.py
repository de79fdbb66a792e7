"""Closing and reopening from the admin: the same verbs as from anywhere else."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from response.core import signals
from response.models import Event, Incident, TimelineEvent
from tests.admin.conftest import signed_in, staff_with
from tests.admin.rows import admin_path
from tests.admin.test_boxes import act
from tests.factories import make_incident, make_person, moment


def closer(*more: str) -> Client:
    return signed_in(staff_with("view_incident", "close_incident", *more, name="closer"))


def test_closing_ends_and_tells_as_the_button_does(db: None) -> None:
    open_one, closed_one = make_incident(), make_incident(end_time=moment(600))
    told = []

    def hear(**kwargs: Any) -> None:
        told.append((kwargs["incident"], kwargs["actor"].name))

    signals.incident_closed.connect(hear)
    try:
        said = act(closer(), "close", open_one, closed_one)
    finally:
        signals.incident_closed.disconnect(hear)
    assert said == ["1 incident closed.", "1 incident was closed already."]
    assert told == [(open_one, "closer")]
    open_one.refresh_from_db()
    closed_one.refresh_from_db()
    assert open_one.is_closed()
    assert closed_one.end_time == moment(600)
    event = Event.objects.latest("pk")
    assert (event.verb, event.actor_name, event.incident) == ("closed", "closer", open_one)
    assert TimelineEvent.objects.get().text == "Incident closed"


def test_reopening_takes_the_end_back(db: None) -> None:
    open_one, closed_one = make_incident(), make_incident(end_time=moment(600))
    said = act(closer(), "reopen", open_one, closed_one)
    assert said == ["1 incident reopened.", "1 incident was reopened already."]
    closed_one.refresh_from_db()
    assert not closed_one.is_closed()
    assert Event.objects.latest("pk").verb == "reopened"


def test_of_two_who_close_at_once_one_does(db: None) -> None:
    incident = make_incident()
    client = closer()
    assert act(client, "close", incident) == ["1 incident closed."]
    ended = Incident.objects.get().end_time
    assert act(client, "close", incident) == ["1 incident was closed already."]
    assert Incident.objects.get().end_time == ended
    assert Event.objects.filter(verb="closed").count() == 1
    assert LogEntry.objects.count() == 1


def test_closing_needs_its_permission(db: None) -> None:
    incident = make_incident()
    changes = signed_in(staff_with("view_incident", "change_incident", name="changes"))
    assert 'value="close"' not in changes.get(admin_path(Incident)).content.decode()
    act(changes, "close", incident)
    page = changes.get(admin_path(Incident, "change", incident.pk))
    form = page.context["adminform"].form
    assert "end_time" not in form.fields
    assert "report" in form.fields
    incident.refresh_from_db()
    assert not incident.is_closed()


def test_who_may_only_see_changes_nothing(db: None) -> None:
    incident = make_incident("as it was")
    sees = signed_in(staff_with("view_incident", name="sees"))
    path = admin_path(Incident, "change", incident.pk)
    assert sees.get(path).status_code == 200
    assert sees.post(path, {"report": "changed"}).status_code == 403
    assert signed_in(staff_with("view_action", name="other")).get(path).status_code == 403
    incident.refresh_from_db()
    assert incident.report == "as it was"


@pytest.mark.parametrize(
    ("status", "found"), [("live", "live one"), ("reported", "report"), ("resolved", "over")]
)
def test_incidents_are_filtered_by_status(root: Client, status: str, found: str) -> None:
    make_incident("live one")
    make_incident("report", report_only=True)
    make_incident("over", end_time=moment(600))
    rows = root.get(admin_path(Incident), {"status": status}).context["cl"].result_list
    assert [incident.report for incident in rows] == [found]


def test_what_closing_costs_does_not_depend_on_who_else_is_there(root: Client) -> None:
    def queries_for(number: int) -> int:
        rows = [make_incident(lead=make_person()) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            act(root, "close", *rows)
        return len(captured)

    queries_for(1)
    one, five, nine = queries_for(1), queries_for(5), queries_for(9)
    assert nine - five == five - one
