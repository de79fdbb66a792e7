"""What happens in comms channels: pins, messages, joins, names; and mentions of the bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.core.models import Incident, IncidentMember
from response.slack import messages, outbox, payloads, people, registry, users
from response.slack.decorators import slack_event
from response.slack.decorators.incident_command import get_commands
from response.slack.models import CommsChannel, PinnedMessage, UserStats

Payload = Mapping[str, Any]


@slack_event("message", atomic=True)
def follow_message(incident: Incident, payload: Payload) -> None:
    """Count what people say; keep the timeline in step with edits of pinned messages."""
    message = payloads.parse_message(payload)
    if message.is_by_a_person:
        person = people.meet(message.user_id)
        UserStats.objects.count_message(incident, person)
        if incident.private and _is_of_members_only(incident):
            # Slack may have told us of the message only, and not of the joining.
            IncidentMember.objects.join(incident, person)
        return
    edit = payloads.parse_message_edit(payload)
    if edit is None:
        return
    if edit.deleted:
        PinnedMessage.objects.remove_pin(incident, edit.ts)
    else:
        PinnedMessage.objects.edit_pin(incident, edit.ts, edit.text)


@slack_event("member_joined_channel", atomic=True)
def follow_join(incident: Incident, payload: Payload) -> None:
    """Whoever joins takes part, if it is a person as far as we know."""
    message = payloads.parse_message(payload)
    if not message.user_id or users.is_known_bot(message.user_id):
        return
    person = people.meet(message.user_id)
    UserStats.objects.join(incident, person)
    if _is_of_members_only(incident):
        IncidentMember.objects.join(incident, person)


@slack_event("member_left_channel", atomic=True)
def follow_leave(incident: Incident, payload: Payload) -> None:
    """Whoever left, or was removed, does not see a private incident any more."""
    message = payloads.parse_message(payload)
    if message.user_id:
        IncidentMember.objects.leave(incident, people.meet(message.user_id))


def _is_of_members_only(incident: Incident) -> bool:
    """Nobody becomes a member of a private incident through a channel that anybody may join."""
    return not incident.private or incident.comms_channel().is_private


@slack_event("pin_added", atomic=True)
def add_pin(incident: Incident, payload: Payload) -> None:
    """A pinned message, a bot's too, becomes an entry of the timeline."""
    pin = payloads.parse_pin(payload)
    if pin is not None:
        author = people.meet(pin.author_id)
        PinnedMessage.objects.add_pin(incident, pin.message_ts, author.external_id, pin.text)


@slack_event("pin_removed", atomic=True)
def remove_pin(incident: Incident, payload: Payload) -> None:
    """An unpinned message leaves the timeline."""
    pin = payloads.parse_pin(payload)
    if pin is not None:
        PinnedMessage.objects.remove_pin(incident, pin.message_ts)


@slack_event("channel_rename", atomic=True)
@slack_event("group_rename", atomic=True)
def follow_rename(incident: Incident, payload: Payload) -> None:
    """Somebody renamed the comms channel in Slack."""
    renamed = payloads.parse_channel_name(payload)
    CommsChannel.objects.keep_name(incident, renamed.name)


@slack_event("user_change", in_incident=False, atomic=True)
@slack_event("team_join", in_incident=False, atomic=True)
def follow_user(payload: Payload) -> None:
    """Somebody is new, or has another name or standing."""
    told_at = payloads.parse_time(payload)
    users.update_from_profile(payloads.parse_user(payload), fetched_at=told_at)


@slack_event("message", channel_type="im", in_incident=False, atomic=True)
def answer_direct_message(incident: Incident | None, payload: Payload) -> None:
    """Who writes to the bot alone is told where it works."""
    message = payloads.parse_message(payload)
    if message.is_by_a_person:
        outbox.post(message.channel_id, messages.wrong_place(), thread_ts=message.thread_ts or None)


@slack_event("app_mention", in_incident=False, known_commands=False, atomic=True)
def answer_mention(incident: Incident | None, payload: Payload) -> None:
    """What is no command we know gets an answer, too: a hint, to who said it only."""
    message = payloads.parse_message(payload)
    mention = payloads.parse_mention(message.text)
    if mention is None or not message.user_id:
        return
    if incident is None:
        hint = messages.wrong_place()
    elif not mention.leads:
        hint = messages.mention_first()
    elif registry.commands.get(mention.command) is None:
        hint = messages.unknown_command(mention.command, get_commands())
        outbox.react("question", message.channel_id, message.ts, incident=incident)
    else:
        # Who stored it did not know the command: a process of the release before, most likely.
        return
    outbox.whisper(message.user_id, hint, channel_id=message.channel_id, incident=incident)
