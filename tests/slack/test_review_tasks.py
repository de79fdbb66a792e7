"""A worker of the host's task backend does what the thread in a web process does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from response import tasks
from response.slack import outbox
from response.slack.models import Call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enqueued(settings, monkeypatch) -> list[Any]:
    """When the backend was asked to come back."""
    found: list[Any] = []

    class Task:
        def using(self, **options: Any) -> Task:
            found.append(options["run_after"])
            return self

        def enqueue(self) -> None:
            pass

    class Backend:
        supports_defer = True

    settings.RESPONSE_TASK_BACKEND = "workers"
    run = tasks.drain.func
    monkeypatch.setattr(tasks._framework, "task_backends", {"workers": Backend})
    monkeypatch.setattr(tasks, "drain", Task())
    monkeypatch.setattr(tasks, "drain_once", lambda: None)
    found.append(run)
    return found


def test_a_worker_has_the_handlers_that_a_web_process_has(enqueued, monkeypatch):
    loaded: list[str] = []
    monkeypatch.setattr(tasks.hosts, "load_handlers", lambda: loaded.append("handlers"))
    monkeypatch.setattr(tasks, "drain_once", lambda: loaded.append("drain"))
    enqueued[0]()
    assert loaded == ["handlers", "drain"]


def test_a_worker_comes_back_once_for_what_falls_due_soon(enqueued, clock):
    outbox.post("C1", "paced")
    due = clock() + timedelta(seconds=4)
    Call.objects.update(next_try=due)
    for _ in range(3):
        enqueued[0]()
    assert enqueued[1:] == [due]
    clock.forward(seconds=5)
    enqueued[0]()
    assert enqueued[1:] == [due, clock() + timedelta(seconds=1)]


def test_a_worker_leaves_what_falls_due_later_to_the_tick(enqueued, clock):
    outbox.post("C1", "later")
    Call.objects.update(next_try=clock() + timedelta(minutes=5))
    enqueued[0]()
    assert len(enqueued) == 1
