"""Metrics: sums of all processes, for who may read them, at a cost that does not grow."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError, connection, connections
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from response.core.models import Incident
from response.monitoring import metrics, views
from response.slack import drain, inbox, meter, registry, tick
from response.slack.client import SlackClient
from response.slack.decorators import incident_command
from response.slack.errors import SlackError
from response.slack.models import Call, Delivery, HandlerRun, Tally
from tests.factories import make_comms_channel, make_incident
from tests.slack import web_api_server
from tests.slack.boxes import Boxes, Clock

pytestmark = pytest.mark.django_db
TOKEN = "metrics token of the tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
MARKER = "zebrafish"
Samples = dict[tuple[Any, ...], float]


@pytest.fixture(autouse=True)
def nothing_counted() -> Any:
    meter.forget()
    yield
    meter.forget()


def scrape() -> Samples:
    """``{(name, *labels' values by their names): value}``, read as Prometheus reads it."""
    answer = Client().get("/metrics", headers=BEARER)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    text = answer.content.decode()
    assert text.endswith("# EOF\n")
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def deliver(incident: Incident, text: str, key: str) -> None:
    """A command in the incident's channel."""
    channel = incident.comms_channel()
    assert channel
    event = {"type": "app_mention", "user": "U1", "text": f"<@U0BOT> {text}"}
    event |= {"channel": channel.channel_id, "ts": "1.000100"}
    inbox.store(
        key=key,
        kind=Delivery.Kind.EVENT,
        payload={"type": "event_callback", "event_id": key, "event": event},
        handlers=["command:page"],
        lane=channel.channel_id,
        incident=incident,
    )


@pytest.fixture
def page() -> Any:
    with registry.commands.temporarily():

        @incident_command(["page"])
        def page(incident: Incident, user_id: str, message: str) -> Any:
            if message:
                raise RuntimeError(message)
            return True, None

        yield


# -- what is counted ------------------------------------------------------------------------------


def test_deliveries_are_counted_by_kind_and_outcome(boxes: Boxes, clock: Clock, page: None) -> None:
    incident = make_incident()
    make_comms_channel(incident)
    deliver(incident, "page", "event:Ev1")
    deliver(incident, "page", "event:Ev1")
    clock.forward(seconds=2)
    boxes.handle()
    deliver(incident, "page nobody", "event:Ev2")
    for _ in range(6):
        boxes.handle()
        clock.forward(minutes=16)
    found = scrape()
    outcomes = {key[2]: n for key, n in found.items() if key[0] == "response_deliveries_total"}
    assert outcomes == {"done": 1, "repeated": 1, "failed": 4, "parked": 1}
    assert found["response_delivery_seconds_bucket", "event", "1.0"] == 0
    assert found["response_delivery_seconds_bucket", "event", "2.5"] == 1
    assert found["response_delivery_seconds_bucket", "event", "+Inf"] == 1
    assert found["response_delivery_seconds_sum", "event"] == 2
    assert found["response_delivery_seconds_count", "event"] == 1
    assert found["response_box_parked", "inbox"] == 1


def test_messages_that_are_worked_off_together_are_counted_each(boxes: Boxes) -> None:
    incident = make_incident()
    channel = make_comms_channel(incident)
    for number in range(3):
        event = {"type": "message", "user": "U1", "text": "x", "channel": channel.channel_id}
        event |= {"ts": f"{number}.000100"}
        inbox.store(
            key=f"event:Ev{number}",
            kind=Delivery.Kind.EVENT,
            payload={"type": "event_callback", "event_id": f"Ev{number}", "event": event},
            handlers=[ref for ref, _ in registry.events.matching("message")][:1],
            lane=channel.channel_id,
            incident=incident,
        )
    boxes.handle()
    assert scrape()["response_deliveries_total", "event", "done"] == 3


def test_calls_are_counted_by_method_and_error() -> None:
    with web_api_server.serving() as server:
        server.script("chat.postMessage", web_api_server.ok(), web_api_server.error("is_archived"))
        client = SlackClient("xoxb-1", base_url=server.url)
        client.api_call("chat.postMessage", channel="C1", text=MARKER)
        with pytest.raises(SlackError):
            client.api_call("chat.postMessage", channel="C1", text=MARKER)
    gone = SlackClient("xoxb-1", base_url="http://127.0.0.1:9/api/")
    for method in ("chat.update", f"no such method {MARKER}"):
        with pytest.raises(SlackError):
            gone.api_call(method)
    found = scrape()
    calls = {key[1:]: n for key, n in found.items() if key[0] == "response_slack_calls_total"}
    assert calls == {
        ("ok", "chat.postMessage"): 1,
        ("is_archived", "chat.postMessage"): 1,
        ("unreachable", "chat.update"): 1,
        ("unreachable", "other"): 1,
    }
    assert found["response_slack_call_seconds_count", "chat.postMessage"] == 2


def test_both_boxes_and_the_tick(boxes: Boxes, clock: Clock) -> None:
    tick.tick(clock())
    Call.objects.all().delete()
    delivery = Delivery.objects.create(key="k", kind="event")
    for state, attempts, ahead in (("pending", 0, -9), ("pending", 2, 60), ("parked", 5, -99)):
        when = clock() + timedelta(seconds=ahead)
        HandlerRun.objects.create(
            delivery=delivery, lane="C1", handler="x", state=state, attempts=attempts, next_try=when
        )
        Call.objects.create(
            lane="C1",
            method="x",
            state=state,
            attempts=attempts,
            next_try=when,
            created_at=clock() - timedelta(seconds=30),
        )
    clock.forward(seconds=1)
    found = scrape()
    for box, lag in (("inbox", 10), ("outbox", 31)):
        assert found["response_box_waiting", box] == 2
        assert found["response_box_due", box] == 1
        assert found["response_box_retried", box] == 1
        assert found["response_box_parked", box] == 1
        assert found["response_box_lag_seconds", box] == lag
    assert found["response_heartbeat_age_seconds", "scheduler"] == 1
    assert found["response_heartbeat_age_seconds", "tick"] == 1


def test_an_empty_installation_has_metrics() -> None:
    found = scrape()
    assert found["response_box_lag_seconds", "inbox"] == 0
    assert not [key for key in found if key[0] == "response_heartbeat_age_seconds"]


# -- several processes ----------------------------------------------------------------------------


def test_what_other_processes_counted_is_in_it_whoever_is_asked() -> None:
    """As two processes that flush in turn, and one that is scraped."""
    for number in (1, 2):
        meter.count(meter.CALLS, "chat.update", "ok", number, seconds=0.5)
        meter.count(meter.CALLS, "chat.update", "fatal_error")
        with CaptureQueriesContext(connection) as captured:
            meter.flush()
        assert len(captured) == 1
    meter.count(meter.CALLS, "chat.update", "ok")
    found = scrape()
    assert found["response_slack_calls_total", "ok", "chat.update"] == 4
    assert found["response_slack_calls_total", "fatal_error", "chat.update"] == 2
    assert Tally.objects.get(outcome="ok").seconds == 1.0


def test_nothing_is_lost_or_doubled_when_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object) -> None:
        raise OperationalError

    meter.count(meter.CALLS, "chat.update", "ok", 3)
    with monkeypatch.context() as patch:
        patch.setattr(type(Tally.objects), "add", fail)
        meter.flush()
    meter.count(meter.CALLS, "chat.update", "ok")
    meter.flush()
    meter.flush()
    assert Tally.objects.get().number == 4


@pytest.mark.django_db(transaction=True)
def test_threads_that_count_and_flush_at_once_lose_nothing() -> None:
    errors: list[Exception] = []

    def work() -> None:
        try:
            for number in range(200):
                meter.count(meter.CALLS, f"m{number % 3}", "ok")
                if number % 50 == 0:
                    meter.flush()
            meter.flush()
        except Exception as error:  # noqa: BLE001 (shown below)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    meter.flush()
    assert errors == []
    assert sum(Tally.objects.values_list("number", flat=True)) == 6 * 200


def test_the_drain_flushes(boxes: Boxes, clock: Clock) -> None:
    meter.count(meter.CALLS, "chat.update", "ok")
    drain.drain_once(clock, boxes.sender)
    assert Tally.objects.get().number == 1


# -- what it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 50])
def test_the_queries_do_not_grow(number: int, clock: Clock) -> None:
    delivery = Delivery.objects.create(key="k", kind="event")
    for state in ("pending", "parked", "done"):
        HandlerRun.objects.bulk_create(
            HandlerRun(delivery=delivery, lane="C1", handler="x", state=state)
            for _ in range(number)
        )
    for n in range(number):
        meter.count(meter.CALLS, f"m{n}", "ok")
    with CaptureQueriesContext(connection) as captured:
        metrics.exposition(clock())
    # The flush, the sums, two boxes, what is parked in them, the heartbeats.
    assert len(captured) == 7


# -- who may read it ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer \xe9"],
)
def test_who_has_no_token_is_refused_without_a_query(header: str) -> None:
    meter.count(meter.CALLS, MARKER, "ok")
    with CaptureQueriesContext(connection) as captured:
        answer = Client().get("/metrics", headers={"Authorization": header})
    assert answer.status_code == 403
    assert "RESPONSE_METRICS_TOKEN" in answer.content.decode()
    assert MARKER not in answer.content.decode()
    assert len(captured) == 0


