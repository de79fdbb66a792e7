"""The inbox and outbox as an operations desk: what is seen, found, run again and given up."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from response.models import Call, Delivery, HandlerRun, Incident
from response.slack import desk, outbox, registry
from response.slack.decorators import slack_event
from tests.admin.conftest import signed_in, staff_with
from tests.admin.rows import admin_path
from tests.factories import make_incident
from tests.slack.boxes import Boxes, Clock, FakeSlack

TOKEN = "xoxb-1234567890-abcdefghij"
RESPONSE_URL = "https://hooks.slack.com/actions/T0/1234/secretsecret"
TRIGGER = "13345224609.738474920.8088930838d88f008e0"
SANDBOX_URL = "http://127.0.0.1:8000/sandbox/hooks/hooksecret"
ADDRESS = "ana@example.test"
CLICK = {
    "type": "block_actions",
    "token": "legacyverification",
    "trigger_id": TRIGGER,
    "response_url": RESPONSE_URL,
    "response_urls": [{"response_url": RESPONSE_URL}],
    "user": {"id": "U0ANA", "profile": {"email": ADDRESS, "real_name": "Ana Ω"}},
    "text": f"somebody pasted {TOKEN} here, and half a \ud800 character",
    "view": {"private_metadata": json.dumps({"url": SANDBOX_URL, "response_url": RESPONSE_URL})},
}
SECRETS = (
    *("1234567890-abcdefghij", "secretsecret", TRIGGER, "hooksecret", "legacyverification"),
    ADDRESS,
)


def make_run(state: str = "parked", incident: Incident | None = None, **values: Any) -> HandlerRun:
    """A click with the work of one handler."""
    number = Delivery.objects.count()
    key = values.pop("key", f"event:Ev{number}")
    kind, payload = values.pop("kind", "action"), values.pop("payload", CLICK)
    delivery = Delivery.objects.create(
        key=key, kind=kind, payload=json.dumps(payload), incident=incident
    )
    values = {"handler": "action:close-incident-button", "lane": f"C{number}", **values}
    return HandlerRun.objects.create(delivery=delivery, state=state, **values)


def make_call(state: str = "parked", **values: Any) -> Call:
    arguments = json.dumps(values.pop("arguments", {"channel": "C1", "text": "hello"}))
    values = {"lane": "C1", "method": "chat.postMessage", "arguments": arguments, **values}
    return Call.objects.create(state=state, **values)


def act(client: Client, action: str, *rows: Any) -> list[str]:
    """Choose rows and an action; what is told."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(admin_path(type(rows[0])), data, follow=True)
    return [str(message) for message in answer.context["messages"]]


def page(client: Client, row: Any) -> str:
    return client.get(admin_path(type(row), "change", row.pk)).content.decode()


@pytest.fixture
def boxes(root: Client) -> Iterator[Boxes]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield Boxes(FakeSlack(), Clock(traveller))


# -- what is seen -----------------------------------------------------------------------------


def test_a_payload_is_shown_without_its_secrets(root: Client) -> None:
    run = make_run(key=f"trigger:{TRIGGER}", lane=f"!trigger:{TRIGGER}", error=f"with {TOKEN}")
    call = make_call(arguments=CLICK, memo=json.dumps(CLICK), error=f"posting to {RESPONSE_URL}")
    paths = [admin_path(model) for model in (HandlerRun, Delivery, Call)]
    texts = [root.get(path).content.decode() for path in paths]
    texts += [page(root, run), page(root, run.delivery), page(root, call)]
    for text in texts:
        for secret in SECRETS:
            assert secret not in text
    for text in texts[3:]:
        assert "Ana Ω" in text
        assert "somebody pasted ••• here" in text


def test_the_error_the_attempts_and_the_next_try_are_shown(root: Client) -> None:
    when = timezone.now() + timedelta(hours=3)
    run = make_run("pending", error="ValueError: no such thing", attempts=3, next_try=when)
    call = make_call(error="SlackError: channel_not_found", attempts=5)
    for row, words in ((run, "ValueError: no such thing"), (call, "channel_not_found")):
        assert words in page(root, row)
        assert words in root.get(admin_path(type(row))).content.decode()
        assert f'readonly">{row.attempts}</div>' in page(root, row)


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (HandlerRun, {"state": "parked", "delivery__kind": "event", "handler": "event:pin_added"}),
        (Call, {"state": "parked", "operation": "headline"}),
        (Delivery, {"kind": "event"}),
    ],
)
def test_the_boxes_are_filtered(root: Client, model: Any, wanted: dict[str, str]) -> None:
    make_run("parked", kind="event", handler="event:pin_added")
    make_run("done", kind="action", handler="action:close-incident-button")
    make_call("parked", operation="headline", method="")
    make_call("sent")
    for name, value in wanted.items():
        offered = root.get(admin_path(model)).content.decode()
        parameter = name if name in ("handler", "operation") else f"{name}__exact"
        assert f"?{parameter}={value.replace(':', '%3A')}" in offered
        found = root.get(admin_path(model), {parameter: value}).context["cl"].result_list
        assert len(found) == 1


