"""Incidents as files: any number, harmless in a spreadsheet, for those who may."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from response import text
from response.core import export
from tests.factories import (
    make_action,
    make_comms_channel,
    make_incident,
    make_person,
    moment,
)

CSV, JSON = "incident-export-csv", "incident-export-json"


@pytest.fixture(autouse=True)
def may_export(grant: Callable[..., None]) -> None:
    grant("export_incidents")


def download(api: APIClient, name: str, **query: str) -> str:
    response = api.get(reverse(name), query)
    assert response.status_code == 200, response.content
    assert response.streaming
    assert "attachment; filename=" in response["Content-Disposition"]
    return b"".join(response.streaming_content).decode()


def rows(api: APIClient, **query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(download(api, CSV, **query), newline="")))


@pytest.mark.parametrize("name", [CSV, JSON])
def test_exporting_needs_its_permission(api: APIClient, user: Any, name: str) -> None:
    assert APIClient().get(reverse(name)).status_code in (401, 403)
    user.user_permissions.clear()
    response = api.get(reverse(name), headers={"Accept": "text/csv"})
    assert response.status_code == 403
    assert response.json() == {"detail": "You need the permission response.export_incidents."}


def test_a_line_of_csv_says_everything_in_plain_words(api: APIClient) -> None:
    ana = make_person("ana")
    incident = make_incident(
        text.from_plain('Cards, "declined" & more'),
        lead=ana,
        reporter=None,
        severity="2",
        summary=f"Ask <@{ana.external_id}>\nnow",
        report_time=moment(),
    )
    make_comms_channel(incident, channel_name="inc-cards")
    make_action(incident, done=True)
    make_action(incident)
    incident.close(at=moment(90))
    assert rows(api) == [
        {
            "id": str(incident.pk),
            "report": 'Cards, "declined" & more',
            "status": "resolved",
            "severity": "2",
            "severity_name": "major",
            "lead": "ana",
            "reporter": "",
            "report_only": "false",
            "private": "false",
            "report_time": "2026-01-05T09:00:00Z",
            "start_time": "2026-01-05T09:00:00Z",
            "end_time": "2026-01-05T10:30:00Z",
            "seconds_to_resolve": "5400.0",
            "summary": "Ask @ana\nnow",
            "impact": "",
            "comms_channel": "inc-cards",
            "actions": "2",
            "actions_open": "1",
        }
    ]


@pytest.mark.parametrize(
    "typed",
    [
        "=HYPERLINK(1)",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =1",
        "\uff1d1",  # as wide as a CJK character: a spreadsheet takes it for "="
    ],
)
def test_no_cell_is_a_formula(api: APIClient, typed: str) -> None:
    wire = text.from_plain(typed)
    make_incident(wire, summary=f"\t{wire}", impact=wire, lead=make_person(display_name=typed))
    (row,) = rows(api)
    for column in ("report", "summary", "impact", "lead"):
        assert row[column][0] == "'"
        assert row[column].replace("'", "").strip() == typed.strip()


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n", "; ", ';"', "\n\t"])
@pytest.mark.parametrize(
    "typed",
    ["=1", "-1", "+cmd|' /C calc'!A0", "- cmd|' /C calc'!A0", "- CALL(1)", "@A1", "\uff1d1"],
)
def test_no_formula_begins_within_a_text(api: APIClient, separator: str, typed: str) -> None:
    """As a spreadsheet reads it whose separator is a semicolon or a tab."""
    wire = text.from_plain(f"fine{separator}{typed};more")
    make_incident(wire, summary=wire)
    for cell in re.split(r"[;\t\r\n]", download(api, CSV)):
        assert cell.lstrip(' "')[:1] not in tuple("=+-@\uff1d"), cell


@pytest.mark.parametrize(
    "typed",
    ["Found:\n- Ask Bo; don't wait\n  - the cards' queue", "a;b\r\nc - d; e = f", "1 - 2\n\n- x"],
)
def test_lists_and_other_texts_stay_as_they_are(api: APIClient, typed: str) -> None:
    make_incident(summary=text.from_plain(typed))
    assert rows(api)[0]["summary"] == typed


def test_json_is_true_to_what_was_typed(api: APIClient) -> None:
    make_incident(summary="x;=1\n=2")
    assert json.loads(download(api, JSON))[0]["summary"] == "x;=1\n=2"


def test_json_has_the_objects_of_the_list(api: APIClient) -> None:
    incident = make_incident(lead=make_person("ana"))
    make_action(incident, f"Ask <@{incident.lead.external_id}>")
    listed = api.get(reverse("incident-list")).json()["results"]
    assert json.loads(download(api, JSON)) == listed
    assert listed[0]["action_items"][0]["details_ui"] == "Ask @ana"


@pytest.mark.usefixtures("may_see_addresses")
def test_addresses_are_shown_with_the_permission_only(api: APIClient, user: Any) -> None:
    make_incident(lead=make_person("ana"))
    assert "ana@example.test" in download(api, JSON)
    user.user_permissions.set(user.user_permissions.filter(codename="export_incidents"))
    assert "@example.test" not in download(api, JSON)
    assert "@example.test" not in download(api, CSV)


def test_nothing_to_export_is_an_empty_file(api: APIClient) -> None:
    assert json.loads(download(api, JSON)) == []
    assert rows(api) == []
    assert download(api, CSV).startswith("id,report,status,")


def test_filters_narrow_a_file_and_others_are_refused(api: APIClient) -> None:
    make_incident("one", severity="1")
    make_incident("two", severity="2")
    assert [row["report"] for row in rows(api, severity="2")] == ["two"]
    assert [row["report"] for row in json.loads(download(api, JSON, search="ONE"))] == ["one"]
    for query in ({"severity": "9"}, {"limit": "1"}, {"banana": "1"}):
        assert api.get(reverse(CSV), query).status_code == 400


@pytest.mark.parametrize("name", [CSV, JSON])
def test_any_number_is_read_in_batches_and_nothing_is_told_twice(
    api: APIClient, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "BATCH", 4)
    before = [make_incident().pk for _ in range(10)]
    response = api.get(reverse(name))
    pieces = iter(response.streaming_content)
    told = [next(pieces), next(pieces)]
    make_incident()
    told += pieces
    assert len(told) >= 4
    content = b"".join(told).decode()
    if name == JSON:
        seen = [row["id"] for row in json.loads(content)]
    else:
        seen = [int(row["id"]) for row in csv.DictReader(io.StringIO(content))]
    assert set(before) <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("name", [CSV, JSON])
def test_a_batch_takes_as_many_queries_for_fifty_as_for_one(api: APIClient, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            download(api, name)
        return len(captured)

    def add(number: int) -> None:
        for _ in range(number):
            person = make_person()
            incident = make_incident(lead=person, summary=f"<@{person.external_id}>")
            make_comms_channel(incident)
            make_action(incident, f"<@{person.external_id}>")

    add(1)
    of_one = queries()
    add(49)
    assert queries() == of_one


def test_a_private_incident_is_in_no_file(api: APIClient) -> None:
    make_incident("planted-secret", private=True)
    assert "planted-secret" not in download(api, CSV) + download(api, JSON)
