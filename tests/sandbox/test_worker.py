"""The thread that delivers by itself."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections

from response.sandbox import deliveries, worker
from response.sandbox.driver import Person
from response.sandbox.models import Delivery
from response.sandbox.workspace import Workspace
from tests.sandbox.conftest import App, Request

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.fixture
def quick(settings: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> worker.Worker:
    """A worker of this test alone, that ends as soon as it has nothing to do."""
    own = worker.Worker()
    monkeypatch.setattr(worker, "_worker", own)
    monkeypatch.setattr(worker, "IDLE", 0.05)
    settings.RESPONSE_SANDBOX_DELIVER = "thread"
    return own


def sender() -> threading.Thread | None:
    found = [one for one in threading.enumerate() if one.name == "slack-sandbox"]
    assert len(found) <= 1
    return found[0] if found else None


def finish() -> None:
    thread = sender()
    if thread is not None:
        thread.join(10)
        assert not thread.is_alive()


def test_events_leave_by_themselves_and_the_thread_ends(
    app: App, quick: worker.Worker, workspace: Workspace
) -> None:
    person = Person(workspace, "ana")
    for number in range(3):
        person.says("general", str(number))
    finish()
    assert len(app.requests) == 3
    person.says("general", "again")
    finish()
    assert len(app.requests) == 4
    assert {row.state for row in workspace.deliveries()} == {Delivery.State.DELIVERED}


def test_a_failing_round_does_not_end_deliveries(
    app: App, quick: worker.Worker, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = deliveries.deliver_due
    rounds: list[int] = []

    def fail_once(now: float | None = None) -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise ConnectionError("the database is gone")
        return real(now)

    monkeypatch.setattr(deliveries, "deliver_due", fail_once)
    Person(workspace, "ana").says("general", "hello")
    finish()
    assert len(app.requests) == 1


def test_nothing_leaves_before_it_is_committed(
    app: App, quick: worker.Worker, workspace: Workspace
) -> None:
    from response.sandbox import state

    with state.change():
        Person(workspace, "ana").says("general", "hello")
        assert sender() is None
    finish()
    assert len(app.requests) == 1


def test_the_app_may_call_back_while_it_is_sent_an_event(
    app: App, quick: worker.Worker, workspace: Workspace
) -> None:
    """No transaction is open while the app works, so its calls need not wait."""

    def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
        if b"ping" in request.body:
            workspace.post_message("general", "pong")
            connections["sandbox"].close()
        return 200, {}, b""

    app.answer = answer
    Person(workspace, "ana").says("general", "ping")
    finish()
    assert [row.text for row in workspace.messages("general")] == ["ping", "pong"]
    assert len(app.requests) == 2


def test_manual_means_no_thread(
    app: App, quick: worker.Worker, workspace: Workspace, settings: Any
) -> None:
    settings.RESPONSE_SANDBOX_DELIVER = "manual"
    Person(workspace, "ana").says("general", "hello")
    assert sender() is None
    assert app.requests == []