def test_every_handler_that_is_registered_can_be_chosen(root: Client) -> None:
    text = root.get(admin_path(HandlerRun)).content.decode()
    for registered in registry.ALL:
        for reference, _ in registered.items():
            assert reference in text


def test_they_are_searched(root: Client) -> None:
    run, call = make_run(error="ValueError: rare"), make_call(method="pins.add")
    make_run(handler="event:other")
    make_call()
    for row, words in ((run, "rare"), (call, "pins.add"), (run.delivery, run.delivery.key)):
        found = root.get(admin_path(type(row)), {"q": words}).context["cl"].result_list
        assert [each.pk for each in found] == [row.pk]


def test_a_delivery_leads_to_its_work(root: Client) -> None:
    run = make_run()
    assert admin_path(HandlerRun, "change", run.pk) in page(root, run.delivery)
    assert admin_path(Delivery, "change", run.delivery.pk) in page(root, run)


# -- run again --------------------------------------------------------------------------------


def test_what_is_parked_begins_anew(root: Client) -> None:
    run = make_run(attempts=5, finished_at=timezone.now(), error="failed")
    call = make_call(strikes=5, attempts=7, finished_at=timezone.now())
    for row in (run, call):
        assert act(root, "run_again", row) == ["1 will be tried again now."]
        row.refresh_from_db()
        assert (row.state, row.finished_at) == ("pending", None)
        assert row.next_try <= timezone.now()
    assert (run.attempts, call.strikes, call.attempts) == (0, 0, 7)


def test_what_waits_for_its_next_try_has_it_now(root: Client) -> None:
    later = timezone.now() + timedelta(hours=1)
    run, call = (
        make_run("pending", attempts=2, next_try=later),
        make_call("pending", next_try=later),
    )
    for row in (run, call):
        assert act(root, "run_again", row) == ["1 will be tried again now."]
        row.refresh_from_db()
        assert row.next_try <= timezone.now()
    assert run.attempts == 2


@pytest.mark.parametrize("state", ["done", "dropped"])
def test_a_run_that_is_over_is_left_alone(root: Client, state: str) -> None:
    run = make_run(state)
    assert act(root, "run_again", run) == ["1 left alone: done, or being worked at."]
    assert HandlerRun.objects.get().state == state


@pytest.mark.parametrize("state", ["sending", "sent", "dropped"])
def test_a_call_that_is_over_is_left_alone(root: Client, state: str) -> None:
    call = make_call(state)
    assert act(root, "run_again", call) == ["1 left alone: done, or being worked at."]
    assert act(root, "give_up", call) == ["1 left alone: over already, or being worked at."]
    assert Call.objects.get().state == state


def test_a_run_whose_content_is_gone_is_not_run_without_it(root: Client) -> None:
    run = make_run()
    Delivery.objects.update(payload="")
    assert act(root, "run_again", run) == ["1 left alone: done, or being worked at."]


def test_a_parked_call_reaches_slack_after_all(root: Client, boxes: Boxes) -> None:
    act(root, "run_again", make_call())
    boxes.send()
    assert boxes.slack.texts("C1") == ["hello"]
    assert Call.objects.get().state == "sent"


# -- from the page of one row -----------------------------------------------------------------


def press(client: Client, row: Any, action: str) -> Any:
    """Send what the browser sends when a button of the row's page is pressed."""
    name = row._meta.model_name
    form = re.search(rf'<form [^>]*id="{name}_form".*?</form>', page(client, row), re.DOTALL)
    assert form is not None
    fields = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', form[0])
    button = re.search(rf'<button [^>]*name="action" value="{action}" formaction="(\S+)">', form[0])
    assert button is not None
    return client.post(button[1], {**dict(fields), "action": action}, follow=True)


@pytest.mark.parametrize(
    ("action", "told", "state"),
    [("run_again", "1 will be tried again now.", "pending"), ("give_up", "1 given up.", "dropped")],
)
def test_a_row_is_dealt_with_on_its_own_page(
    root: Client, action: str, told: str, state: str
) -> None:
    for row, other in ((make_run(), make_run()), (make_call(), make_call())):
        answer = press(root, row, action)
        assert answer.redirect_chain == [(admin_path(type(row), "change", row.pk), 302)]
        assert [str(message) for message in answer.context["messages"]] == [told]
        row.refresh_from_db()
        other.refresh_from_db()
        assert (row.state, other.state) == (state, "parked")


def test_a_page_of_what_is_over_offers_nothing(root: Client) -> None:
    run = make_run("done")
    for row in (run, run.delivery, make_call("sent"), make_call("sending")):
        assert 'name="action"' not in page(root, row)


