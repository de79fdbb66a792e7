"""What Slack is told: the blocks and texts of every message. Nothing here calls Slack or saves.

Texts are short and kind and name the next step. What people wrote goes in through
``response.text.to_slack``, cut to Slack's limits.
"""

from response.slack.messages.channel import (
    OPEN_ALREADY,
    channel_topic,
    closed,
    closed_already,
    duration,
    no_lead,
    no_severity,
    reopened,
    status,
    still_open,
    welcome,
    write_the_report,
)
from response.slack.messages.headline import close_confirmation, headline, headline_blocks
from response.slack.messages.private import (
    TRIGGER_EXPIRED,
    channel_exists,
    comms_channel_failed,
    declare_failed,
    declared,
    handler_failed,
    help_text,
    mention_first,
    modal_failed,
    no_such_incident,
    rename_failed,
    severity_wanted,
    try_again,
    unknown_command,
    wrong_place,
)
from response.slack.messages.texts import (
    CHANGE_IMPACT_ACTION,
    CHANGE_SUMMARY_ACTION,
    SET_PROPOSED_ACTION,
    current_text,
    text_set,
)

__all__ = [
    "CHANGE_IMPACT_ACTION",
    "CHANGE_SUMMARY_ACTION",
    "OPEN_ALREADY",
    "SET_PROPOSED_ACTION",
    "TRIGGER_EXPIRED",
    "channel_exists",
    "channel_topic",
    "close_confirmation",
    "closed",
    "closed_already",
    "comms_channel_failed",
    "current_text",
    "declare_failed",
    "declared",
    "duration",
    "handler_failed",
    "headline",
    "headline_blocks",
    "help_text",
    "mention_first",
    "modal_failed",
    "no_lead",
    "no_severity",
    "no_such_incident",
    "rename_failed",
    "reopened",
    "severity_wanted",
    "status",
    "still_open",
    "text_set",
    "try_again",
    "unknown_command",
    "welcome",
    "write_the_report",
    "wrong_place",
]
