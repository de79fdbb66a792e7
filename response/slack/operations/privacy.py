"""How an incident that becomes private leaves its public channel.

Slack lets no bot make a public channel private. So the incident moves: ``OpenCommsChannel``
creates a private channel and the row of the channel follows; ``BringPeople`` invites whoever
was in the public one; ``ArchiveChannel`` ends that. Each step commits before the next begins
and may be repeated from its start.
"""

from __future__ import annotations

from django.db.models import Count, Sum

from response.core.models import Event, Incident
from response.slack import channels, messages, outbox
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, CommsChannel, HeadlinePost, UserStats
from response.slack.operations.addressing import opening_lane
from response.slack.operations.base import (
    Answer,
    Operation,
    Slack,
    incident_of,
    is_forgotten,
    remember,
)
from response.slack.operations.members import keep, listed, pages_of_members

# Slack takes a hundred people at a time.
INVITED_AT_ONCE = 100
# Slack's reasons why single people cannot be invited, where there is nobody else to invite.
UNINVITABLE = frozenset(
    {
        "already_in_channel",
        "cant_invite",
        "cant_invite_self",
        "org_user_not_in_team",
        "ura_max_channels",
        "user_disabled",
        "user_is_restricted",
        "user_not_found",
    }
)


class BringPeople(Operation):
    """Invite whoever is in the channel that a private incident has left, and note who is in."""

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        if not call.notes.get("brought"):
            try:
                self._bring(call, slack)
            except SlackPermanentError as error:
                if not is_forgotten(call.notes.get("cursor"), error):
                    raise
                remember(call, cursor="")
                self._bring(call, slack)
            remember(call, brought=True)
        return listed(call, slack, call.args["new"])

    def _bring(self, call: Call, slack: Slack) -> None:
        """Invite page by page; the next try goes on where this one was stopped."""
        begun = str(call.notes.get("cursor") or "")
        pages = pages_of_members(slack, call.args["old"], begun, INVITED_AT_ONCE)
        for cursor, members in pages:
            self._invite(slack, call.args["new"], members)
            remember(call, cursor=cursor)

    def _invite(self, slack: Slack, channel: str, members: list[str]) -> None:
        if not members:
            return
        try:
            slack("conversations.invite", channel=channel, users=",".join(members), force=True)
        except SlackPermanentError as error:
            if error.code not in UNINVITABLE:
                raise

    def done(self, call: Call, answer: Answer) -> None:
        incident = incident_of(call)
        keep(incident, answer)
        arguments = {"channel": call.args["old"], "user_id": call.args["user_id"]}
        outbox.enqueue(
            "conversations.archive",
            arguments,
            lane=call.lane,
            operation="archive_channel",
            incident=incident,
        )

    def parked(self, call: Call, error: Exception) -> None:
        _tell(call, messages.people_not_brought(call.args["old"], call.args["new"], error))


class ArchiveChannel(Operation):
    """Archive the channel that a private incident has left."""

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        channel = call.args["channel"]
        try:
            return slack("conversations.archive", channel=channel)
        except SlackPermanentError as error:
            # Slack puts the bot out of what it archives: perhaps an earlier try did it.
            if error.code != "already_archived" and not self._is_archived(channel, slack, error):
                raise
        return {"ok": True}

    def _is_archived(self, channel: str, slack: Slack, error: SlackPermanentError) -> bool:
        if error.code != "not_in_channel":
            return False
        found = slack("conversations.info", channel=channel).get("channel")
        return bool(isinstance(found, dict) and found.get("is_archived"))

    def parked(self, call: Call, error: Exception) -> None:
        _tell(call, messages.not_archived(call.args["channel"], error))


def bring_people(incident: Incident, old: str, new: str, user_id: str) -> None:
    """Ask for the second step of the move; ``user_id`` is told if it fails."""
    arguments = {"old": old, "new": new, "user_id": user_id}
    outbox.enqueue(
        "", arguments, lane=opening_lane(incident), operation="bring_people", incident=incident
    )


def tell_what_was_public(incident: Incident, user_id: str) -> None:
    """Tell who made the incident private what nobody can take back."""
    headline = HeadlinePost.objects.filter(incident=incident, superseded=False).first()
    posted_in = ""
    if headline is not None and headline.message_ts:
        posted_in = headline.channel_id or channels.known_incident_channel_id()
    told = messages.became_private(
        incident,
        headline_channel_id=posted_in,
        channel=CommsChannel.objects.filter(
            incident=incident, is_private=False, superseded=False
        ).first(),
        said=UserStats.objects.filter(incident=incident).aggregate(
            people=Count("pk"), messages=Sum("message_count", default=0)
        ),
        feed_entries=Event.objects.filter(incident=incident).count(),
    )
    outbox.whisper(user_id, told, incident=incident)


def _tell(call: Call, text: str) -> None:
    if call.args.get("user_id"):
        outbox.whisper(call.args["user_id"], text, incident=call.incident)
