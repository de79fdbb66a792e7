"""The page's JSON: what one person sees and does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from response.sandbox import faults
from response.sandbox.driver import Person
from response.sandbox.workspace import Workspace
from tests.sandbox.conftest import App
from tests.sandbox.test_interactions import FORM

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Object = dict[str, Any]


class Page:
    """The browser of one person."""

    def __init__(self, user: str = "U0ANA") -> None:
        self.user = user
        self.http = Client(headers={"host": "127.0.0.1:8000"})
        self.status = 0

    def get(self, name: str, /, **query: Any) -> Object:
        answer = self.http.get(f"/sandbox/ui/{name}", {"user": self.user, **query})
        return self._json(answer)

    def post(self, name: str, /, **body: Any) -> Object:
        raw = json.dumps({"user": self.user, **body})
        path = f"/sandbox/ui/{name}"
        return self._json(self.http.post(path, raw, content_type="application/json"))

    def channel(self, channel_id: str) -> Object:
        found: Object = next(c for c in self.get("state")["channels"] if c["id"] == channel_id)
        return found

    def texts(self, channel: str) -> list[str]:
        return [one["text"] for one in self.get("messages", channel=channel)["messages"]]

    def _json(self, answer: Any) -> Object:
        self.status = answer.status_code
        parsed: Object = answer.json()
        return parsed


@pytest.fixture
def page(workspace: Workspace) -> Page:
    return Page()


def queries(act: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connections["sandbox"]) as captured:
        act()
    return len(captured)


def test_the_page_is_served_with_its_csrf_cookie(page: Page) -> None:
    answer = page.http.get("/sandbox/")
    assert answer.status_code == 200
    assert "response_sandbox/workspace.html" in [one.name for one in answer.templates]
    assert "csrftoken" in answer.cookies
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")


def test_bootstrap_says_who_is_there(page: Page) -> None:
    found = page.get("bootstrap")
    assert found["ok"]
    assert {person["name"] for person in found["people"]} >= {"ana", "名前"}
    assert found["bot"] == {"id": "U0INCIDENT", "name": "incident"}
    assert found["commands"][0]["command"] == "/incident"
    assert found["emoji"]["fire"] == "🔥"
    eve = next(person for person in found["people"] if person["id"] == "U0EVE")
    assert eve["is_restricted"]


def test_state_is_only_a_version_while_nothing_changes(page: Page, bob: Person) -> None:
    version = page.get("state")["version"]
    assert page.get("state", since=version) == {"ok": True, "version": version}
    assert queries(lambda: page.get("state", since=version)) == 1
    bob.says("general", "hello")
    assert page.get("state", since=version)["version"] > version


def test_unread_are_messages_of_others(page: Page, bob: Person, workspace: Workspace) -> None:
    bob.says("general", "one")
    bob.says("general", "two")
    page.post("message", channel="C0GENERAL", text="mine")
    bob.says("general", "three")
    bob.sets_topic("general", "a topic is no message")
    shown = page.channel("C0GENERAL")
    assert (shown["unread"], shown["is_member"], shown["member_count"]) == (1, True, 7)
    assert shown["last_ts"] == workspace.messages("general")[-1].ts
    page.post("mark_read", channel="C0GENERAL")
    assert page.channel("C0GENERAL")["unread"] == 0


def test_the_bell_counts_direct_messages(page: Page, workspace: Workspace) -> None:
    channel = workspace.dm("ana")
    workspace.post_message(channel.id, "psst")
    bell = page.get("state")["bell"]
    assert bell["unread_dms"] == 1
    assert (bell["items"][0]["channel"], bell["items"][0]["text"]) == (channel.id, "psst")
    shown = page.channel(channel.id)
    assert (shown["is_im"], shown["im_user"]) == (True, "U0INCIDENT")
    page.post("mark_read", channel=channel.id)
    assert page.get("state")["bell"] == {"unread_dms": 0, "items": []}
    assert Page("U0BOB").get("state")["bell"]["unread_dms"] == 0


def test_everyone_sees_their_own_channels(page: Page, ana: Person, bob: Person) -> None:
    bob.creates_channel("open")
    bob.creates_channel("secret", is_private=True)
    shown = {one["name"]: one["is_member"] for one in page.get("state")["channels"]}
    assert shown["open"] is False
    assert "secret" not in shown
    assert page.get("messages", channel=bob.workspace.channel("open").id)["ok"]
    assert page.get("messages", channel=bob.workspace.channel("secret").id)["error"]
    assert page.status == 404
    guest = {one["name"] for one in Page("U0EVE").get("state")["channels"]}
    assert guest == {"general", "incidents"}


def test_messages_come_oldest_first_with_what_hangs_on_them(
    page: Page, bob: Person, workspace: Workspace
) -> None:
    row = bob.says("general", "one")
    bob.reacts(row, "eyes")
    bob.pins(row)
    bob.edits(row, "one!")
    workspace.post_message("general", "only you", only_for=bob.user)
    workspace.post_message("general", "two")
    answer = page.get("messages", channel="C0GENERAL")
    first, second = answer["messages"]
    assert (first["text"], first["user"], first["pinned"], first["ephemeral"]) == (
        "one!",
        "U0BOB",
        True,
        False,
    )
    assert first["edited"]["user"] == "U0BOB"
    assert first["reactions"] == [{"name": "eyes", "users": ["U0BOB"], "count": 1}]
    assert (second["text"], second["bot_id"]) == ("two", "B0INCIDENT")
    assert "U0ANA" in answer["channel"]["members"]
    assert [
        one["text"] for one in page.get("messages", channel="C0GENERAL", limit=1)["messages"]
    ] == ["two"]
    ephemeral = Page("U0BOB").get("messages", channel="C0GENERAL")["messages"][1]
    assert (ephemeral["text"], ephemeral["ephemeral"]) == ("only you", True)


def test_fifty_rows_take_the_queries_of_one(page: Page, bob: Person) -> None:
    def state() -> int:
        return queries(lambda: page.get("state"))

    def messages() -> int:
        return queries(lambda: page.get("messages", channel="C0GENERAL"))

    bob.reacts(bob.says("general", "0"), "eyes")
    before = state(), messages()
    for number in range(50):
        bob.creates_channel(f"more-{number}")
        bob.reacts(bob.says("general", str(number)), "eyes")
    assert (state(), messages()) == before


def test_people_do_what_they_do(page: Page, bob: Person, workspace: Workspace) -> None:
    ts = page.post("message", channel="C0GENERAL", text="hi @bob <3")["ts"]
    assert page.texts("C0GENERAL") == ["hi <@U0BOB> &lt;3"]
    reply = page.post("message", channel="C0GENERAL", text="more", thread_ts=ts)["ts"]
    assert workspace.messages("general")[-1].thread_ts == ts
    page.post("delete", channel="C0GENERAL", ts=reply)
    page.post("edit", channel="C0GENERAL", ts=ts, text="hi")
    page.post("reaction", channel="C0GENERAL", ts=ts, name="tada")
    page.post("pin", channel="C0GENERAL", ts=ts)
    [shown] = page.get("messages", channel="C0GENERAL")["messages"]
    assert (shown["text"], shown["pinned"]) == ("hi", True)
    page.post("reaction", channel="C0GENERAL", ts=ts, name="tada", remove=True)
    page.post("pin", channel="C0GENERAL", ts=ts, remove=True)
    [shown] = page.get("messages", channel="C0GENERAL")["messages"]
    assert (shown["reactions"], shown["pinned"]) == ([], False)


def test_people_look_after_channels(page: Page, bob: Person, workspace: Workspace) -> None:
    channel = page.post("channel", name="lunch")["channel"]
    page.post("topic", channel=channel, topic="soup")
    page.post("invite", channel=channel, users=["U0CHIDI"])
    assert page.channel(channel)["topic"] == "soup"
    other = Page("U0BOB")
    other.post("join", channel=channel)
    assert other.channel(channel)["is_member"]
    other.post("leave", channel=channel)
    assert not other.channel(channel)["is_member"]
    page.post("rename", channel=channel, name="dinner")
    page.post("archive", channel=channel)
    assert page.channel(channel)["is_archived"]
    page.post("archive", channel=channel, remove=True)
    assert not page.channel(channel)["is_archived"]
    dm = page.post("open_dm", **{"with": "U0INCIDENT"})["channel"]
    assert page.channel(dm)["im_user"] == "U0INCIDENT"


def test_a_refusal_has_a_code_and_words(page: Page, bob: Person) -> None:
    answer = page.post("channel", name="general")
    assert (page.status, answer["ok"], answer["error"]) == (400, False, "name_taken")
    assert "exists already" in answer["message"]
    assert page.post("message", channel="C0NONE", text="x")["error"] == "channel_not_found"
    assert page.status == 404
    assert Page("U0NOBODY").post("message", channel="C0GENERAL", text="x")["error"] == (
        "user_not_found"
    )
    assert Page("U0INCIDENT").post("message", channel="C0GENERAL", text="x")["error"] == (
        "user_not_found"
    )
    for wrong in ({"channel": 1, "text": "x"}, {"channel": "C0GENERAL", "text": ["x"]}):
        assert page.post("message", **wrong)["error"] == "invalid_arguments"
    assert page.get("nonsense")["error"] == "endpoint_not_found"
    assert page.get("message")["error"] == "endpoint_not_found"
    answer = page.http.post("/sandbox/ui/message", b"{", content_type="application/json")
    assert answer.json()["error"] == "invalid_json"


def test_a_command_shows_its_answer(page: Page, app: App) -> None:
    app.answer = lambda request: (200, {"Content-Type": "text/plain"}, b"hello")
    answer = page.post("command", channel="C0GENERAL", command="/incident", text="x")
    assert answer["response"]["response_type"] == "ephemeral"
    assert page.get("messages", channel="C0GENERAL")["messages"][0]["ephemeral"]
    app.answer = lambda request: (200, {}, b"")
    answer = page.post("command", channel="C0GENERAL", command="/incident", text="x")
    assert answer == {"ok": True}


def test_a_command_that_fails_keeps_what_was_typed_to_the_page(page: Page) -> None:
    answer = page.post("command", channel="C0GENERAL", command="/incident", text="x")
    assert page.status == 502
    assert answer["message"] == '/incident failed with the error "dispatch_failed"'


def test_buttons_are_pressed_on_the_page(page: Page, app: App, workspace: Workspace) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    row = workspace.post_message("general", "x", blocks=blocks)
    press = {"type": "button", "block_id": "b", "action_id": "go"}
    place = {"channel": "C0GENERAL", "message_ts": row.ts}
    assert page.post("action", **place, action=press)["ok"]
    assert json.loads(app.requests[0].form["payload"])["actions"][0]["action_id"] == "go"
    gone = {**press, "action_id": "gone"}
    assert page.post("action", **place, action=gone)["error"] == "action_not_found"
    alone = workspace.post_message("general", "x", blocks=blocks, only_for=workspace.user("bob"))
    place["message_ts"] = alone.ts
    assert page.post("action", **place, action=press)["error"] == "message_not_found"


def test_a_modal_on_the_page(page: Page, app: App, workspace: Workspace) -> None:
    view = workspace.open_modal("ana", FORM)
    modal = page.get("state")["modal"]
    assert (modal["view"]["id"], modal["state"], modal["depth"]) == (view.id, "open", 1)
    assert Page("U0BOB").get("state")["modal"] is None
    empty = {"title": {"v": {"type": "plain_text_input", "value": ""}}}
    answer = page.post("view_submit", view_id=view.id, values=empty)
    assert (answer["response_action"], list(answer["errors"])) == ("errors", ["title"])
    more = {"type": "button", "block_id": "more", "action_id": "more"}
    typed = {"title": {"v": {"type": "plain_text_input", "value": "typed"}}}
    assert page.post("action", view_id=view.id, action=more, state_values=typed)["ok"]
    sent = json.loads(app.requests[0].form["payload"])
    assert sent["view"]["state"]["values"]["title"]["v"]["value"] == "typed"
    answer = page.post("view_submit", view_id=view.id, values=typed)
    assert answer == {"ok": True, "response_action": "close"}
    assert page.get("state")["modal"] is None
    assert page.post("view_close", view_id=view.id)["error"] == "view_not_found"


def test_cancelling_a_modal_on_the_page(page: Page, workspace: Workspace) -> None:
    view = workspace.open_modal("ana", FORM)
    assert page.post("view_close", view_id=view.id)["ok"]
    assert page.get("state")["modal"] is None


def test_shortcuts_on_the_page(page: Page, app: App, bob: Person) -> None:
    row = bob.says("general", "x")
    page.post("shortcut", callback_id="declare")
    page.post("shortcut", callback_id="add", channel="C0GENERAL", ts=row.ts)
    kinds = [json.loads(request.form["payload"])["type"] for request in app.requests]
    assert kinds == ["shortcut", "message_action"]


def test_faults_are_switched_on_the_page(page: Page) -> None:
    values = page.get("faults")
    values.pop("ok")
    assert page.get("state")["faults_on"] is False
    answer = page.http.post(
        "/sandbox/ui/faults",
        json.dumps({**values, "outage": True}),
        content_type="application/json",
    )
    assert answer.json()["faults"]["outage"] is True
    assert faults.current().outage
    assert page.get("state")["faults_on"] is True


def test_the_log_tells_of_both_directions(page: Page, app: App, bob: Person, call: Any) -> None:
    page.post("command", channel="C0GENERAL", command="/incident", text="x")
    bob.says("general", "hello")
    bob.workspace.deliver()
    call("chat.postMessage", channel="C0NONE", text="x")
    found = page.get("log", limit=10)
    event, command = found["deliveries"]
    assert (event["kind"], event["name"], event["status"], event["retry"]) == (
        "event",
        "message",
        200,
        0,
    )
    assert (command["kind"], command["name"], command["error"]) == (
        "slash_command",
        "/incident",
        None,
    )
    [logged] = found["calls"]
    assert (logged["method"], logged["ok"], logged["error"]) == (
        "chat.postMessage",
        False,
        "channel_not_found",
    )


def test_a_reset_on_the_page(page: Page) -> None:
    page.post("message", channel="C0GENERAL", text="x")
    assert page.post("reset")["ok"]
    assert page.texts("C0GENERAL") == []


def test_an_unseeded_workspace_says_so(placed: None) -> None:
    page = Page()
    answer = page.get("bootstrap")
    assert (page.status, answer["error"]) == (503, "not_seeded")
    assert "sandbox_seed" in answer["message"]
