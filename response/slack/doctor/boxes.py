"""What the database tells: who ticks, what waits in the two boxes, what was given up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.checks import Tags, run_checks
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from response import database
from response.checks.database import SILENCE
from response.slack import lanes
from response.slack.doctor.findings import Finding, Status
from response.slack.models import Call, HandlerRun, Heartbeat

LATE = timedelta(minutes=2)
TICK_ADVICE = (
    "Run `manage.py response_tick` every minute, by cron or the like, or have your cron call the "
    "URL cron_minute with RESPONSE_CRON_TOKEN."
)
SHOWN = 3


def check() -> list[Finding]:
    """The database first: if it is not there, or not migrated, nothing else is known."""
    connection = connections[database.alias()]
    connection.ensure_connection()
    missing = _not_applied(connection)
    if missing:
        found = f"{len(missing)} migration(s) are not applied, {missing[0]} first."
        return [_database(connection, Status.FAILURE, found, "Run `manage.py migrate`.")]
    now = timezone.now()
    runs, calls = HandlerRun.objects.order_by(), Call.objects.order_by()
    return [
        *_set_up(connection),
        _scheduler(now),
        _box("inbox", runs, runs, now),
        *_given_up("inbox", runs, "handler"),
        # What is behind the first call of a lane is not late: it waits for that one.
        _box("outbox", calls, calls.filter(pk__in=lanes.heads()), now),
        *_given_up("outbox", calls, "method"),
    ]


def _database(connection: Any, status: Status, found: str, advice: str = "") -> Finding:
    version = ".".join(str(part) for part in connection.get_database_version())
    looked_at = f"{connection.display_name} {version}, {connection.alias!r}"
    return Finding(check="database", status=status, looked_at=looked_at, found=found, advice=advice)


def _not_applied(connection: Any) -> list[str]:
    executor = MigrationExecutor(connection)
    ours = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "response"]
    return [f"{step.app_label}.{step.name}" for step, _ in executor.migration_plan(ours)]


def _set_up(connection: Any) -> list[Finding]:
    """What the system checks say of this database."""
    told = run_checks(tags=[Tags.database], databases=[connection.alias])
    # Of the scheduler more is said here.
    ours = [each for each in told if str(each.id).startswith("response.") and each.hint]
    found = [
        _database(connection, Status.WARNING, each.msg, str(each.hint))
        for each in ours
        if each.id != "response.W008" and not each.is_silenced()
    ]
    return found or [_database(connection, Status.OK, "All migrations are applied.")]


def _scheduler(now: datetime) -> Finding:
    beats = dict(Heartbeat.objects.order_by().values_list("name", "at"))
    last, stood_in = beats.get(Heartbeat.SCHEDULER), beats.get(Heartbeat.TICK)
    about = {"check": "scheduler", "looked_at": "heartbeat of response_tick and cron_minute"}
    if last is None or now - last > SILENCE:
        found = "It never ran." if last is None else f"It last ran {_ago(now - last)} ago."
        if stood_in is not None and now - stood_in <= SILENCE:
            found += " The web processes stand in for it while there is work, and only then."
        return Finding(status=Status.FAILURE, found=found, advice=TICK_ADVICE, **about)
    found = f"It last ran {_ago(now - last)} ago."
    if now - last > LATE:
        return Finding(status=Status.WARNING, found=found, advice=TICK_ADVICE, **about)
    return Finding(status=Status.OK, found=found, **about)


def _box(box: str, rows: QuerySet[Any], first: QuerySet[Any], now: datetime) -> Finding:
    """How long those that come ``first`` have been waiting."""
    at_once = first.filter(state="pending", next_try__lte=now)
    due = at_once.aggregate(n=Count("pk"), since=Min("next_try"))
    later = rows.filter(state="pending").count() - due["n"]
    looked_at = "rows in the state 'pending'"
    overdue = now - due["since"] if due["since"] else timedelta()
    found = f"{due['n']} due, {later} for later"
    if overdue <= LATE:
        return Finding(check=box, status=Status.OK, looked_at=looked_at, found=f"{found}.")
    return Finding(
        check=box,
        status=Status.FAILURE if overdue > SILENCE else Status.WARNING,
        looked_at=looked_at,
        found=f"{found}; the oldest has been due for {_ago(overdue)}.",
        advice="See whether the site, or the worker of RESPONSE_TASK_BACKEND, runs; "
        "`manage.py response_tick` works it off at once.",
    )


def _given_up(box: str, rows: QuerySet[Any], named_by: str) -> Iterator[Finding]:
    """What was parked, by what it was; never what is in it, which may be private."""
    parked = rows.filter(state="parked").values_list(named_by).annotate(n=Count("pk"))
    most = [f"{name or 'other'} ({number})" for name, number in parked.order_by("-n")[:SHOWN]]
    if most:
        total = rows.filter(state="parked").count()
        yield Finding(
            check=f"{box}: given up",
            status=Status.WARNING,
            looked_at="rows in the state 'parked'",
            found=f"{total}, most often {', '.join(most)}.",
            advice="Their errors are in the admin; mend the cause, then choose 'Run again' there.",
        )


def _ago(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
