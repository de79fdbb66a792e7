"""Health URLs: who may get requests, and whether the work gets done."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import include, path, reverse
from django.utils import timezone

from response import migrations
from response.monitoring import figures, views
from response.slack import tick
from response.slack.models import Call, Delivery, HandlerRun
from tests.factories import make_incident
from tests.slack.boxes import Clock

pytestmark = pytest.mark.django_db
MARKER = "zebrafish"
FINE = {"database": "ok", "inbox": "ok", "outbox": "ok", "tick": "ok"}


class Urls:
    """A host that has names and paths of its own."""

    urlpatterns = (path("status/lb", views.healthz, name="lb"),)


def ask(where: str = "/healthz") -> tuple[int, dict[str, Any]]:
    answer = Client().get(where)
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, json.loads(answer.content)


def add(number: int, since: datetime, state: str = "pending") -> None:
    """So much that waits, or is over, in each box."""
    delivery = Delivery.objects.create(key=f"k{Delivery.objects.count()}", kind="event")
    HandlerRun.objects.bulk_create(
        HandlerRun(delivery=delivery, lane="C1", handler="event:x", state=state, next_try=since)
        for _ in range(number)
    )
    Call.objects.bulk_create(
        Call(lane="C1", method="x", state=state, created_at=since, next_try=since)
        for _ in range(number)
    )


@pytest.fixture
def now(clock: Clock) -> datetime:
    """And a scheduler that has just ticked."""
    tick.tick(clock())
    Call.objects.all().delete()
    return clock()


def test_all_is_well(now: datetime) -> None:
    for where in ("/healthz", "/healthz/work"):
        assert ask(where) == (200, {"status": "ok", "checks": FINE})
    assert ask("/healthz/alive") == (200, {"status": "ok"})


@pytest.mark.parametrize("box", ["inbox", "outbox"])
def test_late_work_is_told_and_wakes_somebody_but_takes_no_site_away(
    now: datetime, box: str
) -> None:
    add(3, now - timedelta(seconds=601))
    (Call if box == "inbox" else HandlerRun).objects.all().delete()
    late = {"status": "degraded", "checks": {**FINE, box: "late"}}
    assert ask() == (200, late)
    assert ask("/healthz/work") == (503, late)
    assert ask("/healthz/alive")[0] == 200


def test_what_is_late_is_a_setting(now: datetime, settings: Any) -> None:
    add(1, now - timedelta(seconds=599))
    assert ask()[1]["status"] == "ok"
    settings.RESPONSE_HEALTH_LATE_AFTER = 598
    assert ask()[1]["checks"] == {**FINE, "inbox": "late", "outbox": "late"}


def test_an_outage_of_slack_is_late_although_tries_are_put_off(now: datetime) -> None:
    add(1, now - timedelta(hours=1))
    HandlerRun.objects.all().delete()
    Call.objects.update(next_try=now + timedelta(seconds=15), attempts=99)
    assert ask()[1]["checks"]["outbox"] == "late"


def test_what_is_over_or_parked_is_not_late(now: datetime) -> None:
    for state in ("done", "parked", "dropped"):
        add(2, now - timedelta(days=9), state)
    assert ask()[1]["status"] == "ok"


def test_nobody_ticks(clock: Clock) -> None:
    missing = {"status": "degraded", "checks": {**FINE, "tick": "late"}}
    assert ask("/healthz/work") == (503, missing)
    # Who stands in for the scheduler is no scheduler.
    tick.stand_in(clock())
    Call.objects.all().delete()
    assert ask("/healthz/work")[0] == 503
    tick.tick(clock())
    assert ask("/healthz/work")[0] == 200
    clock.forward(minutes=11)
    Call.objects.all().delete()
    assert ask("/healthz/work") == (503, missing)


def test_without_a_database_nothing_may_be_sent_here_and_nothing_leaks(
    now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: datetime) -> Any:
        raise OperationalError(f"password of {MARKER} is wrong")

    monkeypatch.setattr(figures, "inbox", fail)
    gone = {"status": "unavailable", "checks": {"database": "unavailable"}}
    for where in ("/healthz", "/healthz/work"):
        assert ask(where) == (503, gone)
    assert ask("/healthz/alive")[0] == 200
    assert "OperationalError" in caplog.text
    assert MARKER not in caplog.text


NOT_MIGRATED = {"status": "unavailable", "checks": {"database": "not migrated"}}


def forget_migrations(number: int) -> None:
    """As if the last ``number`` of our migrations were still to be applied."""
    names = sorted(file.stem for file in Path(migrations.__path__[0]).glob("0*.py"))
    of_ours = MigrationRecorder.Migration.objects.filter(app="response")
    of_ours.filter(name__in=names[-number:]).delete()


@pytest.mark.parametrize("number", [1, 5])
def test_before_the_migrations_of_a_release_nothing_may_be_sent_to_it(
    now: datetime, number: int
) -> None:
    forget_migrations(number)
    for where in ("/healthz", "/healthz/work"):
        assert ask(where) == (503, NOT_MIGRATED)
    assert ask("/healthz/alive")[0] == 200


def test_the_release_before_goes_on_serving_while_the_next_one_is_rolled_out(
    now: datetime,
) -> None:
    MigrationRecorder.Migration.objects.create(app="response", name="9999_of_the_next_release")
    assert ask()[0] == 200


def test_tables_that_were_made_without_migrations_are_good(now: datetime, settings: Any) -> None:
    forget_migrations(1)
    settings.MIGRATION_MODULES = {"response": None}
    assert ask()[0] == 200
    settings.MIGRATION_MODULES = {}
    MigrationRecorder.Migration.objects.filter(app="response").delete()
    assert ask()[0] == 200


def test_a_hosts_own_migrations_count_also_squashed(
    now: datetime, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "migrations_of_acme"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "0018_squashed.py").write_text(
        "class Migration:\n    replaces = [('response', '0016_x'), ('response', '0017_own')]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"response": "migrations_of_acme"}
    assert ask() == (503, NOT_MIGRATED)
    MigrationRecorder.Migration.objects.create(app="response", name="0017_own")
    assert ask()[0] == 200
    MigrationRecorder.Migration.objects.filter(name="0017_own").update(name="0018_squashed")
    assert ask()[0] == 200


def test_it_knows_nothing_of_incidents(now: datetime) -> None:
    make_incident(MARKER, private=True)
    add(1, now - timedelta(days=1))
    HandlerRun.objects.update(error=MARKER, lane=MARKER)
    for where in ("/healthz", "/healthz/work", "/healthz/alive"):
        answer = Client().get(where)
        assert MARKER not in answer.content.decode()
        # Words, no numbers: how much there is to do is nobody's business.
        assert not any(letter.isdigit() for letter in answer.content.decode())


@pytest.mark.parametrize("number", [1, 50])
def test_the_queries_do_not_grow(now: datetime, number: int) -> None:
    add(number, now)
    with CaptureQueriesContext(connection) as captured:
        ask()
    assert len(captured) == 4
    with CaptureQueriesContext(connection) as captured:
        ask("/healthz/alive")
    assert len(captured) == 0


@pytest.mark.parametrize("where", ["/healthz", "/healthz/alive", "/healthz/work"])
def test_it_is_read_only(where: str) -> None:
    assert Client().head(where).status_code in (200, 503)
    for method in ("post", "put", "delete"):
        assert getattr(Client(), method)(where).status_code == 405


def test_name_and_path_are_the_hosts(settings: Any, now: datetime) -> None:
    assert reverse("healthz") == "/healthz"
    settings.ROOT_URLCONF = Urls
    assert reverse("lb") == "/status/lb"
    assert ask("/status/lb")[0] == 200

    class Mounted:
        urlpatterns = (path("internal/", include("response.monitoring.urls")),)

    settings.ROOT_URLCONF = Mounted
    assert reverse("healthz_work") == "/internal/healthz/work"
    assert ask("/internal/healthz/work")[0] == 200


def test_a_site_that_asks_everybody_to_sign_in_lets_the_probe_through(settings: Any) -> None:
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    assert ask("/healthz/alive")[0] == 200
    assert Client().get("/metrics").status_code == 403


def test_no_transaction_is_begun_for_it(settings: Any) -> None:
    view = views.healthz
    assert "default" in view._non_atomic_requests  # type: ignore[attr-defined]
    assert isinstance(view(Client().get("/healthz").wsgi_request), HttpResponse)


def test_times_may_be_naive(settings: Any) -> None:
    settings.USE_TZ = False
    tick.tick(timezone.now())
    Call.objects.all().delete()
    add(1, timezone.now() - timedelta(hours=1))
    assert ask()[1]["checks"] == {**FINE, "inbox": "late", "outbox": "late"}