# -- give up ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["parked", "pending"])
def test_what_is_given_up_is_not_tried_any_more(root: Client, state: str, boxes: Boxes) -> None:
    run = make_run(state, error="ValueError: broken", lane="C7")
    call = make_call(state, key="headline:7", memo="{}", error="SlackError: broken")
    for row in (run, call):
        assert act(root, "give_up", row) == ["1 given up."]
        row.refresh_from_db()
        assert row.state == "dropped"
        assert row.error.startswith("given up by root; ")
        assert row.error.endswith("Error: broken")
    boxes.clock.forward(days=2)
    assert boxes.handle() == 0
    boxes.send()
    assert boxes.slack.calls == []
    assert (call.key, call.arguments, call.memo) == (None, "", "")
    assert Delivery.objects.get().payload == ""


def test_content_stays_for_the_other_handlers_of_a_delivery(root: Client) -> None:
    run = make_run()
    other = HandlerRun.objects.create(
        delivery=run.delivery, lane="C1", handler="event:pin_added", state="parked"
    )
    act(root, "give_up", run)
    assert Delivery.objects.get().payload != ""
    act(root, "give_up", other)
    assert Delivery.objects.get().payload == ""


def test_content_goes_when_the_last_handler_is_done_after_another_was_given_up(
    root: Client, boxes: Boxes
) -> None:
    given_up = make_run(kind="event", handler="event:pin_added", payload=MESSAGE)
    with registry.events.temporarily():
        slack_event("message", in_incident=False)(lambda payload: None)
        reference, _ = registry.events.items()[-1]
        HandlerRun.objects.create(delivery=given_up.delivery, lane="C1", handler=reference)
        act(root, "give_up", given_up)
        assert Delivery.objects.get().payload != ""
        assert boxes.handle() == 1
    assert set(HandlerRun.objects.values_list("state", flat=True)) == {"dropped", "done"}
    assert Delivery.objects.get().payload == ""


MESSAGE = {
    "type": "event_callback",
    "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": "U0ANA", "text": "hi", "ts": "1.1"},
}


def test_a_new_call_of_a_key_that_was_given_up_is_asked_for(root: Client) -> None:
    incident = make_incident()
    Call.objects.all().delete()
    call = make_call("pending", key="headline:7", operation="headline", incident=incident)
    act(root, "give_up", call)
    outbox.perform("headline", lane="C1", key="headline:7", incident=incident)
    assert Call.objects.get(key="headline:7").state == "pending"


# -- all of a filter, and who may -------------------------------------------------------------


def test_all_that_a_filter_finds_are_taken(root: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(desk, "CHUNK", 50)
    for _ in range(120):
        make_run(payload={})
        make_call()
    make_run("pending")
    for model in (HandlerRun, Call):
        first = model.objects.earliest("pk")
        data = {"action": "give_up", "_selected_action": [first.pk], "select_across": "1"}
        answer = root.post(f"{admin_path(model)}?state__exact=parked", data, follow=True)
        assert [str(message) for message in answer.context["messages"]] == ["120 given up."]
        assert model.objects.filter(state="dropped").count() == 120
    assert not Delivery.objects.filter(runs__state="dropped").exclude(payload="").exists()
    assert HandlerRun.objects.filter(state="pending").count() == 1


def test_who_did_it_is_in_the_history(root: Client) -> None:
    run = make_run()
    act(root, "run_again", run)
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.object_repr) == (str(run.pk), f"Handler run {run.pk}")
    history = root.get(admin_path(HandlerRun, "history", run.pk)).content.decode()
    assert "Will be tried again now" in history


@pytest.mark.parametrize(
    ("model", "permission"), [(HandlerRun, "operate_inbox"), (Call, "operate_outbox")]
)
def test_operating_needs_a_permission_of_its_own(db: None, model: Any, permission: str) -> None:
    incident = make_incident()
    row = make_run(incident=incident) if model is HandlerRun else make_call(incident=incident)
    name = model._meta.model_name
    sees = signed_in(staff_with(f"view_{name}", f"change_{name}", name="sees"))
    operates = signed_in(staff_with(f"view_{name}", permission, name="operates"))
    for action in ("run_again", "give_up"):
        for path in (admin_path(model), admin_path(model, "change", row.pk)):
            assert f'value="{action}"' not in sees.get(path).content.decode()
            assert f'value="{action}"' in operates.get(path).content.decode()
        assert act(sees, action, row) in ([], ["No action selected."])
    row.refresh_from_db()
    assert row.state == "parked"
    assert act(operates, "run_again", row) == ["1 will be tried again now."]


def test_nobody_edits_a_row_of_the_boxes(root: Client) -> None:
    for row in (make_run(), make_call()):
        assert (
            root.post(admin_path(type(row), "change", row.pk), {"state": "done"}).status_code == 403
        )
        assert root.get(admin_path(type(row), "add")).status_code == 403
        row.refresh_from_db()
        assert row.state == "parked"
