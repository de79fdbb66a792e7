"""What Slack sends under load, with the fields that Slack sends."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from load import Target

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEAM = "T0SANDBOX"
BOT = "U0INCIDENT"
PEOPLE = ("U0ANA", "U0BOB", "U0CHIDI", "U0DANA")
TALK = (
    "I have restarted the primary, it catches up now.",
    "Error rate is down to 2 % on <https://grafana.acme.example/d/42|the dashboard>.",
    "<@U0BOB> can you look at the replication lag? I see a spike at 10:42 &amp; 10:47.",
    "No. The queue is still growing in eu-west-1, roughly 3k messages a minute.",
    "Rolled back.",
)


def messages(target: Target, channels: list[str], count: int) -> list[bytes]:
    """Things that people say, turn and turn about in all channels."""
    return [
        _event(target, message(channels[number % len(channels)], number), number)
        for number in range(count)
    ]


@dataclass(frozen=True)
class Mention:
    """What somebody tells the bot: Slack delivers it twice, as a mention and as a message."""

    channel: str
    ts: str
    user: str
    as_mention: bytes
    as_message: bytes


def mentions(
    target: Target, channels: list[str], count: int, orders: Sequence[str]
) -> list[Mention]:
    """``@incident`` commands, turn and turn about; ``{}`` in one is its number."""
    made = []
    for number in range(count):
        event = message(channels[number % len(channels)], number)
        event["text"] = f"<@{BOT}> {orders[number % len(orders)].format(number)}"
        as_message = _event(target, event, number)
        as_mention = _event(target, event | {"type": "app_mention"}, number)
        place = (str(event["channel"]), str(event["ts"]), str(event["user"]))
        made.append(Mention(*place, as_mention, as_message))
    return made


def slash_commands(target: Target, triggers: list[str]) -> list[bytes]:
    """``/incident`` with a text, one for each trigger id."""
    return [
        target.request("/slack/slash_command", urlencode(_command(trigger)).encode(), FORM)
        for trigger in triggers
    ]


def control(target: Target, channels: list[str], count: int) -> list[bytes]:
    """The same bodies as of ``messages``, to the view that stores one row."""
    return [
        target.request("/control", envelope(message(channels[0], number), number), JSON)
        for number in range(count)
    ]


def message(channel: str, number: int) -> dict[str, object]:
    """The event of something that a person says."""
    text = TALK[number % len(TALK)]
    ts = f"{time.time() + number / 1000:.6f}"
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {
        "type": "message",
        "user": PEOPLE[number % len(PEOPLE)],
        "text": text,
        "ts": ts,
        "client_msg_id": str(uuid.uuid4()),
        "team": TEAM,
        "channel": channel,
        "channel_type": "channel",
        "event_ts": ts,
        "blocks": [{"type": "rich_text", "block_id": "aBc", "elements": [element]}],
    }


def _event(target: Target, event: dict[str, object], number: int) -> bytes:
    return target.request("/slack/event", envelope(event, number), JSON)


def envelope(event: dict[str, object], number: int) -> bytes:
    """The body of a request that delivers ``event``."""
    authorization = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT}
    envelope = {
        "token": "deprecated",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": "A0INCIDENT",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{random.getrandbits(48):012X}{number}",
        "event_time": int(time.time()),
        "authorizations": [{**authorization, "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": "4-eyJldCI6Im1lc3NhZ2UiLCJ0aWQiOiJUMFNBTkRCT1gifQ",
    }
    return json.dumps(envelope).encode()


def _command(trigger: str) -> dict[str, str]:
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "acme",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": PEOPLE[0],
        "user_name": "ana",
        "command": "/incident",
        "text": "the checkout answers 500 in eu-west-1",
        "api_app_id": "A0INCIDENT",
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/hooks/none",
        "trigger_id": trigger,
    }
