"""Events to the app: who gets which, in which envelope.

Envelope: https://docs.slack.dev/apis/events-api/#event-structure.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction

from response.sandbox import clock, deliveries, state, worker
from response.sandbox.models import Channel, Membership, Team
from response.sandbox.router import ALIAS

_MESSAGES = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


def emit(
    event: dict[str, Any], channel: Channel | None = None, *, everywhere: bool = False
) -> None:
    """Queue an event if the app is subscribed to it and its bot is in the channel.

    ``everywhere`` is for what Slack tells of public channels that the bot is not in.
    """
    team = state.team()
    kind = event["type"]
    subscription = _MESSAGES[channel.kind] if kind == "message" and channel else kind
    if subscription not in team.subscriptions:
        return
    if channel is not None and not everywhere and not _bot_is_in(team, channel):
        return
    event.setdefault("event_ts", event.get("ts") or state.next_ts())
    if kind == "message" and channel:
        event |= {"channel": channel.id, "channel_type": channel.kind}
    event_id = state.next_id("Ev")
    body = json.dumps(_envelope(team, event_id, event))
    deliveries.enqueue(event_id=event_id, name=kind, body=body)
    transaction.on_commit(worker.wake, using=ALIAS)


def _bot_is_in(team: Team, channel: Channel) -> bool:
    return Membership.objects.filter(channel=channel, user_id=team.bot_user_id).exists()


def _envelope(team: Team, event_id: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "token": "deprecated",
        "team_id": team.id,
        "context_team_id": team.id,
        "context_enterprise_id": None,
        "api_app_id": team.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(clock.now()),
        "event_context": f"4-{event_id}",
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team.id,
                "user_id": team.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
    }
