"""What one person is told privately: where to go, what went wrong, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from response import text
from response.conf import conf
from response.core.models import Incident
from response.core.severity import SEVERITIES
from response.slack import channels, limits
from response.slack.block_kit import Actions, Button, Section, Text
from response.slack.errors import SlackAuthError, SlackError, SlackRateLimited, TriggerExpired
from response.slack.messages import wording
from response.slack.messages.channel import cut_lines
from response.slack.models import CommsChannel
from response.slack.payloads import BlockAction, MessageShortcut, Shortcut

Json = dict[str, Any]

TRIGGER_EXPIRED = "Slack gave up waiting before the form could open. Please try once more:"

MODAL_BROKEN = (
    "Sorry, the form could not be opened: something went wrong on our side. Whoever looks after "
    "the incident app finds it in the log."
)

# What a person can do about a refusal of Slack, by its code.
REASONS = {
    "name_taken": "another channel has that name already",
    "invalid_name": "Slack does not allow that name",
    "is_archived": "the channel is archived",
    "missing_scope": "the app lacks a permission in Slack; please tell who looks after it",
    "not_in_channel": "the bot is not in the channel; invite it first",
    "restricted_action": "this workspace does not let the bot do that",
}


def declared(incident: Incident) -> str:
    """Thanks the reporter and says where the incident goes on."""
    place = _headline_channel(incident)
    return (
        f"Thanks for raising the incident 🙏\n{wording.title(incident)} is "
        f"{wording.document(incident)}. Head over to {place} to complete the report and help "
        "deal with it."
    )


def refused(why: str, typed: str) -> str:
    """A refusal, with what was typed after the command."""
    return why + _said(typed)


def declare_failed(typed: str, error: Exception) -> str:
    """The answer to a command whose form did not open, with what was typed after it."""
    again = "Please send the command again in a moment."
    return f"Sorry, the form could not be opened: {reason(error)}. {again}{_said(typed)}"


def _said(typed: str) -> str:
    return f" Here is what you typed:\n{wording.quoted(text.from_slack(typed))}" if typed else ""


def modal_failed(error: SlackError) -> str:
    """A button's form did not open."""
    return f"Sorry, the form could not be opened: {reason(error)}. Please try again:"


def try_again(click: BlockAction | Shortcut | MessageShortcut) -> list[Json] | None:
    """A button that does what ``click`` did; None for a shortcut, which has no button."""
    if not isinstance(click, BlockAction):
        return None
    button = Button("Try again", click.action_id, value=click.value, style="primary")
    return [
        Section(text=Text("The form could not be opened in time.")).serialize(),
        Actions(block_id="try-again", elements=[button]).serialize(),
    ]


def handler_failed(kind: str) -> str:
    """Something of ours failed, several times; ``kind`` is that of the handler."""
    what = {"command": "your command", "dialog": "the form that you sent"}.get(kind, "that")
    return (
        f"Sorry, {what} could not be completed: something went wrong on our side. It is kept, and "
        "whoever looks after the incident app can run it again. If it is urgent, try once more."
    )


def no_such_incident(value: str) -> str:
    """A button was pressed whose incident is not there."""
    named = f" {text.from_plain(value)}" if value.isascii() and value.isdigit() else ""
    return f"Incident{named} could not be found: it may have been deleted."


def channel_exists(channel: CommsChannel) -> str:
    """The channel that somebody asks for is there."""
    return f"The comms channel is there already: {text.channel_reference(channel.channel_id)}"


def comms_channel_failed(incident: Incident, error: Exception) -> str:
    """The channel that was asked for could not be had."""
    return (
        f"Sorry, the comms channel of {wording.title(incident)} could not be created: "
        f"{reason(error)}. Press the button again once that is mended."
    )


def rename_failed(error: Exception) -> str:
    """Slack refused the channel's new name."""
    return (
        f"👋 Sorry, the channel couldn't be renamed: {reason(error)}. Try another name, as in "
        f"`{wording.bot()} rename db-outage`."
    )


def wrong_place() -> str:
    """The bot was mentioned where there is no incident."""
    return (
        "I work in the channels of incidents, where I know which incident you mean. To declare "
        f"one use `/incident`; those that are going on are in {_incident_channel()}."
    )


def mention_first() -> str:
    """The bot was mentioned somewhere in a sentence."""
    return (
        "Did you mean me? To tell me what to do begin the message with my name, as in "
        f"`{wording.bot()} help`."
    )


def unknown_command(command: str, commands: Sequence[str]) -> str:
    """No such command; perhaps one that is written like it."""
    if not command:
        return f"Yes? Say `{wording.bot()} help` to see what you can ask me."
    close = get_close_matches(command, commands, n=1, cutoff=0.6)
    meant = f" Did you mean `{wording.bot()} {close[0]}`?" if close else ""
    asked = limits.cut_mrkdwn(text.from_plain(command), 80)
    return (
        f"I'm sorry, I don't know how to `{asked}`.{meant} "
        f"Say `{wording.bot()} help` to see what you can ask me."
    )


def help_text(commands: str) -> str:
    """The answer to ``help``; ``commands`` is a line for each command."""
    return cut_lines(f"This is what you can ask me:\n{commands}", limits.MESSAGE_TEXT)


def severity_wanted(message: str, incident: Incident) -> str:
    """Not exactly one severity was named."""
    allowed = ", ".join(f"`{name}` ({value})" for value, name in SEVERITIES)
    present = incident.severity_text()
    now = f" It is {present} now." if present else ""
    written = limits.cut_mrkdwn(wording.said(text.from_slack(message)), 80)
    refused = f"“{written}” does not name one severity. " if message.strip() else ""
    return f"{refused}Say `{wording.bot()} severity` with one of {allowed}.{now}"


def _incident_channel() -> str:
    known = channels.known_incident_channel_id()
    return _channel(known, conf.incident_channel_name, "the incidents channel")


def _headline_channel(incident: Incident) -> str:
    """Where the headline is posted, as far as that is known without asking Slack."""
    if not (incident.report_only and conf.has_report_channel):
        return _incident_channel()
    return _channel(conf.report_channel_id, conf.report_channel_name, "the reports channel")


def _channel(channel_id: str, name: str, words: str) -> str:
    if channel_id:
        return text.channel_reference(channel_id)
    return f"#{text.from_plain(name.lstrip('#'))}" if name else words


def reason(error: Exception) -> str:
    """Why Slack did not do it, in words for whoever asked."""
    if isinstance(error, TriggerExpired):
        return "Slack gave up waiting for us"
    if isinstance(error, SlackRateLimited):
        return "Slack is busy"
    if isinstance(error, SlackAuthError):
        return "Slack no longer accepts our token; please tell who looks after this app"
    if isinstance(error, SlackError):
        code = error.code
        known = next((words for begin, words in REASONS.items() if code.startswith(begin)), "")
        return known or (f"Slack answered `{code}`" if code else "Slack does not answer")
    return text.from_plain(str(error)) or "something went wrong"
