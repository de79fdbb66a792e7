"""The workers of both task backends take up what the site has stored, on their real queues."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

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
# Nothing listens there: the call fails at once, and a try is counted.
NOBODY = "http://127.0.0.1:9/api/"


Env = dict[str, str]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that has the tables of either queue."""
    folder = tmp_path_factory.mktemp("workers")
    env = environment(folder, REAL, SECRET_KEY="x", RESPONSE_TASK_BACKEND="database")
    done = run("manage.py", "migrate", "--verbosity=0", env=env)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def site(migrated: Path) -> Callable[..., Env]:
    """The environment of a site with that task backend, in whose outbox a call is wanted."""

    def make(**names: str) -> Env:
        slack = {"SLACK_API_URL": NOBODY, "SLACK_TOKEN": "xoxb-1"}
        return environment(migrated, REAL, SECRET_KEY="x", **slack, **names)

    return make


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
    after = worked_off(env, "db_worker", "--backend", "database", "--batch")
    assert after.startswith("1 pending SlackUnavailable"), after


def test_a_worker_on_redis_takes_up_what_was_stored(site: Callable[..., Env]):
    queue = redis.Redis.from_url(QUEUE)
    try:
        queue.flushdb()
    except redis.ConnectionError:
        pytest.skip(f"No Redis at {QUEUE}: TEST_REDIS_URL names another")
    try:
        after = worked_off(
            site(RESPONSE_TASK_BACKEND="redis", REDIS_URL=QUEUE), "rqworker", "--burst"
        )
    finally:
        queue.flushdb()
        queue.close()
    assert after.startswith("1 pending SlackUnavailable"), after


def test_without_its_queue_a_site_stores_what_is_wanted_all_the_same(site: Callable[..., Env]):
    env = site(RESPONSE_TASK_BACKEND="redis", REDIS_URL="redis://127.0.0.1:9/0")
    done = run("-c", WANT, env=env)
    assert done.returncode == 0, done.stderr
    assert "response_tick will do the work instead" in done.stderr
    assert run("-c", HOW_IT_STANDS, env=env).stdout.startswith("0 pending")
