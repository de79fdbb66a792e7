"""``manage.py slack_doctor``: scheduler, boxes and database."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from response.conf import conf
from response.models import Call, Delivery, HandlerRun, Heartbeat
from response.slack.doctor import boxes
from tests.factories import make_incident
from tests.setup.doctor import Examine

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.mark.parametrize(("minutes", "status"), [(1, "ok"), (5, "warning"), (11, "failure")])
def test_the_scheduler_is_late(examine: Examine, minutes: int, status: str) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=minutes))
    scheduler = examine()["scheduler"]
    assert scheduler["status"] == status
    assert ("response_tick" in scheduler["advice"]) is (status != "ok")


def test_no_scheduler_and_somebody_stands_in(examine: Examine) -> None:
    Heartbeat.objects.update(name=Heartbeat.TICK)
    scheduler = examine()["scheduler"]
    assert scheduler["status"] == "failure"
    assert "stand in" in scheduler["found"]


def make_run(number: int, **fields: Any) -> None:
    delivery = Delivery.objects.create(key=f"Ev{number}", kind=Delivery.Kind.EVENT)
    given = {"lane": "C1", "handler": "event:pin_added:acme.praise", **fields}
    HandlerRun.objects.create(delivery=delivery, **given)


@pytest.mark.parametrize(("minutes", "status"), [(1, "ok"), (5, "warning"), (11, "failure")])
def test_work_that_waits(examine: Examine, minutes: int, status: str) -> None:
    make_run(1, next_try=timezone.now() - timedelta(minutes=minutes))
    make_run(2, next_try=timezone.now() + timedelta(minutes=1))
    Call.objects.create(lane="C1", next_try=timezone.now() - timedelta(minutes=minutes))
    report = examine()
    assert report["inbox"]["status"] == report["outbox"]["status"] == status
    assert report["inbox"]["found"].startswith("1 due, 1 for later")


def test_calls_behind_one_that_slack_put_off_are_not_late(examine: Examine) -> None:
    Call.objects.create(lane="C1", next_try=timezone.now() + timedelta(minutes=1))
    for _ in range(2):
        Call.objects.create(lane="C1", next_try=timezone.now() - timedelta(minutes=20))
    outbox = examine()["outbox"]
    assert (outbox["status"], outbox["found"]) == ("ok", "0 due, 3 for later.")


def test_what_was_given_up_is_counted_and_not_quoted(examine: Examine) -> None:
    private = make_incident(private=True, report="MARKER")
    for number in range(3):
        make_run(number, state=HandlerRun.State.PARKED, error="MARKER")
    Call.objects.create(
        lane="MARKER",
        method="chat.update",
        arguments='{"text": "MARKER"}',
        state=Call.State.PARKED,
        error="MARKER",
        incident=private,
    )
    report = examine()
    assert "event:pin_added:acme.praise (3)" in report["inbox: given up"]["found"]
    assert "chat.update (1)" in report["outbox: given up"]["found"]
    assert "Run again" in report["outbox: given up"]["advice"]
    assert "MARKER" not in json.dumps(report.checks)
    assert report.exit_code == 0


def test_migrations_are_missing(examine: Examine) -> None:
    ((_, name),) = MigrationLoader(connection).graph.leaf_nodes("response")
    last = MigrationRecorder.Migration.objects.get(app="response", name=name)
    last.delete()
    try:
        database = examine()["database"]
    finally:
        last.save(force_insert=True)
    assert database["status"] == "failure"
    assert f"response.{last.name}" in database["found"]
    assert database["advice"] == "Run `manage.py migrate`."


def test_the_database_is_away(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError(f"no route to {conf.slack_token}")

    monkeypatch.setattr(boxes, "check", fail)
    report = examine()
    assert report["database"]["status"] == "failure"
    assert "OperationalError: no route to …" in report["database"]["found"]
    assert report["URL of event"]["status"] == "ok"
