"""Slack's JSON becomes frozen values, or a MalformedPayload that names the field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from response.slack import payloads
from response.slack.payloads import MalformedPayload, Mention, UnknownPayload

TEAM = {"id": "T0ACME", "domain": "acme"}
ANA = {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0ACME"}

COMMAND = {
    "token": "x",
    "team_id": "T0ACME",
    "team_domain": "acme",
    "channel_id": "C0GENERAL",
    "channel_name": "general",
    "user_id": "U0ANA",
    "user_name": "ana",
    "command": "/incident",
    "text": "DB is &lt;down&gt;",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "1.2.abc",
    "is_enterprise_install": "false",
}
BUTTON = {
    "type": "button",
    "block_id": "hdr",
    "action_id": "close",
    "text": {"type": "plain_text", "text": "Close", "emoji": True},
    "value": "42",
    "action_ts": "1795200001.5",
}
ACTIONS: dict[str, Any] = {
    "type": "block_actions",
    "team": TEAM,
    "enterprise": None,
    "user": ANA,
    "api_app_id": "A0INC",
    "container": {
        "type": "message",
        "message_ts": "1795200000.000100",
        "channel_id": "C0INC42",
        "is_ephemeral": False,
    },
    "trigger_id": "111.222.abc",
    "channel": {"id": "C0INC42", "name": "inc-42"},
    "message": {"type": "message", "user": "U0BOT", "text": "x", "ts": "1795200000.000100"},
    "state": {"values": {"b": {"a": {"type": "static_select", "selected_option": None}}}},
    "response_url": "https://hooks.slack.com/actions/T0ACME/1/x",
    "actions": [BUTTON],
}
VIEW: dict[str, Any] = {
    "id": "V0X",
    "team_id": "T0ACME",
    "type": "modal",
    "callback_id": "incident-report-dialog",
    "external_id": "",
    "hash": "1795200000.aB3",
    "private_metadata": '{"channel": "C0INC42"}',
    "root_view_id": "V0X",
    "previous_view_id": None,
    "blocks": [],
    "state": {
        "values": {
            "title": {"v": {"type": "plain_text_input", "value": "DB down"}},
            "summary": {"v": {"type": "plain_text_input", "value": None}},
            "sev": {"v": {"type": "static_select", "selected_option": {"value": "2"}}},
            "lead": {"v": {"type": "users_select", "selected_user": None}},
            "live": {"v": {"type": "radio_buttons", "selected_option": {"value": "live"}}},
            "opts": {"v": {"type": "checkboxes", "selected_options": [{"value": "notify"}]}},
            "who": {"v": {"type": "multi_users_select", "selected_users": ["U1", "U2"]}},
            "start": {"v": {"type": "datetimepicker", "selected_date_time": 1795199000}},
            "notes": {"v": {"type": "rich_text_input", "rich_text_value": {"type": "rich_text"}}},
            "two": {
                "from": {"type": "datepicker", "selected_date": "2026-11-21"},
                "to": {"type": "datepicker", "selected_date": None},
            },
        }
    },
}
SUBMISSION: dict[str, Any] = {
    "type": "view_submission",
    "team": TEAM,
    "user": ANA,
    "trigger_id": "111.333.def",
    "response_urls": [],
    "view": VIEW,
}
CLOSED = {"type": "view_closed", "team": TEAM, "user": ANA, "view": VIEW, "is_cleared": True}
SHORTCUT = {
    "type": "shortcut",
    "callback_id": "incident_declare",
    "trigger_id": "1.2.a",
    "team": TEAM,
    "user": ANA,
}
MESSAGE_SHORTCUT = {
    "type": "message_action",
    "callback_id": "timeline_add",
    "trigger_id": "1.2.b",
    "message_ts": "1795199999.000200",
    "response_url": "https://hooks.slack.com/app/T/1/x",
    "channel": {"id": "C0INC42", "name": "inc-42"},
    "message": {"type": "message", "user": "U0BOB", "ts": "1795199999.000200", "text": "done"},
    "team": TEAM,
    "user": {"id": "U0ANA", "name": "ana"},
}
DIALOG = {
    "type": "dialog_submission",
    "callback_id": "my-dialog",
    "submission": {"report": "DB", "lead": None},
    "state": "7",
    "channel": {"id": "C0GENERAL"},
    "user": ANA,
    "team": TEAM,
    "action_ts": "1795200001.5",
    "response_url": "https://hooks.slack.com/app/1",
}
EVENT: dict[str, Any] = {
    "type": "event_callback",
    "team_id": "T0ACME",
    "api_app_id": "A0INC",
    "event": {
        "type": "app_mention",
        "user": "U0ANA",
        "text": "<@U0BOT> severity major",
        "ts": "1795200000.000300",
        "channel": "C0INC42",
        "event_ts": "1795200000.000300",
    },
    "event_id": "Ev0ABC",
    "event_time": 1795200000,
    "authorizations": [{"team_id": "T0ACME", "user_id": "U0BOT", "is_bot": True}],
}
INTERACTIONS = [ACTIONS, SUBMISSION, CLOSED, SHORTCUT, MESSAGE_SHORTCUT, DIALOG]


def event(**fields: Any) -> dict[str, Any]:
    return {**EVENT, "event": fields}


def parsed_event(**fields: Any) -> payloads.EventCallback:
    found = payloads.parse_event(event(**fields))
    assert isinstance(found, payloads.EventCallback)
    return found


# -- slash commands ---------------------------------------------------------------------


def test_slash_command_is_read() -> None:
    command = payloads.parse_slash_command(COMMAND)
    assert isinstance(command, payloads.SlashCommand)
    assert (command.command, command.text) == ("/incident", "DB is &lt;down&gt;")
    assert (command.user_id, command.channel_id) == ("U0ANA", "C0GENERAL")
    assert payloads.dedup_key(command) == "trigger:" + sha256(b"1.2.abc").hexdigest()[:40]


def test_ssl_check_is_told_from_a_command() -> None:
    assert payloads.parse_slash_command({"ssl_check": "1", "token": "x"}) == payloads.SslCheck()


@pytest.mark.parametrize("field", ["command", "user_id", "channel_id", "trigger_id"])
def test_a_command_without_a_field_names_it(field: str) -> None:
    form = {name: value for name, value in COMMAND.items() if name != field}
    with pytest.raises(MalformedPayload, match=f"'{field}' is missing"):
        payloads.parse_slash_command(form)


def test_a_command_without_text_has_an_empty_one() -> None:
    form = {name: value for name, value in COMMAND.items() if name != "text"}
    command = payloads.parse_slash_command(form)
    assert isinstance(command, payloads.SlashCommand)
    assert command.text == ""


# -- interactions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (BUTTON, "42"),
        ({"type": "button"}, ""),
        ({"type": "static_select", "selected_option": {"value": "2"}}, "2"),
        ({"type": "overflow", "selected_option": {"value": "edit:42"}}, "edit:42"),
        ({"type": "radio_buttons", "selected_option": None}, ""),
        ({"type": "users_select", "selected_user": "U0ANA"}, "U0ANA"),
        ({"type": "channels_select", "selected_channel": "C1"}, "C1"),
        ({"type": "conversations_select", "selected_conversation": "C1"}, "C1"),
        ({"type": "datepicker", "selected_date": "2026-11-21"}, "2026-11-21"),
        ({"type": "timepicker", "selected_time": "10:14"}, "10:14"),
        ({"type": "datetimepicker", "selected_date_time": 1795200000}, "1795200000"),
        ({"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]}, "a,b"),
        ({"type": "multi_users_select", "selected_users": ["U1", "U2"]}, "U1,U2"),
        ({"type": "plain_text_input", "value": "typed"}, "typed"),
        ({"type": "of_tomorrow", "value": {"x": 1}}, ""),
    ],
)
def test_the_value_of_every_type_of_element_is_a_string(element: dict, value: str) -> None:
    payload = {**ACTIONS, "actions": [{"action_id": "close", **element}]}
    action = payloads.parse_interaction(payload)
    assert isinstance(action, payloads.BlockAction)
    assert action.value == value


def test_an_action_in_a_message_knows_who_where_and_how_to_answer() -> None:
    action = payloads.parse_interaction(ACTIONS)
    assert isinstance(action, payloads.BlockAction)
    assert (action.action_id, action.block_id, action.element_type) == ("close", "hdr", "button")
    assert (action.user_id, action.user_team_id, action.team_id) == ("U0ANA", "T0ACME", "T0ACME")
    assert (action.channel_id, action.message_ts) == ("C0INC42", "1795200000.000100")
    assert action.message["text"] == "x"
    assert action.response_url == "https://hooks.slack.com/actions/T0ACME/1/x"
    assert payloads.dedup_key(action) == "trigger:" + sha256(b"111.222.abc").hexdigest()[:40]


def test_an_action_on_an_ephemeral_message_has_no_message() -> None:
    payload = {name: value for name, value in ACTIONS.items() if name != "message"}
    payload["container"] = {**ACTIONS["container"], "is_ephemeral": True}
    action = payloads.parse_interaction(payload)
    assert isinstance(action, payloads.BlockAction)
    assert (action.message, action.is_ephemeral, action.channel_id) == ({}, True, "C0INC42")


def test_an_action_in_a_modal_has_a_view_and_no_channel() -> None:
    payload = {
        "type": "block_actions",
        "team": None,
        "user": ANA,
        "trigger_id": "1.2.c",
        "container": {"type": "view", "view_id": "V0X"},
        "view": VIEW,
        "actions": [BUTTON],
    }
    action = payloads.parse_interaction(payload)
    assert isinstance(action, payloads.BlockAction)
    assert (action.view_id, action.channel_id, action.response_url) == ("V0X", "", "")
    assert action.values["title"]["v"] == "DB down"
    assert action.user_team_id == "T0ACME", "of an org-wide install the team is null"


def test_every_action_of_a_payload_can_be_had() -> None:
    second = {**BUTTON, "action_id": "edit"}
    actions = payloads.parse_block_actions({**ACTIONS, "actions": [BUTTON, second]})
    assert [action.action_id for action in actions] == ["close", "edit"]


def test_submitted_values_are_normalised() -> None:
    submission = payloads.parse_interaction(SUBMISSION)
    assert isinstance(submission, payloads.ViewSubmission)
    assert submission.submission == {
        "title": "DB down",
        "summary": None,
        "sev": "2",
        "lead": None,
        "live": "live",
        "opts": ["notify"],
        "who": ["U1", "U2"],
        "start": 1795199000,
        "notes": {"type": "rich_text"},
        "from": "2026-11-21",
        "to": None,
    }
    assert submission.values["two"] == {"from": "2026-11-21", "to": None}
    assert submission.callback_id == "incident-report-dialog"
    assert submission.private_metadata == '{"channel": "C0INC42"}'
    assert submission.hash == "1795200000.aB3"


def test_a_submission_is_recognised_by_its_view_and_not_by_the_click() -> None:
    first = payloads.parse_interaction(SUBMISSION)
    again = payloads.parse_interaction({**SUBMISSION, "trigger_id": "another"})
    assert isinstance(first, payloads.ViewSubmission)
    assert isinstance(again, payloads.ViewSubmission)
    assert payloads.dedup_key(first) == payloads.dedup_key(again) == "view:V0X"


def test_the_other_interactions_are_read() -> None:
    closed, shortcut, message, dialog = map(
        payloads.parse_interaction, (CLOSED, SHORTCUT, MESSAGE_SHORTCUT, DIALOG)
    )
    assert isinstance(closed, payloads.ViewClosed)
    assert closed.is_cleared
    assert isinstance(shortcut, payloads.Shortcut)
    assert (shortcut.callback_id, shortcut.trigger_id) == ("incident_declare", "1.2.a")
    assert isinstance(message, payloads.MessageShortcut)
    assert (message.channel_id, message.message["text"]) == ("C0INC42", "done")
    assert isinstance(dialog, payloads.DialogSubmission)
    assert (dialog.state, dialog.channel_id, dialog.submission["report"]) == (
        "7",
        "C0GENERAL",
        "DB",
    )
    assert payloads.dedup_key(dialog) == "dialog:my-dialog:U0ANA:1795200001.5"


def test_a_type_that_is_unknown_is_no_error() -> None:
    assert payloads.parse_interaction({"type": "x"}) == UnknownPayload(type="x")
    assert payloads.parse_event({"type": "app_rate_limited"}) == UnknownPayload(
        type="app_rate_limited"
    )


# -- events -----------------------------------------------------------------------------


def test_an_event_is_read() -> None:
    found = payloads.parse_event(EVENT)
    assert isinstance(found, payloads.EventCallback)
    assert (found.type, found.user_id, found.channel_id) == ("app_mention", "U0ANA", "C0INC42")
    assert (found.ts, found.bot_user_id) == ("1795200000.000300", "U0BOT")
    assert payloads.dedup_key(found) == "event:Ev0ABC"


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "pin_added", "channel_id": "C1", "user": "U1"},
        {"type": "message", "channel": "C1"},
        {"type": "channel_rename", "channel": {"id": "C1", "name": "new"}},
        {"type": "reaction_added", "item": {"type": "message", "channel": "C1", "ts": "1.2"}},
    ],
)
def test_the_channel_is_found_wherever_slack_puts_it(fields: dict[str, Any]) -> None:
    assert parsed_event(**fields).channel_id == "C1"


def test_the_user_of_user_change_is_the_one_it_is_about() -> None:
    found = parsed_event(type="user_change", user={"id": "W1", "name": "ana"})
    assert found.user_id == "W1"
    assert payloads.parse_user(found.event)["name"] == "ana"


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "U0BOT"},
        {"bot_id": "B1", "app_id": "A0INC"},
        {"bot_id": "B1", "bot_profile": {"id": "B1", "app_id": "A0INC"}},
    ],
)
def test_our_own_posts_are_recognised(fields: dict[str, Any]) -> None:
    assert parsed_event(type="message", **fields).is_own


def test_the_posts_of_others_are_not_our_own() -> None:
    other = parsed_event(type="message", bot_id="B2", app_id="A0OTHER")
    assert not other.is_own
    assert other.is_from("", "B2")
    assert not other.is_from("U0BOT", "B1")
    assert not parsed_event(type="message", user="U0ANA").is_own


def test_url_verification_gives_the_challenge() -> None:
    assert payloads.parse_event({"type": "url_verification", "challenge": "abc"}) == (
        payloads.UrlVerification(challenge="abc")
    )


def test_a_key_that_is_too_long_is_malformed_and_a_long_compound_one_is_hashed() -> None:
    with pytest.raises(MalformedPayload, match="event_id"):
        payloads.parse_event({**EVENT, "event_id": "x" * 256})
    dialog = payloads.parse_interaction({**DIALOG, "callback_id": "x" * 255})
    assert isinstance(dialog, payloads.DialogSubmission)
    assert len(payloads.dedup_key(dialog)) <= 255


@pytest.mark.parametrize("ident", ["Ev\x00", "Ev\ud800", "Ev\n", 5, "", None, ["x"]])
def test_an_id_that_no_database_could_keep_is_malformed(ident: Any) -> None:
    with pytest.raises(MalformedPayload, match="event_id"):
        payloads.parse_event({**EVENT, "event_id": ident})


# -- inner events -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "by_a_person", "typed"),
    [
        ({"user": "U1"}, True, True),
        ({"user": "U1", "subtype": "file_share"}, True, True),
        ({"user": "U1", "subtype": "thread_broadcast"}, True, True),
        ({"user": "U1", "bot_id": "B1"}, False, True),
        ({"bot_id": "B1", "subtype": "bot_message"}, False, True),
        ({"user": "U1", "subtype": "channel_join"}, False, False),
        ({"user": "U1", "subtype": "channel_topic"}, False, False),
        ({"subtype": "message_changed"}, False, False),
    ],
)
def test_messages_of_people_are_told_from_news(
    fields: dict[str, Any], by_a_person: bool, typed: bool
) -> None:
    message = payloads.parse_message({"type": "message", "channel": "C1", "ts": "1.2", **fields})
    assert (message.is_by_a_person, message.is_typed) == (by_a_person, typed)


def test_a_message_without_text_has_an_empty_one() -> None:
    assert payloads.parse_message({"channel": "C1", "text": None}).text == ""


def test_edits_and_deletions_of_messages_are_read() -> None:
    changed = {
        "channel": "C1",
        "subtype": "message_changed",
        "message": {"ts": "1.2", "text": "new"},
        "previous_message": {"ts": "1.2", "text": "old"},
    }
    deleted = {"channel": "C1", "subtype": "message_deleted", "deleted_ts": "1.2"}
    tombstone = {**changed, "message": {"ts": "1.2", "text": "gone", "subtype": "tombstone"}}
    assert payloads.parse_message_edit(changed) == payloads.MessageEdit(
        channel_id="C1", ts="1.2", text="new", deleted=False
    )
    gone = payloads.MessageEdit(channel_id="C1", ts="1.2", text="", deleted=True)
    assert payloads.parse_message_edit(deleted) == gone
    assert payloads.parse_message_edit(tombstone) == gone
    assert payloads.parse_message_edit({"channel": "C1", "text": "plain"}) is None


def test_a_pinned_message_is_read_whether_a_person_or_a_bot_wrote_it() -> None:
    message = {"ts": "1.2", "text": "rolled back", "user": "U2"}
    item = {"type": "message", "channel": "C1", "message": message}
    pin = payloads.parse_pin({"user": "U1", "channel_id": "C1", "item": item})
    assert pin == payloads.Pin(
        channel_id="C1",
        message_ts="1.2",
        author_id="U2",
        by_bot=False,
        text="rolled back",
        pinned_by="U1",
    )
    by_bot = {**item, "message": {"ts": "1.2", "text": "alert", "bot_id": "B1"}}
    pin = payloads.parse_pin({"user": "U1", "channel_id": "C1", "item": by_bot})
    assert pin is not None
    assert (pin.author_id, pin.by_bot) == ("B1", True)


def test_a_pinned_file_is_no_message() -> None:
    event = {"user": "U1", "channel_id": "C1", "item": {"type": "file", "file_id": "F1"}}
    assert payloads.parse_pin(event) is None


def test_a_renamed_channel_is_read() -> None:
    event = {"type": "group_rename", "channel": {"id": "C1", "name": "new"}}
    assert payloads.parse_channel_name(event) == payloads.ChannelName(channel_id="C1", name="new")


# -- mentions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "command", "message"),
    [
        ("<@U0BOT> severity major", "severity", "major"),
        ("<@U0BOT|incident> Severity  major ", "severity", "major"),
        ("  <@U0BOT>close", "close", ""),
        ("<@U0BOT>", "", ""),
        ("<@U0BOT>   ", "", ""),
        ("<@U0BOT>: close!", "close", ""),
        ("<@U0BOT> <@U0BOT> close", "close", ""),
        ("<@U0BOT>\u00a0help", "help", ""),
        ("<@U0BOT> status-page open", "status-page", "open"),
        ("<@U0BOT> summary first\nsecond\n\nthird", "summary", "first\nsecond\n\nthird"),
        ("<@U0BOT> summary\nfirst\nsecond", "summary", "first\nsecond"),
        ("<@U0BOT> summary: :fire: in &lt;db&gt;", "summary", ":fire: in &lt;db&gt;"),
        ("<@U0BOT> summary :fire:", "summary", ":fire:"),
        ("<@U0BOT> sev:1", "sev", "1"),
        ("<@U0BOT> lead <@U0ANA|ana>", "lead", "<@U0ANA|ana>"),
        ("<@U0BOT> <@U0ANA>", "", "<@U0ANA>"),
        ("<@U0BOT> ÜBERSICHT bitte", "übersicht", "bitte"),
    ],
)
def test_a_mention_reads_as_a_command(text: str, command: str, message: str) -> None:
    expected = Mention(command=command, message=message, leads=True)
    assert payloads.parse_mention(text, "U0BOT") == expected
    assert payloads.parse_mention(text) == expected


def test_a_mention_within_a_sentence_is_marked() -> None:
    found = payloads.parse_mention("hello <@U0BOT> close please", "U0BOT")
    assert found == Mention(command="close", message="please", leads=False)


@pytest.mark.parametrize(
    "text", ["", "no mention", "<@U0ANA> close", "<@U0BOTTLE> close", "<@U0BOT"]
)
def test_without_a_mention_of_the_bot_there_is_no_command(text: str) -> None:
    assert payloads.parse_mention(text, "U0BOT") is None


def test_anybody_mentioned_is_the_bot_where_it_is_not_known() -> None:
    found = payloads.parse_mention("<@W0BOT> close")
    assert found == Mention(command="close", message="", leads=True)


# -- whatever arrives ---------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=8,
)
PARSERS: list[Callable[[Any], Any]] = [
    payloads.parse_interaction,
    payloads.parse_block_actions,
    payloads.parse_event,
    payloads.parse_message,
    payloads.parse_message_edit,
    payloads.parse_pin,
    payloads.parse_channel_name,
    payloads.parse_user,
]
GOOD = [
    *[(payloads.parse_interaction, payload) for payload in INTERACTIONS],
    (payloads.parse_event, EVENT),
    (
        payloads.parse_pin,
        {"user": "U1", "item": {"channel": "C1", "message": {"ts": "1", "text": "x"}}},
    ),
    (
        payloads.parse_message_edit,
        {"subtype": "message_changed", "channel": "C1", "message": {"ts": "1", "text": "x"}},
    ),
]


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    found = [prefix] if prefix else []
    for key, child in children:
        found += paths(child, (*prefix, key))
    return found


@settings(deadline=None)
@given(st.sampled_from(PARSERS), json_values)
def test_any_json_at_all_is_read_or_malformed(parse: Callable[[Any], Any], value: Any) -> None:
    with suppress(MalformedPayload):
        parse(value)


@settings(deadline=None)
@given(st.data())
def test_a_good_payload_with_any_field_broken_is_read_or_malformed(data: st.DataObject) -> None:
    parse, good = data.draw(st.sampled_from(GOOD))
    payload = copy.deepcopy(good)
    *parents, last = data.draw(st.sampled_from(paths(payload)))
    target = payload
    for key in parents:
        target = target[key]
    target[last] = data.draw(json_values)
    with suppress(MalformedPayload):
        found = parse(payload)
        if isinstance(found, payloads.EventCallback | payloads.Interaction):
            assert len(payloads.dedup_key(found)) <= 255


@settings(deadline=None)
@given(st.text())
def test_any_text_reads_as_a_command_or_not(text: str) -> None:
    payloads.parse_mention(text)
    found = payloads.parse_mention(f"<@U0BOT> {text}", "U0BOT")
    assert found is not None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"\xff\xfe{}",
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPayload):
        payloads.load_json(body)


def test_a_body_of_a_megabyte_is_read() -> None:
    body = json.dumps({"type": "x", "text": "y" * 1_000_000}).encode()
    assert payloads.parse_event(payloads.load_json(body)) == UnknownPayload(type="x")
