"""What Slack really sends, to the endpoints and people of ``town``: all of it is wanted."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from tests.fuzz.town import CHANNEL

ANA = {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0"}
TEAM = {"id": "T0", "domain": "acme"}
TS = "1795200000.000100"
MENTION = "<@U0INCIDENT>"

COMMAND = {
    "token": "legacy",
    "team_id": "T0",
    "team_domain": "acme",
    "channel_id": "C0GENERAL",
    "channel_name": "general",
    "user_id": "U0ANA",
    "user_name": "ana",
    "command": "/incident",
    "text": "cards are declined",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "1.2.abc",
    "is_enterprise_install": "false",
    "api_app_id": "A0INC",
}


def _message(**fields: Any) -> dict[str, Any]:
    said = {"type": "message", "channel": CHANNEL, "channel_type": "channel", "user": "U0BOB"}
    return {**said, "text": "it is the cache", "ts": TS, "event_ts": TS, **fields}


_PINNED = {"type": "message", "user": "U0BOB", "text": "we rolled back", "ts": TS}
_PIN = {
    "user": "U0ANA",
    "channel_id": CHANNEL,
    "item": {"type": "message", "channel": CHANNEL, "created_by": "U0ANA", "message": _PINNED},
    "event_ts": TS,
}
_PROFILE = {"display_name": "eve", "real_name": "Eve", "email": "eve@example.test", "team": "T0"}
_EVE = {"id": "U0EVE", "team_id": "T0", "name": "eve", "deleted": False, "profile": _PROFILE}

INNER_EVENTS: dict[str, dict[str, Any]] = {
    "message": _message(),
    "message_in_thread": _message(thread_ts=TS, client_msg_id="a-b"),
    "message_of_a_bot": _message(
        user=None, bot_id="B0PAGER", subtype="bot_message", text="host keyword: disk is full"
    ),
    "message_changed": _message(
        subtype="message_changed", user=None, message={**_PINNED, "edited": {"user": "U0BOB"}}
    ),
    "message_deleted": _message(subtype="message_deleted", user=None, deleted_ts=TS),
    "direct_message": _message(channel="D0ANA", channel_type="im"),
    **{
        f"mention_{words.split()[0]}": {**_message(), "type": "app_mention", "text": text}
        for words in (
            "action rotate the keys",
            "summary cards are declined everywhere",
            "impact shops",
            "severity major",
            "lead <@U0BOB>",
            "rename cards",
            "close",
            "reopen",
            "status",
            "help",
            "duration",
            "nonsense",
        )
        for text in [f"{MENTION} {words}"]
    },
    "pin_added": {"type": "pin_added", **_PIN},
    "pin_removed": {"type": "pin_removed", **_PIN},
    "member_joined_channel": {
        "type": "member_joined_channel",
        "user": "U0EVE",
        "channel": CHANNEL,
        "channel_type": "C",
        "team": "T0",
    },
    "member_left_channel": {"type": "member_left_channel", "user": "U0BOB", "channel": CHANNEL},
    "channel_rename": {
        "type": "channel_rename",
        "channel": {"id": CHANNEL, "name": "inc-new", "created": 1},
    },
    "team_join": {"type": "team_join", "user": _EVE, "event_ts": TS},
    "user_change": {"type": "user_change", "user": _EVE, "event_ts": TS},
}


def envelope(event: dict[str, Any], event_id: str = "Ev0REAL") -> dict[str, Any]:
    """An event as Slack wraps it."""
    bot = {"team_id": "T0", "user_id": "U0INCIDENT", "is_bot": True}
    return {
        "type": "event_callback",
        "team_id": "T0",
        "api_app_id": "A0INC",
        "event": event,
        "event_id": event_id,
        "event_time": 1795200000,
        "authorizations": [bot],
    }


def _click(action_id: str, value: str, **fields: Any) -> dict[str, Any]:
    button = {"type": "button", "action_id": action_id, "block_id": "b", "value": value}
    place = {"type": "message", "message_ts": TS, "channel_id": CHANNEL, "is_ephemeral": False}
    return {
        "type": "block_actions",
        "team": TEAM,
        "user": ANA,
        "api_app_id": "A0INC",
        "container": place,
        "trigger_id": "111.222.abc",
        "channel": {"id": CHANNEL, "name": "inc-cards"},
        "message": {"type": "message", "user": "U0INCIDENT", "text": "x", "ts": TS, "blocks": []},
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0/1/x",
        "actions": [button | fields],
    }


def submission(callback_id: str, metadata: Any, **typed: Any) -> dict[str, Any]:
    """A modal that was filled in; ``typed`` are texts, or elements as Slack has them."""
    values = {
        name: {name: {"type": "plain_text_input", "value": v} if isinstance(v, str) else v}
        for name, v in typed.items()
    }
    view = {
        "id": "V0X",
        "team_id": "T0",
        "type": "modal",
        "callback_id": callback_id,
        "hash": "1795200000.aB3",
        "private_metadata": json.dumps(metadata),
        "root_view_id": "V0X",
        "blocks": [{"type": "input", "block_id": name} for name in typed],
        "state": {"values": values},
    }
    submitted = {"type": "view_submission", "team": TEAM, "user": ANA, "trigger_id": "1.3.def"}
    return {**submitted, "view": view}


def interactions(number: int) -> dict[str, dict[str, Any]]:
    """What people do with buttons and modals, in the incident with this number."""
    lead = {"type": "users_select", "selected_user": "U0BOB"}
    severity = {"type": "static_select", "selected_option": {"value": "2"}}
    texts = {"summary": "everywhere", "impact": "shops", "lead": lead, "severity": severity}
    declared = {"channel": "C0GENERAL", "response_url": "https://hooks.slack.com/commands/1"}
    person = {"type": "dialog_submission", "user": ANA, "team": TEAM, "action_ts": TS}
    return {
        **{
            button: _click(button, str(number))
            for button in (
                "create-comms-channel-button",
                "edit-incident-button",
                "close-incident-button",
                "reopen-incident-button",
                "update-current-summary-action",
                "set-new-summary-action",
                "set-proposed-text-action",
            )
        },
        "declare": submission("incident-report-dialog", declared, report="cards", **texts),
        "edit": submission(
            "incident-edit-dialog", {"incident": number, "was": {}}, report="cards", **texts
        ),
        "text": submission(
            "incident-text-dialog", {"incident": number, "field": "summary"}, summary="everywhere"
        ),
        "closed": {
            **submission("incident-report-dialog", {}),
            "type": "view_closed",
            "is_cleared": True,
        },
        "shortcut": {
            "type": "shortcut",
            "callback_id": "x",
            "trigger_id": "1.2.a",
            "team": TEAM,
            "user": ANA,
        },
        "message_action": {
            "type": "message_action",
            "callback_id": "x",
            "trigger_id": "1.2.b",
            "message_ts": TS,
            "response_url": "https://hooks.slack.com/app/T/1/x",
            "channel": {"id": CHANNEL, "name": "inc-cards"},
            "message": _PINNED,
            "team": TEAM,
            "user": ANA,
        },
        "old_dialog": {
            **person,
            "callback_id": "incident-edit-dialog",
            "submission": {"report": "cards", "summary": None, "lead": "U0BOB", "severity": "2"},
            "state": str(number),
            "channel": {"id": "C0GENERAL"},
            "response_url": "https://hooks.slack.com/app/1",
        },
        "dialog_of_the_host": {
            **person,
            "callback_id": "host-dialog",
            "submission": {"x": "y"},
            "state": "foo",
            "channel": {"id": CHANNEL},
        },
    }


def bodies(number: int) -> list[tuple[str, str, bytes]]:
    """``(endpoint, name, body)`` of everything."""
    forms = [("slash_command", "command", urlencode(COMMAND).encode())]
    forms += [
        ("action", name, urlencode({"payload": json.dumps(payload)}).encode())
        for name, payload in interactions(number).items()
    ]
    events = [
        ("event", name, json.dumps(envelope(event)).encode())
        for name, event in INNER_EVENTS.items()
    ]
    return forms + events
