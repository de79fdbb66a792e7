"""Every task backend takes up what the site has stored, on its real queue and the tests' database.

So `tox` runs these on SQLite, and `tox -e postgres` on PostgreSQL.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from django.db import connection

from tests.packaging.demo_project import environment, run

REAL = "demo.settings"
# A database of Redis that is these tests' own, and is emptied by them.
QUEUE = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/13")
WANT = """
import django
django.setup()
from response.slack import outbox
from response.slack.models import Call
Call.objects.all().delete()
outbox.post("C1", "wanted")
"""
HOW_IT_STANDS = """
import django
django.setup()
from response.slack.models import Call
call = Call.objects.get()
print(call.attempts, call.state, call.error)
"""
# An incident with a channel, in which somebody logs three actions; each event is acknowledged.
SAY = """
import json, time
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from response.models import CommsChannel, ExternalUser, Incident
from response.slack.authentication import generate_signature
from response.slack.models import Call, HandlerRun, SlackUser

now = timezone.now()
ana = ExternalUser.objects.create(app_id="slack", external_id="U1", display_name="ana")
SlackUser.objects.create(user=ana, fetched_at=now)
incident = Incident.objects.create(report="Down", reporter=ana, report_time=now, start_time=now)
CommsChannel.objects.create(incident=incident, channel_id="C1", channel_name="inc-1")
Call.objects.all().delete()
for number in (1, 2, 3):
    said = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": f"{number}.000100",
            "text": f"<@U0INCIDENT> action task {number}"}
    body = json.dumps({"type": "event_callback", "team_id": "T0", "event_id": f"Ev{number}",
                       "authorizations": [{"user_id": "U0INCIDENT", "is_bot": True}],
                       "event": said})
    at = str(int(time.time()))
    headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature":
               generate_signature(at, settings.SLACK_SIGNING_SECRET[0], body.encode())}
    answer = Client().post(reverse("event"), body, content_type="application/json",
                           headers=headers, secure=True)
    assert answer.status_code == 200, answer.content
deadline = time.monotonic() + 60
waits = not settings.RESPONSE_TASK_BACKEND
while waits and HandlerRun.objects.filter(state="pending").exists():
    assert time.monotonic() < deadline, "Nobody works it off"
    time.sleep(0.05)
"""
WHAT_CAME_OF_IT = """
import django
django.setup()
from response.models import Action
from response.slack.models import Call, HandlerRun
print(*Action.objects.order_by("pk").values_list("details", flat=True), sep=", ")
print(*HandlerRun.objects.order_by("pk").values_list("state", "attempts"), sep=", ")
calls = Call.objects.filter(lane="C1", method="reactions.add").order_by("pk")
print(*(call.args["timestamp"] for call in calls), sep=", ")
"""
# Nothing listens there: the call fails at once, and a try is counted.
NOBODY = "http://127.0.0.1:9/api/"


DATABASE_WORKER = ("db_worker", "--backend", "database", "--batch")
REDIS_WORKER = ("rqworker", "--burst")
Env = dict[str, str]


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """A database of its own where the tests have theirs; the demo's own file for SQLite."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if connection.vendor != "postgresql":
        yield ""
        return
    name = f"workers_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Env:
    """A site whose database has the tables of either queue."""
    folder = tmp_path_factory.mktemp("workers")
    names = {"SECRET_KEY": "x", "DATABASE_URL": database_url, "SITE_URL": "https://testserver"}
    names |= {"SLACK_API_URL": NOBODY, "SLACK_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "secret"}
    env = environment(folder, REAL, INCIDENT_BOT_ID="U0INCIDENT", **names)
    done = run(
        "manage.py", "migrate", "--verbosity=0", env=env | {"RESPONSE_TASK_BACKEND": "database"}
    )
    assert done.returncode == 0, done.stderr
    return env


@pytest.fixture
def site(migrated: Env) -> Callable[..., Env]:
    """The environment of a site with that task backend."""
    return lambda **names: {**migrated, **names}


@pytest.fixture
def queue() -> Iterator[str]:
    """The URL of an empty database of Redis."""
    server = redis.Redis.from_url(QUEUE)
    try:
        server.flushdb()
    except redis.ConnectionError:
        pytest.skip(f"No Redis at {QUEUE}: TEST_REDIS_URL names another")
    try:
        yield QUEUE
    finally:
        server.flushdb()
        server.close()


def worked_off(env: Env, *worker: str) -> str:
    """How a wanted call stands once a worker was there."""
    done = run("-c", WANT, env=env)
    assert done.returncode == 0, done.stderr
    assert "took no task" not in done.stderr, done.stderr
    done = run("manage.py", *worker, env=env)
    assert done.returncode == 0, done.stderr
    return run("-c", HOW_IT_STANDS, env=env).stdout


def test_the_databases_worker_takes_up_what_was_stored(site: Callable[..., Env]):
    env = site(RESPONSE_TASK_BACKEND="database")
    after = worked_off(env, *DATABASE_WORKER)
    assert after.startswith("1 pending SlackUnavailable"), after


def test_a_worker_on_redis_takes_up_what_was_stored(site: Callable[..., Env], queue: str):
    after = worked_off(site(RESPONSE_TASK_BACKEND="redis", REDIS_URL=queue), *REDIS_WORKER)
    assert after.startswith("1 pending SlackUnavailable"), after


@pytest.mark.parametrize(
    ("backend", "worker"),
    [("", ()), ("database", DATABASE_WORKER), ("redis", REDIS_WORKER)],
    ids=["after-response", "django-tasks-db", "django-tasks-rq"],
)
def test_what_was_said_takes_effect_once_and_in_its_order(
    site: Callable[..., Env], backend: str, worker: tuple[str, ...], request: pytest.FixtureRequest
):
    queue = request.getfixturevalue("queue") if backend == "redis" else ""
    env = site(RESPONSE_TASK_BACKEND=backend, REDIS_URL=queue)
    assert run("manage.py", "flush", "--no-input", env=env).returncode == 0
    done = run("-c", SAY, env=env)
    assert done.returncode == 0, done.stderr
    for _ in range(2 if worker else 0):
        # The second finds nothing more to do.
        worked = run("manage.py", *worker, env=env)
        assert worked.returncode == 0, worked.stderr
    actions, runs, reactions = run("-c", WHAT_CAME_OF_IT, env=env).stdout.splitlines()
    assert actions == "task 1, task 2, task 3"
    # One each: a known command is the business of its handler only.
    assert runs == ", ".join(["('done', 0)"] * 3)
    assert reactions == "1.000100, 2.000100, 3.000100"


def test_without_its_queue_a_site_stores_what_is_wanted_all_the_same(site: Callable[..., Env]):
    env = site(RESPONSE_TASK_BACKEND="redis", REDIS_URL="redis://127.0.0.1:9/0")
    done = run("-c", WANT, env=env)
    assert done.returncode == 0, done.stderr
    assert "response_tick will do the work instead" in done.stderr
    assert run("-c", HOW_IT_STANDS, env=env).stdout.startswith("0 pending")
