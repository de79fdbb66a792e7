"""Transactions on the database of the incidents."""

import sqlite3

import pytest
from django.db import DEFAULT_DB_ALIAS, DataError, IntegrityError, OperationalError, connection
from django.utils import timezone

from response import database
from response.models import Incident
from response.slack.models import Delivery, HandlerRun, Tally
from tests.core.factories import make_incident


def test_the_router_says_which_database_it_is(settings):
    class Elsewhere:
        def db_for_write(self, model, **hints):
            return "elsewhere" if model is Incident else None

    assert database.alias() == DEFAULT_DB_ALIAS
    settings.DATABASE_ROUTERS = [Elsewhere()]
    assert database.alias() == "elsewhere"


@pytest.mark.django_db
def test_atomic_undoes_all_of_it():
    def declare_and_fail():
        with database.atomic():
            make_incident()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        declare_and_fail()

    assert not Incident.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_on_commit_waits_for_the_commit():
    calls = []
    with database.atomic():
        database.on_commit(lambda: calls.append("called"))
        assert database.in_atomic_block()
        assert calls == []

    assert calls == ["called"]
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_an_error_in_one_callback_keeps_no_other_from_running(caplog):
    calls = []

    def fail():
        raise RuntimeError("no")

    with database.atomic():
        database.on_commit(fail)
        database.on_commit(lambda: calls.append("called"))

    assert calls == ["called"]
    assert "no" in caplog.text


@pytest.mark.django_db
def test_rows_are_inserted_with_their_defaults_in_one_statement(django_assert_num_queries):
    at = timezone.now()
    with django_assert_num_queries(1):
        (pk,) = database.insert(
            Delivery, [{"key": "k", "kind": "event", "payload": "{}", "received_at": at}]
        )
    delivery = Delivery.objects.get()
    assert (delivery.pk, delivery.key, delivery.received_at) == (pk, "k", at)
    assert delivery.incident_id is None
    with django_assert_num_queries(1):
        keys = database.insert(
            HandlerRun, [{"delivery_id": pk, "lane": "C1", "handler": name} for name in "ab"]
        )
    runs = HandlerRun.objects.order_by("pk")
    assert [(run.pk, run.handler, run.state, run.attempts) for run in runs] == [
        (key, name, "pending", 0) for key, name in zip(sorted(keys), "ab", strict=True)
    ]
    assert runs[0].next_try >= at


@pytest.mark.django_db
def test_what_may_be_there_once_only_is_not_inserted_twice():
    rows = [{"key": "k", "kind": "event"}]
    database.insert(Delivery, rows)
    with pytest.raises(IntegrityError), database.atomic():
        database.insert(Delivery, rows)
    assert Delivery.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 50, 3000])
def test_any_number_of_rows_is_inserted_in_order_in_one_statement(count, django_assert_num_queries):
    at, incident = timezone.now(), make_incident()
    rows = [
        {"key": f"k{number}", "kind": "event", "received_at": at, "incident_id": pk}
        for number in range(count)
        for pk in [incident.pk if number % 2 else None]
    ]
    with django_assert_num_queries(1):
        keys = database.insert_new(Delivery, rows, "key")
    deliveries = Delivery.objects.order_by("pk")
    assert [delivery.key for delivery in deliveries] == [row["key"] for row in rows]
    assert {delivery.key: delivery.pk for delivery in deliveries} == keys
    assert [delivery.incident_id for delivery in deliveries] == [row["incident_id"] for row in rows]
    assert {(delivery.received_at, delivery.payload) for delivery in deliveries} == {(at, "")}
    runs = [{"delivery_id": keys[row["key"]], "lane": "C1", "handler": "hé\"'"} for row in rows]
    with django_assert_num_queries(1):
        database.insert_many(HandlerRun, runs)
    made = HandlerRun.objects.order_by("pk")
    assert [run.delivery_id for run in made] == [run["delivery_id"] for run in runs]
    expected = ("C1", "hé\"'", "pending", 0, "", None)
    assert {
        (run.lane, run.handler, run.state, run.attempts, run.error, run.finished_at) for run in made
    } == {expected}
    assert all(run.next_try >= at for run in made)


@pytest.mark.django_db
def test_of_many_rows_those_that_are_there_are_left_out(django_assert_num_queries):
    database.insert(Delivery, [{"key": "b", "kind": "event", "payload": "first"}])
    rows = [{"key": key, "kind": "event", "payload": "second"} for key in "abc"]
    assert sorted(database.insert_new(Delivery, rows, "key")) == ["a", "c"]
    assert database.insert_new(Delivery, rows, "key") == {}
    with django_assert_num_queries(0):
        assert database.insert_new(Delivery, [], "key") == {}
        database.insert_many(HandlerRun, [])
    payloads = dict(Delivery.objects.values_list("key", "payload"))
    assert payloads == {"a": "second", "b": "first", "c": "second"}


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no lengths")
def test_what_is_too_long_is_refused_and_not_cut():
    with pytest.raises(DataError):
        database.insert_new(Delivery, [{"key": "k" * 300, "kind": "event"}], "key")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no lengths")
