"""Faults: counted ones hit exactly so many calls, and only the methods they name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from response.sandbox import clock, faults, web_api
from response.sandbox.errors import ApiError
from response.sandbox.models import ApiCall
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Call = Callable[..., dict[str, Any]]


def test_counted_faults_hit_the_next_calls_of_their_methods(call: Call) -> None:
    faults.update(error_code="fatal_error", error_methods=["pins.list"], error_count=2)
    assert call("auth.test")["ok"]
    answers = [call("pins.list", channel="C0GENERAL") for _ in range(3)]
    assert [answer.get("error") for answer in answers] == ["fatal_error", "fatal_error", None]
    assert faults.current().error_count == 0
    assert not faults.current().any_on()


def test_a_percentage_of_100_hits_every_call(call: Call) -> None:
    faults.update(error_percent=100)
    assert call("auth.test")["error"] == "internal_error"
    faults.reset()
    assert call("auth.test")["ok"]


def test_what_is_not_changed_stays(workspace: Workspace) -> None:
    faults.update(outage=True)
    faults.update(latency_ms=200)
    assert faults.current() == faults.Faults(outage=True, latency_ms=200)


def test_latency_is_waited_outside_of_any_change(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    from response.sandbox import state

    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        assert state._open_change.get() is None

    monkeypatch.setattr(clock, "sleep", sleep)
    faults.update(latency_ms=250)
    assert call("chat.postMessage", channel="C0GENERAL", text="x")["ok"]
    assert slept == [0.25]


def test_a_dropped_call_did_its_work_or_not(call: Call, workspace: Workspace) -> None:
    faults.update(drop_after_work_count=1)
    with pytest.raises(web_api.ConnectionDropped):
        call("chat.postMessage", channel="C0GENERAL", text="done")
    faults.update(outage=True)
    with pytest.raises(web_api.ConnectionDropped):
        call("chat.postMessage", channel="C0GENERAL", text="not done")
    assert [row.text for row in workspace.messages("general")] == ["done"]


def test_a_limited_call_is_not_served(call: Call, workspace: Workspace) -> None:
    faults.update(rate_limit_count=1, retry_after=30)
    answered = web_api.answer("chat.postMessage", {"channel": "C0GENERAL", "text": "x"})
    assert (answered.status, answered.headers["Retry-After"]) == (429, "30")
    assert answered.body == {"ok": False, "error": "ratelimited"}
    assert workspace.messages("general") == []


@pytest.mark.parametrize(
    "wrong",
    [{"latency": 1}, {"latency_ms": "1"}, {"latency_ms": -1}, {"error_methods": "auth.test"}],
)
def test_what_is_no_fault_is_refused_with_what_there_is(
    workspace: Workspace, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ApiError) as caught:
        faults.update(**wrong)
    assert next(iter(wrong)) in caught.value.text()


def test_every_call_is_logged_without_its_token(call: Call, workspace: Workspace) -> None:
    web_api.call("auth.test", {"token": "xoxb-sandbox-x"})
    call("chat.postMessage", channel="C0NOWHERE", text="x")
    first, second = workspace.calls()
    assert (first.method, first.params) == ("auth.test", {})
    assert second.params == {"channel": "C0NOWHERE", "text": "x"}
    assert second.answer["error"] == "channel_not_found"


def test_the_log_keeps_the_last_calls(call: Call, settings: Any) -> None:
    settings.RESPONSE_SANDBOX_KEEP = 50
    for _ in range(210):
        call("incidents.none")
    assert 50 <= ApiCall.objects.count() <= 150
