"""Lanes are found at a cost that does not grow with what waits in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from response.slack import inbox, lanes, sender
from response.slack.models import Call, Delivery, HandlerRun

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(minutes=10)
LANES = 20


def run(lane: str, *, next_try: datetime = NOW, arrived: datetime = NOW, **values) -> HandlerRun:
    number = Delivery.objects.count()
    delivery = Delivery.objects.create(key=f"event:{number}", kind="event", received_at=arrived)
    return HandlerRun.objects.create(
        delivery=delivery, lane=lane, handler="event:x", next_try=next_try, **values
    )


def call(lane: str, **values) -> Call:
    return Call.objects.create(lane=lane, method="chat.postMessage", **values)


def runs(count: int, lanes_of: int = LANES, state: str = "pending") -> None:
    """So many that are due, turn and turn about in so many lanes."""
    delivery = Delivery.objects.create(
        key=f"events:{Delivery.objects.count()}", kind="event", received_at=NOW
    )
    HandlerRun.objects.bulk_create(
        HandlerRun(
            delivery=delivery,
            lane=f"C{each % lanes_of}",
            handler="event:x",
            next_try=NOW,
            state=state,
        )
        for each in range(count)
    )


def calls(count: int, lanes_of: int = LANES, state: str = "pending") -> None:
    Call.objects.bulk_create(
        Call(lane=f"C{each % lanes_of}", method="chat.postMessage", state=state)
        for each in range(count)
    )


def due_in(names: list[str], limit: int = 200) -> list[int]:
    rows = HandlerRun.objects.filter(pk__in=lanes.due_in(names, NOW, limit))
    return list(rows.order_by("id").values_list("pk", flat=True))


def test_the_head_of_a_lane_is_its_first_call_that_is_not_over():
    call("C1", state="sent")
    call("C1", state="parked")
    head = call("C1", next_try=LATER)
    call("C1")
    sending = call("C2", state="sending")
    call("C2")
    call("C3", state="dropped")
    assert set(Call.objects.filter(pk__in=lanes.heads())) == {head, sending}


def test_no_call_and_no_run_make_no_lane():
    assert not Call.objects.filter(pk__in=lanes.heads()).exists()
    assert inbox.due_lanes(NOW) == []


def test_the_first_run_of_a_lane_that_is_due_may_be_behind_one_that_is_not():
    run("C1", state="done")
    run("C1", next_try=LATER)
    due = run("C1")
    run("C1")
    run("C2", next_try=LATER)
    assert list(HandlerRun.objects.filter(pk__in=lanes.first_due(NOW))) == [due]


def test_lanes_of_interactions_go_before_older_ones():
    for each in range(3):
        run(f"C{each}")
    run("!view:1")
    assert inbox.due_lanes(NOW, limit=2) == ["!view:1", "C0"]


def test_a_long_lane_leaves_room_for_short_ones_and_takes_what_they_leave():
    long = [run("C1").pk for _ in range(10)]
    short = [run(lane).pk for lane in ("C2", "C3", "C2")]
    assert due_in(["C1", "C2", "C3"], limit=5) == sorted([*long[:2], *short])
    assert due_in(["C1", "C2", "C3"]) == sorted([*long, *short])
    assert due_in(["C3", "C9"]) == [short[1]]


def test_what_was_put_off_is_passed_over_and_what_never_was_is_due_whatever_the_clock_says():
    run("C1", next_try=LATER)
    never = run("C1", next_try=LATER, arrived=LATER)
    behind = run("C1")
    assert due_in(["C1"]) == [never.pk, behind.pk]
    assert [run.pk for run in inbox.due_runs("C1", NOW)] == [never.pk, behind.pk]


# -- what it costs --------------------------------------------------------------------------------

QUESTIONS: dict[str, tuple[Callable[[int], None], Callable[[], object]]] = {
    "due lanes of the inbox": (runs, lambda: inbox.due_lanes(NOW)),
    "due runs of many lanes": (runs, lambda: due_in([f"C{each}" for each in range(LANES)], 40)),
    "due runs of one lane": (runs, lambda: list(inbox.due_runs("C1", NOW))),
    "when a run falls due": (runs, inbox.next_due),
    "due lanes of the outbox": (calls, lambda: sender.due_heads(timezone.now())),
    "head of a lane": (calls, lambda: sender.first_call("C1")),
    "when a call falls due": (calls, sender.next_due),
}


@contextmanager
def steps() -> Iterator[list[int]]:
    """Counts what SQLite does, instruction by instruction."""
    connection.ensure_connection()
    database: sqlite3.Connection = connection.connection
    done = [0]

    def one_more() -> None:
        done[0] += 1

    database.set_progress_handler(one_more, 1)
    try:
        yield done
    finally:
        database.set_progress_handler(None, 0)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts SQLite's instructions")
@pytest.mark.parametrize("question", QUESTIONS)
def test_ten_times_as_much_that_waits_costs_the_same(question):
    fill, ask = QUESTIONS[question]
    fill(50 * LANES)
    with steps() as few:
        ask()
    fill(450 * LANES)
    with steps() as many:
        ask()
    assert 0 < many[0] <= 1.2 * few[0]


def blocks(keys: RawSQL) -> int:
    """How many blocks PostgreSQL looks at for these keys."""
    with lanes.by_index("default"), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {keys.sql}", keys.params)
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE response_handlerrun, response_call")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="reads PostgreSQL's plans")
@pytest.mark.parametrize("statistics", ["of before the backlog", "of now"])
@pytest.mark.parametrize("lanes_of", [2, LANES])
@pytest.mark.parametrize(
    ("fill", "done", "keys"),
    [
        (runs, "done", lambda: lanes.first_due(NOW)),
        (runs, "done", lambda: lanes.due_in(["C1"], NOW, 10)),
        (runs, "done", lambda: lanes.next_in("C1", NOW, 10)),
        (calls, "sent", lanes.heads),
        (calls, "sent", lambda: lanes.head("C1")),
    ],
)
def test_postgresql_reads_neither_what_waits_behind_nor_what_was_done_before(
    fill: Callable[..., None], done: str, keys: Callable[[], RawSQL], lanes_of: int, statistics: str
):
    fill(5000, lanes_of, state=done)
    fill(3)
    analyze()
    fill(5000, lanes_of)
    if statistics == "of now":
        analyze()
    # Who first comes by what other tests left in an index removes it.
    blocks(keys())
    # A row is a few blocks of an index and one of the table.
    assert blocks(keys()) < 20 * (lanes_of + 10)
