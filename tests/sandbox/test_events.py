"""Which events the app hears, and in which shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from response.sandbox.driver import Person
from response.sandbox.errors import ApiError
from response.sandbox.models import Delivery
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Call = Callable[..., dict[str, Any]]


def envelopes() -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in Delivery.objects.filter(kind="event")]


def events(kind: str = "") -> list[dict[str, Any]]:
    found = [envelope["event"] for envelope in envelopes()]
    return [event for event in found if not kind or event["type"] == kind]


def test_the_envelope_is_slacks(ana: Person, time_machine: Any) -> None:
    time_machine.move_to(1_795_200_000, tick=False)
    ana.says("general", "hello")
    [envelope] = envelopes()
    event_id = envelope["event_id"]
    assert event_id.startswith("Ev")
    assert envelope | {"event": {}} == {
        "type": "event_callback",
        "token": "deprecated",
        "team_id": "T0SANDBOX",
        "context_team_id": "T0SANDBOX",
        "context_enterprise_id": None,
        "api_app_id": "A0INCIDENT",
        "event": {},
        "event_id": event_id,
        "event_time": 1_795_200_000,
        "event_context": f"4-{event_id}",
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": "T0SANDBOX",
                "user_id": "U0INCIDENT",
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }


def test_a_persons_message(ana: Person) -> None:
    row = ana.says("general", "hello <world>")
    [event] = events()
    assert event["blocks"][0]["type"] == "rich_text"
    assert event | {"blocks": []} == {
        "type": "message",
        "user": "U0ANA",
        "text": "hello &lt;world&gt;",
        "ts": row.ts,
        "event_ts": row.ts,
        "team": "T0SANDBOX",
        "client_msg_id": row.client_msg_id,
        "channel": "C0GENERAL",
        "channel_type": "channel",
        "blocks": [],
    }


def test_a_mention_is_a_message_and_an_app_mention(ana: Person) -> None:
    row = ana.says("general", "@incident status")
    assert [event["type"] for event in events()] == ["message", "app_mention"]
    [mention] = events("app_mention")
    assert mention["text"] == "<@U0INCIDENT> status"
    assert (mention["channel"], mention["ts"]) == ("C0GENERAL", row.ts)
    assert "channel_type" not in mention
    ids = {envelope["event_id"] for envelope in envelopes()}
    assert len(ids) == 2


def test_the_bots_own_messages_come_back_with_its_bot_id(call: Call) -> None:
    call("chat.postMessage", channel="C0GENERAL", text="<@U0INCIDENT> talks to itself")
    [event] = events()
    assert event["type"] == "message"
    assert (event["user"], event["bot_id"], event["app_id"]) == (
        "U0INCIDENT",
        "B0INCIDENT",
        "A0INCIDENT",
    )
    assert "subtype" not in event


def test_nothing_is_heard_of_channels_without_the_bot(ana: Person) -> None:
    ana.creates_channel("quiet")
    message = ana.says("quiet", "@incident are you there?")
    ana.pins(message)
    ana.reacts(message, "eyes")
    ana.sets_topic("quiet", "shh")
    ana.renames("quiet", "quieter")
    ana.archives("quieter")
    assert events() == []


def test_nothing_is_heard_that_was_not_subscribed(ana: Person, workspace: Workspace) -> None:
    team = workspace.team
    team.subscriptions.remove("app_mention")
    team.save()
    ana.says("general", "@incident status")
    assert [event["type"] for event in events()] == ["message"]


def test_ephemeral_messages_are_no_events(call: Call) -> None:
    call("chat.postEphemeral", channel="C0GENERAL", user="U0ANA", text="only you")
    assert events() == []


def test_edits_and_deletions_carry_the_message_before(ana: Person) -> None:
    row = ana.says("general", "one")
    ana.edits(row, "two")
    ana.deletes(row)
    _, changed, deleted = events()
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert changed["message"]["text"] == "two"
    assert changed["message"]["edited"]["user"] == "U0ANA"
    assert changed["previous_message"]["text"] == "one"
    assert changed["ts"] == changed["event_ts"] != row.ts
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", row.ts)
    assert deleted["previous_message"]["text"] == "two"


def test_direct_messages_are_message_im(ana: Person, workspace: Workspace) -> None:
    channel = workspace.dm("ana")
    ana.says(channel.id, "@incident help")
    [event] = events()
    assert (event["channel_type"], event["channel"]) == ("im", channel.id)


def test_a_new_channel_announces_its_members(call: Call) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    call("conversations.invite", channel=channel, users="U0ANA")
    kinds = [(event["type"], event.get("subtype"), event["user"]) for event in events()]
    assert kinds == [
        ("message", "channel_join", "U0INCIDENT"),
        ("member_joined_channel", None, "U0INCIDENT"),
        ("message", "channel_join", "U0ANA"),
        ("member_joined_channel", None, "U0ANA"),
    ]
    joined = events("member_joined_channel")[1]
    assert (joined["inviter"], joined["channel"], joined["channel_type"], joined["team"]) == (
        "U0INCIDENT",
        channel,
        "C",
        "T0SANDBOX",
    )


def test_topics_and_names_are_messages_with_a_subtype(call: Call) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    Delivery.objects.all().delete()
    call("conversations.setTopic", channel=channel, topic="a < b")
    call("conversations.setPurpose", channel=channel, purpose="why")
    call("conversations.rename", channel=channel, name="inc-43")
    topic, purpose, name, renamed = events()
    assert (topic["subtype"], topic["topic"]) == ("channel_topic", "a &lt; b")
    assert (purpose["subtype"], purpose["purpose"]) == ("channel_purpose", "why")
    assert (name["subtype"], name["old_name"], name["name"]) == (
        "channel_name",
        "inc-42",
        "inc-43",
    )
    assert renamed["type"] == "channel_rename"
    assert (renamed["channel"]["id"], renamed["channel"]["name"]) == (channel, "inc-43")


def test_archiving_is_heard_by_a_bot_inside(ana: Person, call: Call) -> None:
    ana.creates_channel("old")
    channel = call("conversations.list")["channels"][-1]["id"]
    call("conversations.join", channel=channel)
    Delivery.objects.all().delete()
    ana.archives("old")
    ana.unarchives("old")
    message, archived, unarchived = events()
    assert message["subtype"] == "channel_archive"
    assert (archived["type"], archived["channel"], archived["user"]) == (
        "channel_archive",
        channel,
        "U0ANA",
    )
    assert (unarchived["type"], unarchived["channel"]) == ("channel_unarchive", channel)


def test_private_channels_have_events_of_their_own(ana: Person) -> None:
    row = ana.creates_channel("secret", is_private=True)
    ana.invites("secret", "incident")
    Delivery.objects.all().delete()
    ana.says("secret", "hush")
    ana.renames("secret", "hidden")
    ana.archives("hidden")
    assert {event["channel_type"] for event in events("message")} == {"group"}
    assert events("group_rename")[0]["channel"]["id"] == row.id
    assert events("group_archive")[0]["channel"] == row.id


def test_leaving_a_private_channel_is_told(ana: Person, bob: Person) -> None:
    row = ana.creates_channel("secret", is_private=True)
    ana.invites("secret", "incident", "bob")
    Delivery.objects.all().delete()
    bob.leaves("secret")
    [left] = events("member_left_channel")
    assert (left["user"], left["channel"], left["channel_type"]) == (bob.id, row.id, "G")
    ana.removes("secret", "incident")
    assert len(events("member_left_channel")) == 2


def test_a_pin_carries_the_whole_message(ana: Person, bob: Person, time_machine: Any) -> None:
    time_machine.move_to(1_795_200_000, tick=False)
    row = ana.says("general", "root cause")
    bob.pins(row)
    bob.unpins(row)
    [added], [removed] = events("pin_added"), events("pin_removed")
    assert (added["user"], added["channel_id"], added["item_user"], added["pin_count"]) == (
        "U0BOB",
        "C0GENERAL",
        "U0ANA",
        1,
    )
    item = added["item"]
    assert {name: item[name] for name in ("type", "channel", "created", "created_by")} == {
        "type": "message",
        "channel": "C0GENERAL",
        "created": 1_795_200_000,
        "created_by": "U0BOB",
    }
    assert (item["message"]["text"], item["message"]["ts"]) == ("root cause", row.ts)
    assert item["message"]["permalink"].endswith(f"?channel=C0GENERAL&ts={row.ts}")
    assert added["pinned_info"] == {
        "channel": "C0GENERAL",
        "pinned_by": "U0BOB",
        "pinned_ts": 1_795_200_000,
    }
    assert (removed["has_pins"], removed["pin_count"]) == (False, 0)
    assert removed["item"]["message"]["ts"] == row.ts


def test_a_reaction_names_the_message(ana: Person, bob: Person) -> None:
    row = ana.says("general", "done")
    bob.reacts(row, "tada")
    [event] = events("reaction_added")
    assert event["event_ts"] > row.ts
    assert event | {"event_ts": ""} == {
        "type": "reaction_added",
        "user": "U0BOB",
        "reaction": "tada",
        "item_user": "U0ANA",
        "item": {"type": "message", "channel": "C0GENERAL", "ts": row.ts},
        "event_ts": "",
    }


def test_people_who_come_and_change_are_told(workspace: Workspace) -> None:
    row = workspace.add_user("farid", real_name="Farid")
    workspace.change_user(row.id, deleted=True)
    joined, changed = events()
    assert (joined["type"], joined["user"]["name"]) == ("team_join", "farid")
    assert (changed["type"], changed["user"]["deleted"]) == ("user_change", True)


def test_a_refused_act_leaves_no_event(ana: Person, call: Call) -> None:
    call("conversations.setTopic", channel="C0GENERAL", topic="x" * 251)
    call("chat.postMessage", channel="C0GENERAL", text="")
    assert events() == []


def test_people_of_other_workspaces_bring_theirs(workspace: Workspace, call: Call) -> None:
    row = workspace.add_user("zoe", other_team_id="T0ELSEWHERE")
    zoe = Person(workspace, "zoe")
    zoe.says("general", "hello")
    [said] = events("message")
    assert said["team"] == "T0ELSEWHERE"
    shown = call("users.info", user=row.id)["user"]
    assert (shown["team_id"], shown["is_stranger"]) == ("T0ELSEWHERE", True)


def test_a_reply_names_the_parents_author(ana: Person, bob: Person) -> None:
    parent = ana.says("general", "one")
    reply = bob.says("general", "two", thread_ts=parent.ts)
    event = events("message")[-1]
    assert (event["thread_ts"], event["parent_user_id"]) == (parent.ts, "U0ANA")
    with pytest.raises(ApiError, match="thread_not_found"):
        ana.says("general", "three", thread_ts=reply.ts)