@pytest.mark.parametrize("token", ["", None])
def test_no_token_in_the_settings_lets_no_token_in(token: Any, settings: Any) -> None:
    settings.RESPONSE_METRICS_TOKEN = token
    for header in ("Bearer ", "Bearer None", "Bearer"):
        assert Client().get("/metrics", headers={"Authorization": header}).status_code == 403


def test_the_permission_lets_people_in() -> None:
    client = Client()
    user = User.objects.create_user("somebody")
    client.force_login(user)
    assert client.get("/metrics").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_metrics"))
    assert client.get("/metrics").status_code == 200
    assert client.post("/metrics").status_code == 405
    User.objects.update(is_active=False)
    assert client.get("/metrics").status_code == 403


def test_a_project_without_users_has_the_token() -> None:
    assert not views.may_read_metrics(HttpRequest())


def test_what_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(metrics, "import_module", missing)
    answer = Client().get("/metrics", headers=BEARER)
    assert answer.status_code == 501
    assert "[metrics]" in answer.content.decode()


def test_nothing_of_an_incident_is_in_it(boxes: Boxes, page: None) -> None:
    incident = make_incident(MARKER, private=True)
    make_comms_channel(incident, is_private=True, channel_name=MARKER)
    deliver(incident, f"page {MARKER}", f"event:{MARKER}")
    boxes.handle()
    boxes.send()
    text = Client().get("/metrics", headers=BEARER).content.decode()
    assert 'response_deliveries_total{kind="event",outcome="failed"} 1.0' in text
    assert MARKER not in text
