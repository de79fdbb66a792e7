"""`core/reports/`: how many incidents, and how long people took."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from response.core.reporting import percentile, statistics_of
from response.models import Incident, TimelineEvent
from tests.factories import make_incident, make_person, make_timeline_event, moment


def report(api: APIClient, **query: str) -> dict[str, Any]:
    response = api.get(reverse("incident-reports"), query)
    assert response.status_code == 200, response.content
    return response.json()


def lived(start: float, *, lead: Any = None, severity: str = "", minutes: Any = ()) -> Incident:
    """An incident of that minute; ``minutes`` after which lead, severity and end came."""
    incident = make_incident(report_time=moment(start))
    to_lead, to_severity, to_end = minutes or (None, None, None)
    for after, name, value in (
        (to_lead, "lead", lead),
        (to_severity, "severity", severity),
        (to_end, "end_time", moment(start + (to_end or 0))),
    ):
        if after is not None:
            with time_machine.travel(moment(start + after), tick=False):
                setattr(incident, name, value)
                incident.save()
    return incident


def seconds(minutes: float) -> float:
    return minutes * 60.0


def test_a_report_counts_and_measures(api: APIClient) -> None:
    ana, bob = make_person("ana"), make_person("bob")
    lived(0, lead=ana, severity="1", minutes=(1, 2, 10))
    lived(5, lead=ana, severity="2", minutes=(3, 4, 30))
    lived(60 * 24 * 40, lead=bob, severity="1", minutes=(5, 9, None))
    lived(7)
    found = report(api)
    assert (found["count"], found["open"], found["resolved"]) == (4, 2, 2)
    assert found["time_to_lead"] == {
        "count": 3,
        "median": seconds(3),
        "mean": seconds(3),
        "p90": seconds(4.6),
    }
    assert found["time_to_severity"]["mean"] == seconds(5)
    assert found["time_to_resolve"] == {
        "count": 2,
        "median": seconds(20),
        "mean": seconds(20),
        "p90": seconds(28),
    }
    assert [(row["month"], row["count"]) for row in found["by_month"]] == [
        ("2026-01", 3),
        ("2026-02", 1),
    ]
    assert [(row["severity"], row["name"], row["count"]) for row in found["by_severity"]] == [
        ("1", "critical", 2),
        ("2", "major", 1),
        (None, None, 1),
    ]
    assert [
        (row["lead"]["display_name"] if row["lead"] else None, row["count"])
        for row in found["by_lead"]
    ] == [("ana", 2), (None, 1), ("bob", 1)]
    assert found["by_lead"][0]["time_to_lead"]["mean"] == seconds(2)
    assert found["by_lead"][0]["lead"]["email"] is None


def test_what_was_there_from_the_beginning_took_no_time(api: APIClient) -> None:
    ana, bob = make_person(), make_person()
    incident = make_incident(lead=ana, severity="3", report_time=moment())
    assert report(api)["time_to_lead"] == {"count": 1, "median": 0, "mean": 0, "p90": 0}
    with time_machine.travel(moment(30), tick=False):
        incident.lead, incident.severity = bob, "1"
        incident.save()
    found = report(api)
    assert found["time_to_lead"]["mean"] == found["time_to_severity"]["mean"] == 0


def test_the_first_lead_counts_and_one_who_left_counts_too(api: APIClient) -> None:
    ana = make_person()
    incident = lived(0, lead=ana, minutes=(2, None, None))
    with time_machine.travel(moment(9), tick=False):
        incident.lead = None
        incident.save()
        incident.lead = ana
        incident.save()
    assert report(api)["time_to_lead"]["mean"] == seconds(2)


def test_resolving_is_measured_from_the_start_and_never_negative(api: APIClient) -> None:
    make_incident(report_time=moment(60), start_time=moment(0), end_time=moment(90))
    assert report(api)["time_to_resolve"]["mean"] == seconds(90)
    Incident.objects.update(start_time=moment(100))
    assert report(api)["time_to_resolve"]["mean"] == 0


def test_a_month_is_that_of_the_projects_time_zone(api: APIClient, settings: Any) -> None:
    make_incident(report_time=moment(60 * 24 * 27 - 60 * 9 - 1 + 60 * 14))
    settings.TIME_ZONE = "Pacific/Auckland"
    assert [row["month"] for row in report(api)["by_month"]] == ["2026-02"]


def test_entries_that_are_no_changes_are_passed_over(api: APIClient) -> None:
    incident = make_incident(report_time=moment())
    for metadata in (
        '"incident_lead"',
        ["incident_lead"],
        {"update_type": ["incident_lead"]},
        None,
    ):
        make_timeline_event(incident, event_type="incident_update", metadata=metadata)
    TimelineEvent.objects.filter(metadata=None).update(event_type="incident_update")
    make_timeline_event(incident, event_type="deploy", metadata={"update_type": "incident_lead"})
    assert report(api)["time_to_lead"]["count"] == 0


def test_filters_narrow_a_report(api: APIClient) -> None:
    lived(0, lead=make_person(), severity="1", minutes=(1, 1, 5))
    lived(0, severity="2", minutes=(None, 1, 9))
    assert report(api, severity="2")["time_to_resolve"]["mean"] == seconds(9)
    assert report(api, severity="4") == {
        **report(api, search="nothing like it"),
        "count": 0,
        "by_month": [],
        "by_severity": [],
        "by_lead": [],
    }
    assert api.get(reverse("incident-reports"), {"severety": "1"}).status_code == 400


def test_nothing_is_null_and_not_nought(api: APIClient) -> None:
    assert report(api)["time_to_lead"] == {"count": 0, "median": None, "mean": None, "p90": None}


def test_a_private_incident_is_in_no_report(api: APIClient) -> None:
    make_incident(private=True, lead=make_person("planted-secret"))
    assert report(api)["count"] == 0
    assert "planted-secret" not in str(report(api))


def test_a_report_takes_as_many_queries_for_fifty_as_for_one(api: APIClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            report(api)
        return len(captured)

    lived(0, lead=make_person(), severity="1", minutes=(1, 1, 5))
    of_one = queries()
    for _ in range(49):
        lived(0, lead=make_person(), severity="1", minutes=(1, 1, 5))
    assert queries() == of_one


@pytest.mark.usefixtures("db")
def test_reports_work_in_a_project_with_naive_times(api: APIClient, settings: Any) -> None:
    settings.USE_TZ = False
    lived(0, lead=make_person(), severity="1", minutes=(1, 2, 5))
    found = report(api)
    assert found["time_to_lead"]["mean"] == seconds(1)
    assert found["by_month"][0]["month"] == "2026-01"


def test_percentiles_are_those_of_postgresql(db: None) -> None:
    values = [1.0, 2.0, 4.0, 8.0, 100.0, 3.5, 0.0]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY v) FROM unnest(%s) v", [values]
            )
            assert percentile(sorted(values), 0.9) == pytest.approx(cursor.fetchone()[0])
    assert statistics_of(values)["median"] == 3.5
    assert percentile(sorted(values), 0.9) == pytest.approx(44.8)
    assert percentile([7.0], 0.9) == 7.0
