"""Events of an incident's comms channel, C0INC, as Slack delivers them."""

from __future__ import annotations

from typing import Any

from response.slack import intake, payloads
from response.slack.models import HandlerRun


def event(number: int = 1, **inner: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "team_id": "T0",
        "event_id": f"Ev{number}",
        "authorizations": [{"user_id": "U0INCIDENT", "is_bot": True}],
        "event": {"user": "U0ANA", "channel": "C0INC", "ts": f"{number}.000100", **inner},
    }


def receive(payload: dict[str, Any]) -> None:
    intake.receive_event(payload, payloads.parse_event(payload))


def mention(number: int, text: str) -> None:
    receive(event(number, type="app_mention", text=f"<@U0INCIDENT> {text}"))


def message(number: int, text: str = "hello", **inner: Any) -> None:
    receive(event(number, type="message", text=text, **inner))


def states() -> list[str]:
    return list(HandlerRun.objects.order_by("id").values_list("state", flat=True))
