"""Channels: names, invitations, topics, archive, pins and reactions in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from response.sandbox import manifest
from response.sandbox.driver import Person
from response.sandbox.errors import ApiError
from response.sandbox.models import Team
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Call = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Inc-42", "invalid_name_specials"),
        ("inc 42", "invalid_name_specials"),
        ("inc.42", "invalid_name_specials"),
        ("größe", "invalid_name_specials"),
        ("inc\n", "invalid_name_specials"),
        ("-_-", "invalid_name_punctuation"),
        ("general", "name_taken"),
    ],
)
def test_names_that_slack_refuses(call: Call, name: str, error: str) -> None:
    assert call("conversations.create", name=name)["error"] == error


def test_the_longest_name_is_taken(call: Call) -> None:
    assert call("conversations.create", name="x" * 80)["channel"]["name"] == "x" * 80


def test_archived_channels_keep_their_names(call: Call) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    assert call("conversations.archive", channel=channel)["ok"]
    assert call("conversations.create", name="inc-42")["error"] == "name_taken"


def test_a_private_channel_is_private(call: Call, ana: Person) -> None:
    channel = call("conversations.create", name="inc-43", is_private="true")["channel"]
    assert channel["is_private"]
    with pytest.raises(ApiError, match="channel_not_found"):
        ana.joins("inc-43")
    listed = call("conversations.list")["channels"]
    assert channel["id"] not in {one["id"] for one in listed}
    listed = call("conversations.list", types="public_channel,private_channel")["channels"]
    assert channel["id"] in {one["id"] for one in listed}


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("conversations.invite", {"users": "U0BOB"}),
        ("conversations.rename", {"name": "other"}),
        ("conversations.setTopic", {"topic": "x"}),
        ("conversations.members", {}),
        ("conversations.info", {}),
        ("conversations.archive", {}),
    ],
)
def test_private_channels_need_scopes_of_their_own(
    call: Call, method: str, arguments: dict[str, str]
) -> None:
    public = call("conversations.create", name="inc-42")["channel"]["id"]
    private = call("conversations.create", name="inc-43", is_private=True)["channel"]["id"]
    scopes = [scope for scope in manifest.SCOPES if not scope.startswith("groups:")]
    Team.objects.update(scopes=scopes)
    assert call(method, channel=public, **arguments)["ok"]
    answer = call(method, channel=private, **arguments)
    assert answer["error"] == "missing_scope"
    assert answer["needed"].startswith("groups:")


def test_who_leaves_or_is_removed_is_out(call: Call, ana: Person, bob: Person) -> None:
    channel = call("conversations.create", name="inc-43", is_private=True)["channel"]["id"]
    call("conversations.invite", channel=channel, users="U0ANA,U0BOB,U0CHIDI")
    bob.leaves(channel)
    ana.removes(channel, "chidi")
    assert call("conversations.members", channel=channel)["members"] == ["U0INCIDENT", "U0ANA"]
    with pytest.raises(ApiError, match="channel_not_found"):
        bob.says(channel, "let me in")
    with pytest.raises(ApiError, match="cant_kick_self"):
        ana.removes(channel, "ana")


def test_a_deleted_message_is_gone(call: Call, workspace: Workspace, ana: Person) -> None:
    ts = call("chat.postMessage", channel="C0GENERAL", text="never mind")["ts"]
    assert call("chat.delete", channel="C0GENERAL", ts=ts) == {
        "ok": True,
        "channel": "C0GENERAL",
        "ts": ts,
    }
    assert "never mind" not in [row.text for row in workspace.messages("general")]
    assert call("chat.delete", channel="C0GENERAL", ts=ts)["error"] == "message_not_found"
    theirs = ana.says("general", "mine").ts
    answer = call("chat.delete", channel="C0GENERAL", ts=theirs)
    assert answer["error"] == "cant_delete_message"


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("U0INCIDENT", "cant_invite_self"),
        ("U0NOBODY", "user_not_found"),
        ("", "no_user"),
        ("U0EVE", "user_is_restricted"),
        (",".join(["U0ANA"] * 101), "too_many_users"),
    ],
)
def test_invitations_that_slack_refuses(call: Call, users: str, error: str) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    assert call("conversations.invite", channel=channel, users=users)["error"] == error


def test_one_bad_id_and_nobody_is_invited_unless_forced(call: Call) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    call("conversations.invite", channel=channel, users="U0ANA")
    users = "U0ANA,U0BOB"
    answer = call("conversations.invite", channel=channel, users=users)
    assert answer["error"] == "already_in_channel"
    assert answer["errors"] == [{"user": "U0ANA", "ok": False, "error": "already_in_channel"}]
    assert "U0BOB" not in call("conversations.members", channel=channel)["members"]
    assert call("conversations.invite", channel=channel, users=users, force="1")["ok"]
    assert "U0BOB" in call("conversations.members", channel=channel)["members"]


def test_only_members_invite_and_set_topics(call: Call, ana: Person) -> None:
    channel = ana.creates_channel("quiet").id
    for method, arguments in (
        ("conversations.invite", {"users": "U0BOB"}),
        ("conversations.setTopic", {"topic": "x"}),
        ("conversations.setPurpose", {"purpose": "x"}),
        ("conversations.rename", {"name": "loud"}),
        ("conversations.archive", {}),
        ("bookmarks.add", {"title": "x", "type": "link", "link": "https://x.example"}),
    ):
        place = "channel_id" if method == "bookmarks.add" else "channel"
        assert call(method, **{place: channel}, **arguments)["error"] == "not_in_channel"


def test_joining_twice_is_a_warning(call: Call, ana: Person) -> None:
    channel = ana.creates_channel("quiet").id
    assert "warning" not in call("conversations.join", channel=channel)
    assert call("conversations.join", channel=channel)["warning"] == "already_in_channel"


def test_a_topic_has_250_characters_at_most(call: Call, workspace: Workspace) -> None:
    topic = "&" * 250
    assert call("conversations.setTopic", channel="C0GENERAL", topic=topic)["ok"]
    assert workspace.channel("general").topic == "&amp;" * 250
    answer = call("conversations.setTopic", channel="C0GENERAL", topic=topic + "x")
    assert answer["error"] == "too_long"


def test_the_same_topic_again_says_nothing(call: Call, workspace: Workspace) -> None:
    call("conversations.setTopic", channel="C0GENERAL", topic="calm")
    call("conversations.setTopic", channel="C0GENERAL", topic="calm")
    assert [row.subtype for row in workspace.messages("general")] == ["channel_topic"]


def test_renaming_follows_the_rules_of_names(call: Call) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    answer = call("conversations.rename", channel=channel, name="general")
    assert answer["error"] == "name_taken"
    answer = call("conversations.rename", channel="C0GENERAL", name="loud")
    assert answer["error"] == "not_authorized"
    assert call("conversations.rename", channel=channel, name="inc-43")["ok"]


def test_archiving_puts_the_bot_out_for_good(call: Call, workspace: Workspace) -> None:
    channel = call("conversations.create", name="inc-42")["channel"]["id"]
    call("conversations.invite", channel=channel, users="U0ANA")
    assert call("conversations.archive", channel=channel)["ok"]
    assert call("conversations.archive", channel=channel)["error"] == "not_in_channel"
    assert call("conversations.unarchive", channel=channel)["error"] == "not_in_channel"
    assert call("conversations.join", channel=channel)["error"] == "is_archived"
    Person(workspace, "ana").unarchives("inc-42")
    assert call("conversations.join", channel=channel)["ok"]


def test_general_stays(call: Call) -> None:
    answer = call("conversations.archive", channel="C0GENERAL")
    assert answer["error"] == "cant_archive_general"
    assert call("conversations.leave", channel="C0GENERAL")["error"] == "cant_leave_general"


def test_opening_direct_messages_twice_is_one_conversation(call: Call) -> None:
    first = call("conversations.open", users="U0ANA")
    again = call("conversations.open", users="U0ANA")
    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["already_open"]
    assert call("conversations.open", users="U0NOBODY")["error"] == "user_not_found"


def test_guests_see_only_their_channels(workspace: Workspace) -> None:
    eve = Person(workspace, "eve")
    Person(workspace, "ana").creates_channel("staff")
    eve.says("incidents", "I see this one")
    for channel in ("staff", "incident-reports"):
        with pytest.raises(ApiError, match="channel_not_found"):
            eve.joins(channel)
    with pytest.raises(ApiError, match="user_is_restricted"):
        eve.creates_channel("mine")


def test_pins_are_made_once_and_removed_once(call: Call, ana: Person) -> None:
    row = ana.says("general", "found it")
    place = {"channel": "C0GENERAL", "timestamp": row.ts}
    assert call("pins.add", **place)["ok"]
    assert call("pins.add", **place)["error"] == "already_pinned"
    [item] = call("pins.list", channel="C0GENERAL")["items"]
    assert item["message"]["text"] == "found it"
    assert call("pins.remove", **place)["ok"]
    assert call("pins.remove", **place)["error"] == "no_pin"


def test_reactions_are_made_once_and_removed_once(call: Call, ana: Person) -> None:
    row = ana.says("general", "found it")
    place = {"channel": "C0GENERAL", "timestamp": row.ts}
    assert call("reactions.add", name="tada", **place)["ok"]
    assert call("reactions.add", name="tada", **place)["error"] == "already_reacted"
    assert call("reactions.add", name=":tada:", **place)["error"] == "invalid_name"
    assert call("reactions.add", name="red_heart", **place)["error"] == "invalid_name"
    assert call("reactions.remove", name="tada", **place)["ok"]
    assert call("reactions.remove", name="tada", **place)["error"] == "no_reaction"
    missing = {"channel": "C0GENERAL", "timestamp": "1.000000"}
    assert call("reactions.add", name="tada", **missing)["error"] == "message_not_found"


def test_reactions_and_pins_need_membership(call: Call, ana: Person) -> None:
    row = ana.creates_channel("quiet")
    message = ana.says("quiet", "x")
    place = {"channel": row.id, "timestamp": message.ts}
    assert call("reactions.add", name="tada", **place)["error"] == "not_in_channel"
    assert call("pins.add", **place)["error"] == "not_in_channel"


def test_bookmarks_are_links(call: Call) -> None:
    place = {"channel_id": "C0GENERAL", "title": "Document", "type": "link"}
    assert call("bookmarks.add", **place, link="https://x.example")["ok"]
    assert call("bookmarks.add", **place, link="ftp://x.example")["error"] == "invalid_link"
    place["title"] = "x" * 257
    answer = call("bookmarks.add", **place, link="https://x.example")
    assert answer["error"] == "invalid_arguments"


def test_people_are_found_by_id_and_address(call: Call) -> None:
    assert call("users.info", user="U0NAMAE")["user"]["profile"]["display_name"] == "名前"
    assert call("users.info", user="U0NOBODY")["error"] == "user_not_found"
    found = call("users.lookupByEmail", email="EVE@acme.example")["user"]
    assert (found["id"], found["is_restricted"]) == ("U0EVE", True)
    answer = call("users.lookupByEmail", email="no@acme.example")
    assert answer["error"] == "users_not_found"


def test_user_groups_have_members(call: Call) -> None:
    [group] = call("usergroups.list", include_users=True)["usergroups"]
    assert (group["handle"], group["users"]) == ("sre", ["U0ANA", "U0CHIDI"])
    assert call("usergroups.users.list", usergroup="S0SRE")["users"] == ["U0ANA", "U0CHIDI"]
    assert call("usergroups.users.list", usergroup="S0X")["error"] == "no_such_subteam"
