"""An incident over Socket Mode, as over HTTP: the same intake, the same answers."""

from __future__ import annotations

from typing import Any

import pytest

from response.core.models import Action, ExternalUser, Incident, TimelineEvent
from response.sandbox.models import User
from response.sandbox.workspace import Workspace
from response.slack import inbox, users
from response.slack.models import CommsChannel, Delivery, HandlerRun
from response.slack.socket_mode.link import Link
from tests.scenarios.story import Story
from tests.scenarios.wire import callback
from tests.socket_mode.slack_socket import SlackSocket

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


def test_the_life_of_an_incident(story: Story, over_sockets: SlackSocket):
    story.ana.command("/incident", "The database is down", "general")
    assert story.ana.preset("report") == "The database is down"
    # The modal's errors travel in the acknowledgement.
    refused = story.ana.submits({"report": " "})
    assert "report" in refused.errors
    assert not Incident.objects.exists()
    assert not story.ana.submits({"report": "The database is down"}).errors
    story.settle()
    incident = Incident.objects.get()
    channel = story.opens_channel(story.ana, incident)
    story.says(story.bob, channel, "@incident lead")
    pinned = story.says(story.bob, channel, "It is the cache.")
    story.bob.pins(pinned)
    story.says(story.bob, channel, "@incident action Clear the cache")
    story.settle()
    story.bob.clicks(story.headline(incident), "close-incident-button")
    story.settle()
    incident.refresh_from_db()
    assert incident.lead is not None
    assert incident.lead.external_id == story.bob.id
    assert incident.is_closed()
    assert TimelineEvent.objects.filter(incident=incident, event_type="slack_pin").count() == 1
    assert Action.objects.filter(incident=incident).count() == 1
    assert not story.given_up()


def test_a_command_that_cannot_be_served_is_answered_with_what_was_typed(
    story: Story, over_sockets: SlackSocket
):
    story.fault(error_methods=["views.open"], error_count=1)
    answer = story.ana.command("/incident", "The database is down", "general")
    assert answer is not None
    assert "The database is down" in answer.text


def mention(channel: CommsChannel, story: Story, text: str) -> dict[str, Any]:
    event = {
        "type": "app_mention",
        "user": story.ana.id,
        "text": f"<@{story.workspace.bot.id}> {text}",
        "channel": channel.channel_id,
        "ts": "1795200000.000100",
    }
    return callback(event, event_id="Ev0MENTION")


def test_an_event_that_slack_sends_again_is_acknowledged_again_and_happens_once(
    story: Story, over_sockets: SlackSocket
):
    channel = story.begins()
    payload = mention(channel, story, "action Clear the cache")
    over_sockets.delivers("events_api", payload)
    over_sockets.delivers("events_api", payload, retry_attempt=1, retry_reason="timeout")
    story.settle()
    over_sockets.delivers("events_api", payload, retry_attempt=2, retry_reason="timeout")
    story.settle()
    assert Action.objects.count() == 1


def test_what_is_not_stored_is_not_acknowledged(
    story: Story, over_sockets: SlackSocket, monkeypatch: pytest.MonkeyPatch
):
    channel = story.begins()
    payload = mention(channel, story, "action Clear the cache")
    store = inbox.store

    def fail_for_the_first(**delivery: Any) -> Delivery | None:
        if "Ev0MENTION" in delivery["key"]:
            raise RuntimeError("the database is away")
        return store(**delivery)

    with monkeypatch.context() as broken:
        broken.setattr(inbox, "store", fail_for_the_first)
        lost = over_sockets.connected_at_all().delivers("events_api", payload)
        # On the same connection, in order: once this is acknowledged the other was dealt with.
        over_sockets.delivers("events_api", {**payload, "event_id": "Ev0NEXT"})
    assert over_sockets.acknowledgement(lost) is None
    over_sockets.delivers("events_api", payload, retry_attempt=1, retry_reason="timeout")
    story.settle()
    assert Action.objects.count() == 2


def test_it_is_stored_before_it_is_acknowledged(
    story: Story, over_sockets: SlackSocket, monkeypatch: pytest.MonkeyPatch
):
    channel = story.begins()
    stored: list[int] = []
    acknowledge = Link.send_socket_mode_response

    def look_then_acknowledge(link: Link, response: Any) -> None:
        stored.append(Delivery.objects.filter(key__contains="Ev0MENTION").count())
        acknowledge(link, response)

    monkeypatch.setattr(Link, "send_socket_mode_response", look_then_acknowledge)
    over_sockets.delivers("events_api", mention(channel, story, "action Clear the cache"))
    assert stored == [1]


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("events_api", {}),
        ("events_api", {"type": "event_callback", "event": 7}),
        ("interactive", {"type": "block_actions"}),
        ("slash_commands", {"command": "/incident"}),
    ],
)
def test_a_payload_that_cannot_be_read_is_refused_and_the_next_one_is_received(
    story: Story, over_sockets: SlackSocket, kind: str, payload: dict[str, Any], caplog: Any
):
    refused = over_sockets.connected_at_all().delivers(kind, payload)
    over_sockets.delivers("events_api", callback({"type": "app_home_opened", "user": "U0ANA"}))
    story.ana.command("/incident", "The database is down", "general")
    assert story.ana.opens()
    assert over_sockets.acknowledgement(refused) is None
    assert "Refused a payload" in caplog.text


@pytest.mark.parametrize("kind", ["hello", "something_new"])
def test_envelopes_of_kinds_that_nobody_knows_are_acknowledged(
    over_sockets: SlackSocket, workspace: Workspace, kind: str
):
    assert "payload" not in over_sockets.delivers("something_new", {"kind": kind})
    assert not HandlerRun.objects.exists()


def test_people_whom_slack_tells_of_are_known_by_their_present_names(
    story: Story, over_sockets: SlackSocket
):
    farid = story.workspace.add_user("farid", display_name="名" * 80)
    story.settle()
    assert ExternalUser.objects.get(external_id=farid.id).display_name == "名" * 80
    story.forward(1)
    story.workspace.change_user("farid", display_name="fa", deleted=True)
    story.settle()
    known = ExternalUser.objects.get(external_id=farid.id)
    assert (known.display_name, known.deleted) == ("fa", True)
    assert [delivery.name for delivery in story.workspace.deliveries()] == [
        "team_join",
        "user_change",
    ]


def test_everybody_in_the_sandbox_is_learned_with_cursors(
    story: Story, over_sockets: SlackSocket, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(users, "BATCH", 3)
    story.tick()
    assert ExternalUser.objects.count() == User.objects.count() > 6
    assert len(story.workspace.calls("users.list")) == -(-User.objects.count() // 3)
