"""With 100,000 deliveries a page reads as much as with a hundred: shown by the database's plans."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from response.core.admin.paging import CappedPaginator
from response.models import Call, Delivery, HandlerRun
from tests.admin.rows import admin_path
from tests.factories import make_incident

ROWS = 100_000
# Every thousandth row is parked, most of them long ago; the last hundred wait.
FILL = (
    """
    INSERT INTO response_delivery ("id", "key", "kind", "payload", "received_at", "incident_id")
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %(rows)s)
    SELECT i, 'event:Ev' || i, 'event', '', '2026-01-05 09:00:00', %(incident)s FROM n
    """,
    """
    INSERT INTO response_handlerrun ("id", "delivery_id", "lane", "handler", "state", "attempts",
        "next_try", "error")
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %(rows)s)
    SELECT i, i, 'C' || (i %% 200), 'event:pin_added',
        CASE WHEN i > 99900 THEN 'pending' WHEN i %% 1000 = 0 THEN 'parked' ELSE 'done' END,
        1, '2026-01-05 09:00:00', '' FROM n
    """,
    """
    INSERT INTO response_call ("id", "lane", "operation", "method", "arguments", "memo",
        "incident_id", "state", "attempts", "strikes", "next_try", "error", "created_at")
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %(rows)s)
    SELECT i, 'C' || (i %% 200), '', 'chat.postMessage', '', '', %(incident)s,
        CASE WHEN i > 99900 THEN 'pending' WHEN i %% 1000 = 0 THEN 'parked' ELSE 'sent' END,
        1, 0, '2026-01-05 09:00:00', '', '2026-01-05 09:00:00' FROM n
    """,
)
MODELS = (Delivery, HandlerRun, Call)


def fill(rows: int) -> None:
    """So many deliveries, each with the work of one handler, and so many calls."""
    incident = make_incident()
    Call.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"rows": rows, "incident": incident.pk})
        cursor.execute("ANALYZE")
    assert {model.objects.count() for model in MODELS} == {rows}


@pytest.fixture
def hundred_thousand(db: None) -> None:
    fill(ROWS)


def plans_of(client: Client, path: str, parameters: dict[str, Any]) -> dict[str, str]:
    """By query: how the database goes about each that the page reads the boxes with."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, parameters).status_code == 200
    tables = tuple(model._meta.db_table for model in MODELS)
    queries = [
        query["sql"]
        for query in captured
        if query["sql"].startswith("SELECT") and any(table in query["sql"] for table in tables)
    ]
    assert len(queries) == 2, "the rows of a page, and how many there are"
    return {query: plan_of(query) for query in queries}


def plan_of(query: str) -> str:
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {query}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


PAGES = [(model, parameters) for model in MODELS for parameters in ({}, {"p": "2"}, {"p": "90"})]


@pytest.mark.parametrize("who", ["root", "staff"])
def test_every_page_of_the_boxes_stops_early(
    hundred_thousand: None, root: Client, staff: Client, who: str
) -> None:
    client = root if who == "root" else staff
    for model, parameters in PAGES:
        for query, plan in plans_of(client, admin_path(model), parameters).items():
            limit = re.search(r"LIMIT (\d+)", query)
            assert limit is not None, query
            assert int(limit[1]) <= CappedPaginator.LIMIT + 1
            # Whatever sorts reads everything first.
            assert "TEMP B-TREE" not in plan, (query, plan)
            assert "Sort" not in plan, (query, plan)


@pytest.mark.parametrize(
    ("model", "index"), [(HandlerRun, "response_run_parked"), (Call, "response_call_parked")]
)
def test_what_is_parked_is_found_by_an_index(
    hundred_thousand: None, root: Client, staff: Client, model: Any, index: str
) -> None:
    for client in (root, staff):
        for query, plan in plans_of(client, admin_path(model), {"state__exact": "parked"}).items():
            assert index in plan, (query, plan)


def test_a_delivery_is_found_by_its_key_by_an_index(hundred_thousand: None, root: Client) -> None:
    for query, plan in plans_of(root, admin_path(Delivery), {"q": "event:Ev77777"}).items():
        assert re.search("key", plan), (query, plan)
        assert not re.search("SCAN response_delivery|Seq Scan on response_delivery", plan), plan


def test_the_list_says_that_there_are_more_than_it_counts(
    hundred_thousand: None, root: Client
) -> None:
    text = " ".join(root.get(admin_path(HandlerRun)).content.decode().split())
    assert "more than 10000 inbox: handler runs" in text
    some = root.get(admin_path(HandlerRun), {"state__exact": "parked"}).content.decode()
    assert "99 inbox: handler runs" in " ".join(some.split())
    assert "more than" not in some
    assert root.get(admin_path(HandlerRun), {"p": "100"}).status_code == 200
    assert root.get(admin_path(HandlerRun), {"p": "101"}).status_code == 302


def test_a_list_does_not_read_payloads(hundred_thousand: None, root: Client) -> None:
    for model in MODELS:
        for query in plans_of(root, admin_path(model), {}):
            assert '"payload"' not in query
            assert '"arguments"' not in query
