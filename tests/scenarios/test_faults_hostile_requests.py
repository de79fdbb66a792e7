"""Whatever is posted to the three URLs, nobody gets in unsigned and nothing is a 500."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from response.core.models import ExternalUser, Incident
from response.sandbox import sending
from response.sandbox.conf import conf
from response.sandbox.errors import ApiError
from response.slack.models import Delivery, HandlerRun, PinnedMessage, UserStats
from tests.scenarios import wire
from tests.scenarios.story import Story

BODY = {
    "slash_command": urlencode({"command": "/incident", "text": "down"}).encode(),
    "action": urlencode({"payload": json.dumps({"type": "block_actions"})}).encode(),
    "event": json.dumps(wire.callback({"type": "message", "channel": "C1", "user": "U1"})).encode(),
}


def signed_at(body: bytes, offset: float, secret: str | None = None) -> dict[str, str]:
    timestamp = str(int(sending.clock.now() + offset))
    signature = sending.signature(secret or conf.signing_secret, timestamp, body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def headers_of(flaw: str, body: bytes) -> dict[str, str]:
    good = signed_at(body, 0)
    return {
        "missing": {},
        "no timestamp": {"X-Slack-Signature": good["X-Slack-Signature"]},
        "no signature": {"X-Slack-Request-Timestamp": good["X-Slack-Request-Timestamp"]},
        "wrong": {**good, "X-Slack-Signature": "v0=" + "0" * 64},
        "of another secret": signed_at(body, 0, "another secret"),
        "of another body": signed_at(body + b"&more=1", 0),
        "stale": signed_at(body, -301),
        "of the future": signed_at(body, 301),
        "not ASCII": {**good, "X-Slack-Signature": "v0=\xe9\xff" + "0" * 62},
        "empty": {**good, "X-Slack-Signature": ""},
        "a word for a time": {**good, "X-Slack-Request-Timestamp": "now"},
        "a time of 5000 digits": {**good, "X-Slack-Request-Timestamp": "9" * 5000},
        "a time in other digits": {**good, "X-Slack-Request-Timestamp": "\xb2\xb3"},
    }[flaw]


FLAWS = (
    *("missing", "no timestamp", "no signature", "wrong", "of another secret", "of another body"),
    *("stale", "of the future", "not ASCII", "empty", "a word for a time"),
    *("a time of 5000 digits", "a time in other digits"),
)


@pytest.mark.parametrize("path", wire.ENDPOINTS)
def test_a_request_that_slack_did_not_sign_is_refused(story: Story, path: str):
    body = BODY[path]
    statuses = {flaw: wire.post(path, body, headers_of(flaw, body)).status for flaw in FLAWS}
    assert set(statuses.values()) <= {401, 403}, statuses
    assert wire.post(path, body).status in {200, 400}, "the same request is let in when signed"
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("path", wire.ENDPOINTS)
def test_a_signed_body_that_is_not_utf_8_is_refused(story: Story, path: str):
    assert wire.post(path, b"\xff\xfe\x00payload=\xff").status in {400, 401, 403}


@pytest.mark.parametrize("path", wire.ENDPOINTS)
def test_only_post_is_answered(story: Story, client: Any, path: str):
    assert client.get(f"/slack/{path}").status_code == 405


NOT_WHAT_SLACK_SENDS = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a string": '"block_actions"',
    "null": "null",
    "an empty object": "{}",
    "a type that is a number": '{"type": 1}',
    "a type that is a list": '{"type": []}',
    "a number of 5000 digits": '{"type": %s}' % ("9" * 5000),
    "lists in lists without end": "[" * 100_000,
    "an object of 101 levels": '{"a":' * 101 + "1" + "}" * 101,
    "a closing bracket too many": "{}}",
}


@pytest.mark.parametrize("name", NOT_WHAT_SLACK_SENDS)
def test_json_that_slack_does_not_send_is_answered_400(story: Story, name: str):
    text = NOT_WHAT_SLACK_SENDS[name]
    action = urlencode({"payload": text}).encode()
    assert wire.post("event", text.encode()).status == 400
    assert wire.post("action", action).status == 400


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "event_callback"},
        {"type": "event_callback", "event_id": "Ev1", "event": []},
        {"type": "event_callback", "event_id": "Ev1", "event": {"type": "message", "user": 1}},
        {"type": "event_callback", "event_id": "", "event": {"type": "message"}},
        {"type": "event_callback", "event_id": "E" * 256, "event": {"type": "message"}},
        {"type": "event_callback", "event_id": "Ev\x00", "event": {"type": "message"}},
        {"type": "event_callback", "event_id": "Ev\ud800", "event": {"type": "message"}},
        {"type": "url_verification"},
    ],
)
def test_an_event_with_a_wrong_field_is_answered_400(story: Story, payload: dict[str, Any]):
    assert wire.post("event", json.dumps(payload).encode()).status == 400


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "block_actions"},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": []},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": 1}]},
        {"type": "view_submission", "user": {"id": "U1"}, "view": "none"},
        {"type": "view_submission", "user": "U1", "view": {"id": "V1", "state": []}},
        {"type": "shortcut", "user": {"id": "U1"}},
    ],
)
def test_an_interaction_with_a_wrong_field_is_answered_400(story: Story, payload: dict[str, Any]):
    assert wire.post_interaction(payload).status == 400


def test_payload_types_that_are_unknown_are_acknowledged_and_dropped(story: Story):
    unknown = {"type": "block_suggestion_of_2031", "user": {"id": "U1"}}
    assert wire.post("event", json.dumps({"type": "app_rate_limited"}).encode()).status == 200
    assert wire.post("event", json.dumps({"type": "envelope_of_2031"}).encode()).status == 200
    assert wire.post_event({"type": "event_of_2031", "channel": "C0GENERAL"}).status == 200
    assert wire.post_interaction(unknown).status == 200
    assert wire.post_interaction({**unknown, "type": "view_closed"}).status in {200, 400}
    assert not Delivery.objects.exists()


def test_a_body_of_one_megabyte_is_stored_and_handled(story: Story):
    channel = story.opens_channel(story.ana, story.declares(story.ana))
    text = "x" * 1_000_000
    event = {"type": "message", "channel": channel.channel_id, "user": story.bob.id, "text": text}
    assert wire.post_event({**event, "ts": "1795200000.000100"}).status == 200
    story.settle()
    assert UserStats.objects.get(user__external_id=story.bob.id).message_count == 1


@pytest.mark.parametrize("path", wire.ENDPOINTS)
def test_a_form_or_json_of_one_megabyte_is_no_500(story: Story, path: str):
    text = "x" * 1_000_000
    body = {
        "slash_command": urlencode({"command": "/incident", "text": text}),
        "action": urlencode({"payload": json.dumps({"type": "block_actions", "more": text})}),
        "event": json.dumps({"type": "event_callback", "more": text}),
    }[path]
    assert wire.post(path, body.encode()).status == 400


@pytest.mark.parametrize("path", wire.ENDPOINTS)
def test_a_body_beyond_djangos_limit_is_refused(story: Story, settings: Any, path: str):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    body = BODY[path] + b" " * 10_000
    assert wire.post(path, body).status in {400, 413}
    assert wire.post(path, body, {}).status in {400, 401, 403, 413}


def test_a_form_of_too_many_fields_is_refused(story: Story):
    body = "&".join(f"f{number}=1" for number in range(2000)).encode()
    for path in ("slash_command", "action"):
        assert wire.post(path, body).status == 400


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain", "x;charset=no"])
def test_a_content_type_that_slack_does_not_send_is_no_500(story: Story, kind: str):
    for path in wire.ENDPOINTS:
        assert wire.post(path, BODY[path], **{"Content-Type": kind}).status in {200, 400}


# -- text that no database or no UTF-8 can hold --------------------------------------------------

HOSTILE = "before\x00after \ud800 end"


def test_nul_and_half_characters_in_a_message_do_no_harm(story: Story):
    channel = story.opens_channel(story.ana, story.declares(story.ana))
    place = {"channel": channel.channel_id, "user": story.ana.id}
    for number, event in enumerate(
        [
            {"type": "message", "text": HOSTILE},
            {"type": "app_mention", "text": f"<@U0INCIDENT> action {HOSTILE}"},
            {"type": "app_mention", "text": f"<@U0INCIDENT> summary {HOSTILE}"},
            {"type": "app_mention", "text": f"<@U0INCIDENT> nonsense{HOSTILE}"},
            {"type": "app_mention", "text": f"<@U0INCIDENT> rename {HOSTILE}"},
        ]
    ):
        sent = {**event, **place, "ts": f"1795200000.00010{number}"}
        assert wire.post_event(sent, event_id=f"Ev0{number}").status == 200
    story.settle()
    incident = Incident.objects.get()
    assert not HandlerRun.objects.exclude(state="done").exists()
    assert incident.summary == "beforeafter  end"
    assert incident.action_set.get().details == "beforeafter  end"


def test_nul_and_half_characters_in_a_pinned_message_do_no_harm(story: Story):
    channel = story.opens_channel(story.ana, story.declares(story.ana))
    message = {"type": "message", "ts": "1795200000.000100", "user": story.bob.id, "text": HOSTILE}
    pin = {"type": "pin_added", "user": story.ana.id, "channel_id": channel.channel_id}
    wire.post_event({**pin, "item": {"type": "message", "message": message}})
    edited = {"type": "message", "subtype": "message_changed", "channel": channel.channel_id}
    edited |= {"message": {**message, "text": f"{HOSTILE}!"}, "ts": "1795200001.000100"}
    wire.post_event(edited, event_id="Ev0EDIT")
    story.settle()
    assert not HandlerRun.objects.exclude(state="done").exists()
    assert PinnedMessage.objects.get().text == "beforeafter  end!"


def test_nul_and_half_characters_in_names_do_no_harm(story: Story):
    user = {"id": "U0NEW", "team_id": "T0SANDBOX", "name": HOSTILE, "real_name": HOSTILE}
    assert wire.post_event({"type": "team_join", "user": user}).status == 200
    channel = story.opens_channel(story.ana, story.declares(story.ana))
    renamed = {"id": channel.channel_id, "name": "inc-other\x00"}
    wire.post_event({"type": "channel_rename", "channel": renamed}, event_id="Ev0RENAME")
    story.settle()
    assert ExternalUser.objects.filter(external_id="U0NEW").exists()


def test_nul_in_a_slash_command_does_no_harm(story: Story):
    form = {"command": "/incident", "text": "before\x00after", "user_id": story.ana.id}
    form |= {"team_id": "T0SANDBOX", "channel_id": "C0GENERAL", "trigger_id": "1.2.no-such"}
    form |= {"response_url": "http://127.0.0.1:9/hooks/1"}
    reply = wire.post("slash_command", urlencode(form).encode())
    assert reply.status == 200
    assert "before" in json.loads(reply.body)["text"]


def test_nul_and_half_characters_in_a_modal_do_no_harm(story: Story):
    story.ana.command("/incident", "down", "general")
    body = json.loads(_payload_of_submission(story, "before-after"))
    text = json.dumps(body).replace("before-after", "before\\u0000after\\ud800")
    reply = wire.post("action", urlencode({"payload": text}).encode())
    assert (reply.status, reply.body) == (200, "")
    assert Incident.objects.get().report == "beforeafter"


def _payload_of_submission(story: Story, title: str) -> str:
    """What the sandbox would send, kept from the app."""
    sent: list[str] = []

    def keep(path: str, body: bytes, headers: Any) -> sending.Reply:
        sent.append(body.decode())
        return sending.Reply(error="http_timeout")

    with sending.transported_by(keep), pytest.raises(ApiError):
        story.ana.submits({"report": title})
    return parse_qs(sent[0])["payload"][0]


@pytest.mark.parametrize("length", [51, 141, 255, 256])
def test_ids_longer_than_any_of_slacks_are_no_500(story: Story, length: int):
    long = "C" + "1" * (length - 1)
    event = {"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@U0INCIDENT> help"}
    for field in ("channel", "user", "ts", "thread_ts", "bot_id", "subtype"):
        reply = wire.post_event({**event, field: long}, event_id=f"Ev{field}")
        assert reply.status in {200, 400}
    click = {"type": "block_actions", "user": {"id": "U1"}, "trigger_id": long}
    click |= {"actions": [{"action_id": "close-incident-button", "type": "button", "value": "1"}]}
    place = {"type": "message", "channel_id": long}
    assert wire.post_interaction({**click, "container": place}).status in {200, 400}
    assert wire.post_interaction({**click, "user": {"id": long}}).status in {200, 400}
    form = {"command": "/incident", "user_id": long, "channel_id": "C1", "trigger_id": long}
    assert wire.post("slash_command", urlencode(form).encode()).status in {200, 400}
    story.work()


def test_a_button_of_an_incident_that_does_not_exist_is_no_500(story: Story):
    for value in ("0", "99999999999999999999", "-1", "x", "", "\x00", "²"):
        click = {"type": "block_actions", "user": {"id": story.ana.id}, "trigger_id": "1.1.1"}
        button = {"action_id": "close-incident-button", "type": "button", "value": value}
        place = {"type": "message", "channel_id": "C0INCIDENTS"}
        click |= {"actions": [button], "container": place, "channel": {"id": "C0INCIDENTS"}}
        assert wire.post_interaction(click).status in {200, 400}
    story.settle()
