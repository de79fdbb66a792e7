"""Slack's JSON as frozen values: the only place that knows how Slack nests its fields.

A parser takes what arrived and returns a dataclass, or raises ``MalformedPayload`` with the
name of the field that is missing or wrong; no other exception leaves it, whatever arrives.
What Slack may leave out is ``""`` (or ``{}``), so that callers test for truth only.
"""

from response.slack.payloads.commands import SlashCommand, SslCheck, parse_slash_command
from response.slack.payloads.elements import section_text
from response.slack.payloads.events import (
    EventCallback,
    UrlVerification,
    parse_event,
)
from response.slack.payloads.fields import (
    MalformedPayload,
    UnknownPayload,
    load_json,
    row_number,
)
from response.slack.payloads.inner_events import (
    ChannelName,
    Message,
    MessageEdit,
    Pin,
    parse_channel_name,
    parse_message,
    parse_message_edit,
    parse_pin,
    parse_time,
    parse_user,
)
from response.slack.payloads.interactions import (
    BlockAction,
    DialogSubmission,
    Interaction,
    MessageShortcut,
    Shortcut,
    ViewClosed,
    ViewSubmission,
    parse_block_actions,
    parse_interaction,
)
from response.slack.payloads.keys import dedup_key, step_key
from response.slack.payloads.mentions import Mention, parse_mention
from response.slack.payloads.people import Profile, parse_profile

__all__ = [
    "BlockAction",
    "ChannelName",
    "DialogSubmission",
    "EventCallback",
    "Interaction",
    "MalformedPayload",
    "Mention",
    "Message",
    "MessageEdit",
    "MessageShortcut",
    "Pin",
    "Profile",
    "Shortcut",
    "SlashCommand",
    "SslCheck",
    "UnknownPayload",
    "UrlVerification",
    "ViewClosed",
    "ViewSubmission",
    "dedup_key",
    "load_json",
    "parse_block_actions",
    "parse_channel_name",
    "parse_event",
    "parse_interaction",
    "parse_mention",
    "parse_message",
    "parse_message_edit",
    "parse_pin",
    "parse_profile",
    "parse_slash_command",
    "parse_time",
    "parse_user",
    "row_number",
    "section_text",
    "step_key",
]