def test_what_hangs_on_a_row_and_is_too_long_is_refused_with_it():
    with pytest.raises(DataError):
        insert_delivery("h" * 256)
    assert not Delivery.objects.exists()


def insert_delivery(*handlers, **values):
    delivery = {"key": "k", "kind": "event", "payload": "{}", **values}
    runs = [{"lane": "C1", "handler": handler} for handler in handlers]
    database.insert_with(Delivery, delivery, HandlerRun, "delivery_id", runs)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("handlers", ["", "a", "dcbae"])
def test_a_row_is_inserted_with_those_that_hang_on_it(handlers):
    at = timezone.now()
    incident = make_incident()
    insert_delivery(*handlers, incident_id=incident.pk)
    delivery = Delivery.objects.get()
    assert (delivery.key, delivery.incident) == ("k", incident)
    runs = delivery.runs.order_by("pk")
    assert [run.handler for run in runs] == list(handlers)
    for run in runs:
        assert (run.lane, run.state, run.attempts, run.error) == ("C1", "pending", 0, "")
        assert run.next_try >= at


@pytest.mark.django_db(transaction=True)
def test_of_a_row_and_those_that_hang_on_it_all_are_there_or_none():
    insert_delivery("a")
    with pytest.raises(IntegrityError):
        insert_delivery("b")
    with pytest.raises((DataError, IntegrityError)):
        database.insert_with(
            Delivery, {"key": "other", "kind": "event"}, HandlerRun, "delivery_id", [{"lane": None}]
        )
    assert [run.handler for run in HandlerRun.objects.all()] == ["a"]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_refused_row_leaves_the_callers_transaction_usable():
    with database.atomic():
        insert_delivery("a")
        with pytest.raises(IntegrityError):
            insert_delivery("b")
        assert HandlerRun.objects.count() == 1
    assert HandlerRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_and_those_that_hang_on_it_are_one_statement(django_assert_num_queries):
    insert_delivery("a", "b", key="first")
    with django_assert_num_queries(1):
        insert_delivery("a", "b")


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_is_as_good():
    insert_delivery("a", key="first")
    if connection.vendor == "sqlite":
        # Its tables are in memory, and Django keeps that connection: as if it were a new one.
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_temp_master WHERE type = 'view'")
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP VIEW "{name}"')
    else:
        connection.close()
    insert_delivery("b")
    assert [run.handler for run in HandlerRun.objects.order_by("pk")] == ["a", "b"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's")
def test_an_error_of_sqlite_is_not_taken_for_a_view_that_is_missing(django_assert_num_queries):
    insert_delivery("a", key="first")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = ON")
        try:
            with django_assert_num_queries(1), pytest.raises(OperationalError, match="readonly"):
                insert_delivery("a")
        finally:
            cursor.execute("PRAGMA query_only = OFF")


@pytest.mark.django_db(transaction=True)
def test_what_is_added_up_makes_rows_and_adds_to_those_that_are_there(django_assert_num_queries):
    rows = [{"name": "n", "label": label, "number": 2, "seconds": 0.5} for label in "ab"]
    database.add_up(Tally, rows[:1], keys=("name", "label", "outcome"), sums=("number", "seconds"))
    with django_assert_num_queries(1):
        database.add_up(Tally, rows, keys=("name", "label", "outcome"), sums=("number", "seconds"))
    found = Tally.objects.order_by("label").values_list("label", "number", "seconds")
    assert list(found) == [("a", 4, 1.0), ("b", 2, 0.5)]


@pytest.mark.django_db
def test_the_first_row_is_looked_up():
    database.insert(Delivery, [{"key": "k", "kind": "event"}])
    sql = f"SELECT kind FROM {Delivery._meta.db_table} WHERE key = %s"  # noqa: S608 (our own names)
    assert database.first_row(sql, ["k"]) == ("event",)
    assert database.first_row(sql, ["other"]) is None


@pytest.fixture
def somebody_writes():
    """Another connection to SQLite, which is in the middle of a transaction."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    insert_delivery("a", key="before")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, uri=True)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def busy_timeout(milliseconds=None):
    given = "" if milliseconds is None else f" = {milliseconds}"
    ((found,),) = connection.connection.execute(f"PRAGMA busy_timeout{given}")
    return found


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_inserted_yet_is_tried_again_until_it_can(somebody_writes):
    tries = []

    def end_at_the_third(execute, *statement):
        tries.append(statement)
        if len(tries) == 3:
            somebody_writes.execute("COMMIT")
        return execute(*statement)

    before = busy_timeout()
    with connection.execute_wrapper(end_at_the_third):
        insert_delivery("a", key="another")
    assert len(tries) == 3
    assert Delivery.objects.count() == HandlerRun.objects.count() == 2
    assert busy_timeout() == before > database.LOOK_AGAIN


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_inserted_for_as_long_as_the_timeout_says_is_an_error(somebody_writes):
    before = busy_timeout()
    busy_timeout(20)
    try:
        with pytest.raises(OperationalError, match="locked"):
            insert_delivery("a")
        assert busy_timeout() == 20
    finally:
        busy_timeout(before)
    somebody_writes.execute("COMMIT")
    insert_delivery("a")
    assert Delivery.objects.count() == 2
