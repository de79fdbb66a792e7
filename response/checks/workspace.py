"""Settings that name what is in the Slack workspace: channels and the bot."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.checks import CheckMessage, Error, Warning

from response.conf import conf

Check = tuple[tuple[str, ...], Callable[[], list[CheckMessage]]]

# Private channels of before 2021 are G…; people of an Enterprise organisation may be W….
CHANNEL_ID, USER_ID = re.compile(r"[CG][A-Z0-9]+"), re.compile(r"[UW][A-Z0-9]+")


def _channel() -> list[CheckMessage]:
    if conf.incident_channel_id or conf.incident_channel_name:
        return []
    return [
        Warning(
            "No incidents channel is configured: incidents cannot be announced.",
            hint="Set INCIDENT_CHANNEL_ID (C…) or INCIDENT_CHANNEL_NAME, and invite the bot to it.",
            obj="INCIDENT_CHANNEL_ID",
            id="response.W004",
        )
    ]


def _ids() -> list[CheckMessage]:
    given = {
        "INCIDENT_CHANNEL_ID": (conf.incident_channel_id, CHANNEL_ID, "INCIDENT_CHANNEL_NAME"),
        "INCIDENT_REPORT_CHANNEL_ID": (
            conf.report_channel_id,
            CHANNEL_ID,
            "INCIDENT_REPORT_CHANNEL_NAME",
        ),
        "INCIDENT_PRIVATE_CHANNEL_ID": (conf.private_channel_id, CHANNEL_ID, ""),
        "INCIDENT_BOT_ID": (conf.incident_bot_id, USER_ID, "INCIDENT_BOT_NAME"),
    }
    return [
        _no_id(name, value, by_name)
        for name, (value, pattern, by_name) in given.items()
        if value and not pattern.fullmatch(value)
    ]


def _no_id(name: str, value: str, by_name: str) -> CheckMessage:
    what = "a user's id (U…)" if name == "INCIDENT_BOT_ID" else "a channel's id (C…)"
    return Warning(
        f"{name} is {value!r}, which is not {what}: Slack knows nothing by it.",
        hint=f"Copy the id from the details in Slack{f', or set {by_name}' if by_name else ''}.",
        obj=name,
        id="response.W015",
    )


def _private_channel() -> list[CheckMessage]:
    private = conf.private_channel_id
    if not private or private not in (conf.incident_channel_id, conf.report_channel_id):
        return []
    return [
        Error(
            "INCIDENT_PRIVATE_CHANNEL_ID is the channel where public incidents are announced: "
            "private ones would be told to everybody in it.",
            hint="Give the id of a private channel, or leave it empty: then they are announced "
            "nowhere.",
            obj="INCIDENT_PRIVATE_CHANNEL_ID",
            id="response.E009",
        )
    ]


CHECKS: tuple[Check, ...] = (
    (("INCIDENT_CHANNEL_ID", "INCIDENT_CHANNEL_NAME"), _channel),
    (
        (
            "INCIDENT_CHANNEL_ID",
            "INCIDENT_REPORT_CHANNEL_ID",
            "INCIDENT_PRIVATE_CHANNEL_ID",
            "INCIDENT_BOT_ID",
        ),
        _ids,
    ),
    (
        ("INCIDENT_PRIVATE_CHANNEL_ID", "INCIDENT_CHANNEL_ID", "INCIDENT_REPORT_CHANNEL_ID"),
        _private_channel,
    ),
)
