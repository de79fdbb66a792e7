"""Posting, updating and deleting through the Web API, and what people may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from response.sandbox import state
from response.sandbox.driver import Person
from response.sandbox.errors import ApiError
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(databases=["default", "sandbox"])
Call = Callable[..., dict[str, Any]]


def test_a_ts_is_given_once_even_when_time_stands_still(call: Call, time_machine: Any) -> None:
    time_machine.move_to(1_795_200_000, tick=False)
    first = call("chat.postMessage", channel="C0GENERAL", text="1")["ts"]
    second = call("chat.postMessage", channel="C0GENERAL", text="2")["ts"]
    assert first == "1795200000.000000"
    assert second > first


def test_a_message_needs_a_text_or_blocks(call: Call) -> None:
    assert call("chat.postMessage", channel="C0GENERAL")["error"] == "no_text"
    assert call("chat.postMessage", channel="C0GENERAL", text="  ")["error"] == "no_text"
    blocks = [{"type": "divider"}]
    assert call("chat.postMessage", channel="C0GENERAL", blocks=blocks)["ok"]


def test_a_text_is_not_longer_than_slack_takes(call: Call) -> None:
    ts = call("chat.postMessage", channel="C0GENERAL", text="x" * 40_000)["ts"]
    error = call("chat.postMessage", channel="C0GENERAL", text="x" * 40_001)["error"]
    assert error == "msg_too_long"
    assert call("chat.update", channel="C0GENERAL", ts=ts, text="x" * 4_000)["ok"]
    error = call("chat.update", channel="C0GENERAL", ts=ts, text="x" * 4_001)["error"]
    assert error == "msg_too_long"


def test_invalid_blocks_say_where(call: Call) -> None:
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    answer = call("chat.postMessage", channel="C0GENERAL", text="x", blocks=blocks)
    assert answer["error"] == "invalid_blocks"
    problem = "must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {problem}"]
    assert answer["errors"] == [problem]


def test_blocks_in_a_form_are_json(call: Call, workspace: Workspace) -> None:
    assert call("chat.postMessage", channel="C0GENERAL", blocks='[{"type": "divider"}]')["ok"]
    answer = call("chat.postMessage", channel="C0GENERAL", blocks="[{")
    assert answer["error"] == "invalid_blocks_format"


def test_an_argument_that_the_method_does_not_have_is_refused(call: Call) -> None:
    answer = call("chat.postMessage", channel="C0GENERAL", text="x", is_retrying=True)
    assert answer["error"] == "invalid_arguments"
    assert "is_retrying" in answer["response_metadata"]["messages"][0]


def test_channels_go_by_their_id_only(call: Call) -> None:
    assert call("chat.postMessage", channel="#general", text="x")["error"] == "channel_not_found"


def test_private_channels_without_the_bot_are_not_found(call: Call, ana: Person) -> None:
    row = ana.creates_channel("secret", is_private=True)
    assert call("chat.postMessage", channel=row.id, text="x")["error"] == "channel_not_found"


def test_public_channels_need_membership_or_the_scope_for_all(
    call: Call, ana: Person, workspace: Workspace
) -> None:
    row = ana.creates_channel("quiet")
    assert call("chat.postMessage", channel=row.id, text="x")["ok"]
    team = workspace.team
    team.scopes.remove("chat:write.public")
    team.save()
    assert call("chat.postMessage", channel=row.id, text="x")["error"] == "not_in_channel"


def test_a_missing_scope_is_named(call: Call, workspace: Workspace) -> None:
    team = workspace.team
    team.scopes.remove("chat:write")
    team.save()
    answer = call("chat.postMessage", channel="C0GENERAL", text="x")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write")


def test_posting_to_a_person_opens_their_direct_messages(call: Call, ana: Person) -> None:
    answer = call("chat.postMessage", channel="U0ANA", text="psst")
    assert answer["channel"].startswith("D")
    assert [row.text for row in ana.direct_messages()] == ["psst"]
    error = call("chat.postMessage", channel="U0NOBODY", text="psst")["error"]
    assert error == "channel_not_found"


def test_what_is_not_given_to_an_update_stays(call: Call, workspace: Workspace) -> None:
    blocks = [{"type": "divider", "block_id": "d"}]
    ts = call("chat.postMessage", channel="C0GENERAL", text="one", blocks=blocks)["ts"]
    call("chat.update", channel="C0GENERAL", ts=ts, text="two")
    assert workspace.messages("general")[0].blocks == blocks
    call("chat.update", channel="C0GENERAL", ts=ts, text="three", blocks=[])
    [row] = workspace.messages("general")
    assert (row.text, row.blocks) == ("three", [])


def test_only_the_bots_own_messages_are_updated(call: Call, ana: Person) -> None:
    row = ana.says("general", "mine")
    answer = call("chat.update", channel="C0GENERAL", ts=row.ts, text="yours")
    assert answer["error"] == "cant_update_message"
    answer = call("chat.delete", channel="C0GENERAL", ts=row.ts)
    assert answer["error"] == "cant_delete_message"
    answer = call("chat.update", channel="C0GENERAL", ts="1.000000", text="x")
    assert answer["error"] == "message_not_found"


def test_nothing_changes_in_an_archived_channel(call: Call, workspace: Workspace) -> None:
    ana = Person(workspace, "ana")
    row = workspace.channel(call("conversations.create", name="old")["channel"]["id"])
    ana.joins("old")
    ts = call("chat.postMessage", channel=row.id, text="x")["ts"]
    ana.archives("old")
    assert call("chat.postMessage", channel=row.id, text="x")["error"] == "is_archived"
    assert call("chat.update", channel=row.id, ts=ts, text="x")["error"] == "is_inactive"
    with pytest.raises(ApiError, match="is_archived"):
        ana.says("old", "hello?")


def test_an_ephemeral_message_is_seen_by_one_person(call: Call, ana: Person, bob: Person) -> None:
    call("chat.postEphemeral", channel="C0GENERAL", user="U0ANA", text="only you")
    assert [row.text for row in ana.sees("general")] == ["only you"]
    assert bob.sees("general") == []
    assert call("conversations.history", channel="C0GENERAL")["messages"] == []
    answer = call("chat.postEphemeral", channel="C0REPORTS", user="U0EVE", text="x")
    assert answer["error"] == "user_not_in_channel"


def test_replies_need_a_parent(call: Call) -> None:
    parent = call("chat.postMessage", channel="C0GENERAL", text="x")["ts"]
    reply = call("chat.postMessage", channel="C0GENERAL", text="y", thread_ts=parent)["ts"]
    found = call("conversations.replies", channel="C0GENERAL", ts=parent)["messages"]
    assert [one["ts"] for one in found] == [parent, reply]
    answer = call("chat.postMessage", channel="C0GENERAL", text="y", thread_ts="1.000000")
    assert answer["error"] == "thread_not_found"


def test_history_is_a_window_newest_first(call: Call) -> None:
    ts = [call("chat.postMessage", channel="C0GENERAL", text=str(n))["ts"] for n in range(5)]

    def texts(**window: Any) -> list[str]:
        answer = call("conversations.history", channel="C0GENERAL", **window)
        return [one["text"] for one in answer["messages"]]

    assert texts() == ["4", "3", "2", "1", "0"]
    assert texts(oldest=ts[1], latest=ts[3]) == ["2"]
    assert texts(oldest=ts[1], latest=ts[3], inclusive="1") == ["3", "2", "1"]
    page = call("conversations.history", channel="C0GENERAL", limit="2")
    assert page["has_more"]
    cursor = page["response_metadata"]["next_cursor"]
    assert texts(limit="2", cursor=cursor) == ["2", "1"]
    answer = call("conversations.history", channel="C0GENERAL", cursor="nonsense")
    assert answer["error"] == "invalid_cursor"


def test_people_speak_where_they_are(ana: Person, workspace: Workspace) -> None:
    bob = Person(workspace, "bob")
    bob.creates_channel("quiet")
    with pytest.raises(ApiError, match="not_in_channel"):
        ana.says("quiet", "hello")
    with pytest.raises(ApiError, match="no_text"):
        ana.says("general", " \n ")


def test_people_edit_and_delete_their_own_only(ana: Person, bob: Person) -> None:
    row = ana.says("general", "one")
    with pytest.raises(ApiError, match="cant_update_message"):
        bob.edits(row, "two")
    with pytest.raises(ApiError, match="cant_delete_message"):
        bob.deletes(row)
    assert ana.edits(row, "two").edited_by == "U0ANA"
    ana.deletes(row)
    assert ana.sees("general") == []


def test_metadata_is_kept_until_it_is_cleared(call: Call) -> None:
    metadata = {"event_type": "incident", "event_payload": {"id": 1}}
    ts = call("chat.postMessage", channel="C0GENERAL", text="x", metadata=metadata)["ts"]
    call("chat.update", channel="C0GENERAL", ts=ts, text="y")
    window = {"channel": "C0GENERAL", "include_all_metadata": True}
    [shown] = call("conversations.history", **window)["messages"]
    assert shown["metadata"] == metadata
    call("chat.update", channel="C0GENERAL", ts=ts, text="z", metadata={})
    [shown] = call("conversations.history", **window)["messages"]
    assert "metadata" not in shown
    answer = call("chat.postMessage", channel="C0GENERAL", text="x", metadata={"id": 1})
    assert answer["error"] == "invalid_metadata_format"


def test_a_permalink_leads_into_the_sandbox(call: Call) -> None:
    ts = call("chat.postMessage", channel="C0GENERAL", text="x")["ts"]
    link = call("chat.getPermalink", channel="C0GENERAL", message_ts=ts)["permalink"]
    assert link == f"http://127.0.0.1:8000/sandbox/?channel=C0GENERAL&ts={ts}"


def test_every_change_counts_the_version_up(call: Call) -> None:
    before = state.team().version
    call("chat.postMessage", channel="C0GENERAL", text="x")
    call("auth.test")
    call("chat.postMessage", channel="C0NOWHERE", text="x")
    assert state.team().version == before + 1


def test_what_removed_methods_answer(call: Call) -> None:
    assert call("channels.create", name="x")["error"] == "method_deprecated"
    assert call("incidents.create", name="x")["error"] == "unknown_method"
