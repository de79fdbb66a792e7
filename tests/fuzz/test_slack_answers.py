"""Slack's own answers, malformed: a clear error that is tried again, and no mistake of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from hypothesis import strategies as st

from response.exceptions import ResponseError
from response.slack import operations, outbox, permissions, users
from response.slack.client import SlackClient, SlackError
from response.slack.models import Call, CommsChannel
from tests.factories import make_incident
from tests.fuzz import real
from tests.fuzz.budget import fuzzed
from tests.fuzz.mutations import as_json, mutated, mutated_bytes
from tests.fuzz.town import CHANNEL, Town, believable

CALLED = "https://hooks.slack.com/commands/1"


def _create_channel(town: Town) -> None:
    operations.open_comms_channel(make_incident(reporter=town.incident.reporter), "U0ANA")


def _rename_channel(town: Town) -> None:
    arguments = {"channel": CHANNEL, "name": "inc-new"}
    outbox.enqueue(
        "conversations.rename",
        arguments,
        lane=CHANNEL,
        operation="rename_channel",
        incident=town.incident,
    )


def _post_headline(town: Town) -> None:
    operations.refresh_headline(town.incident)


def _list_members(town: Town) -> None:
    town.incident.private = True
    town.incident.save()
    CommsChannel.objects.filter(incident=town.incident).update(is_private=True)
    operations.refresh_members()


def _meet_a_stranger(town: Town) -> None:
    operations.fetch_user("U0STRANGER")


def _list_users(town: Town) -> None:
    operations.refresh_users()


def _whisper(town: Town) -> None:
    outbox.whisper("U0ANA", "well done", channel_id=CHANNEL, response_url=CALLED)


def _open_modal(town: Town) -> None:
    town.judge(town.post("slash_command", urlencode(real.COMMAND).encode()), "views.open")


def _ask_who_acts(town: Town) -> None:
    with suppress(ResponseError):
        permissions.check("U0STRANGER", "command:help")


def _by_hand(town: Town) -> None:
    """What a host may call."""
    client = SlackClient("xoxb-1")
    for ask in (
        client.users_list,
        lambda: client.get_user_id("ana"),
        lambda: client.get_user_profile("U0ANA"),
        lambda: client.get_user_profile_by_email("ana@example.test"),
        client.get_slack_token_owner,
        lambda: client.get_usergroup_id("oncall"),
        lambda: client.get_usergroup_users("S0ONCALL"),
        lambda: client.get_channel_name(CHANNEL),
        lambda: client.get_channel_id("general"),
        lambda: client.get_or_create_channel("general"),
    ):
        with suppress(SlackError):
            ask()


ASKS: list[Callable[[Town], None]] = [
    *(_create_channel, _rename_channel, _post_headline, _list_members, _meet_a_stranger),
    *(_list_users, _whisper, _open_modal, _ask_who_acts, _by_hand),
]
METHODS = [
    *("auth.test", "chat.postMessage", "chat.update", "conversations.create"),
    *("conversations.rename", "conversations.members", "conversations.list", "users.info"),
    *("users.list", "views.open", "usergroups.list", "conversations.info"),
]
ARGUMENTS = {"user": "U0STRANGER", "name": "inc-new", "channel": CHANNEL}
USUAL = [{**believable(method, ARGUMENTS), "response_metadata": {}} for method in METHODS]
answers = st.one_of(
    st.sampled_from(USUAL).flatmap(mutated).map(as_json).map(str.encode),
    st.sampled_from(USUAL).map(as_json).map(str.encode).flatmap(mutated_bytes),
    st.sampled_from(
        [
            b"",
            b"ok",
            b"[]",
            b"null",
            b"true",
            b'"ok"',
            b"{}",
            b'{"ok": false}',
            b"<html>",
            b"\xff",
            b'{"ok": true}',
            b'{"ok": 1}',
            b'{"ok": "true"}',
            b'{"ok": false, "error": null}',
            b'{"ok": false, "error": {"a": 1}}',
            b'{"ok": false, "error": "name_taken"}',
        ]
    ),
)


def test_a_malformed_answer_is_a_clear_error_and_nothing_is_lost(town: Town) -> None:
    cases = st.tuples(st.sampled_from(ASKS), answers)

    @fuzzed(cases, percent=3, name="malformed answers of Slack")
    def law(case: tuple[Callable[[Town], None], bytes]) -> None:
        ask, answer = case
        with town.for_a_while():
            town.slack.answers = lambda method: answer
            ask(town)
            town.work()
            town.judge_the_work((ask.__name__, answer))
            assert _is_told(), list(Call.objects.values())
            town.slack.answers = lambda method: None


def _is_told() -> bool:
    """A call is done, or it waits or is parked with a reason that a person understands."""
    waiting = Call.objects.exclude(state__in=("sent", "dropped")).exclude(attempts=0)
    return all(
        "Error: " not in f" {error[:12]}" for error in waiting.values_list("error", flat=True)
    )


@pytest.mark.parametrize(
    ("ask", "operation", "missing"),
    [
        (_create_channel, "comms_channel", "channel.id"),
        (_rename_channel, "rename_channel", "channel.name"),
        (_post_headline, "headline", "ts"),
        (_meet_a_stranger, "user", "user"),
        (_list_users, "users", "members"),
        (_list_members, "members", "members"),
    ],
)
def test_an_answer_without_what_was_asked_for_names_it_and_is_tried_again(
    town: Town, ask: Callable[[Town], None], operation: str, missing: str
) -> None:
    town.slack.answers = lambda method: b'{"ok": true}'
    ask(town)
    town.work()
    town.judge_the_work(missing)
    call = Call.objects.filter(operation=operation, attempts=1).get()
    assert call.state == "pending"
    assert call.error.startswith("SlackUnexpectedAnswer: Got unexpected response from Slack")
    assert call.error.endswith(f"couldn't find {missing}")


def test_a_channel_of_another_incident_is_no_new_one(town: Town) -> None:
    channel = {"id": CHANNEL, "name": "inc-cards"}
    town.slack.answers = lambda method: json.dumps({"ok": True, "channel": channel}).encode()
    _create_channel(town)
    town.work()
    town.judge_the_work("conversations.create")
    call = Call.objects.filter(operation="comms_channel", attempts=1).get()
    assert call.error.endswith("couldn't find a new channel.id")
    assert CommsChannel.objects.get().incident == town.incident


def test_who_acts_is_not_known_where_slack_tells_nobody(town: Town) -> None:
    town.slack.answers = lambda method: b'{"ok": true}'
    _ask_who_acts(town)
    town.judge_the_work("users.info")
    assert not users.is_known("U0STRANGER")
    assert Call.objects.filter(operation="user").exists()


@pytest.mark.parametrize("answer", [b'{"ok": true', b"[" * 100_000], ids=["cut short", "deep"])
def test_an_answer_that_is_no_json_is_tried_again(town: Town, answer: bytes) -> None:
    town.slack.answers = lambda method: answer
    _meet_a_stranger(town)
    town.work()
    town.judge_the_work(answer[:20])
    assert Call.objects.get().state == "pending"


def test_members_of_a_private_incident_stay_members_when_slack_lists_nobody(town: Town) -> None:
    _list_members(town)
    town.work()
    assert town.incident.response_members.count() == 3
    operations.refresh_members()
    town.slack.answers = lambda method: b'{"ok": true}'
    town.work()
    assert town.incident.response_members.count() == 3
