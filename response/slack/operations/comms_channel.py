"""The comms channel: created once, furnished, renamed."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from response.conf import conf
from response.core.models import Incident, IncidentMember
from response.slack import answers, channels, messages, outbox, users
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, CommsChannel, HeadlinePost
from response.slack.operations.addressing import opening_key, opening_lane
from response.slack.operations.base import Answer, Operation, Slack, incident_of, remember
from response.slack.operations.headline import refresh_headline
from response.slack.operations.privacy import bring_people


class OpenCommsChannel(Operation):
    """Create an incident's comms channel; its row commits before anyone is invited.

    A private incident whose channel is public gets a private one in its place, and whoever was
    in the public one is brought there (see ``response.slack.operations.privacy``).

    The chosen name is stored before Slack is asked. So when Slack says ``name_taken`` after an
    attempt whose answer was lost, the channel is ours if our bot created it since then and no
    incident has it; else the next name is tried.
    """

    max_names = 50

    def key(self, call: Call) -> str | None:
        return opening_key(incident_of(call))

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        incident = incident_of(call)
        # A channel that a later incident took over is not ours.
        present = CommsChannel.objects.filter(incident=incident, superseded=False).first()
        if present is not None and (present.is_private or not incident.private):
            return None
        # A public channel that is left has the first name, and keeps it.
        first = call.notes.get("attempt", 0 if present is None else 1)
        for attempt in range(int(first), self.max_names):
            name = channels.comms_channel_name(incident, attempt)
            in_doubt = call.notes.get("name") == name
            if not in_doubt:
                began = timezone.now().timestamp()
                remember(call, attempt=attempt, name=name, since=began, cursor="")
            try:
                return slack("conversations.create", name=name, is_private=incident.private)
            except SlackPermanentError as error:
                if error.code != "name_taken":
                    raise
            if in_doubt and (found := self._created_by_us(call, slack, name)):
                return {"channel": found}
        raise SlackPermanentError(f"{self.max_names} channels of that name exist", "name_taken")

    def _created_by_us(self, call: Call, slack: Slack, name: str) -> Answer | None:
        """The channel that our earlier attempt made although its answer never came."""
        me = answers.text(slack("auth.test"), "user_id", "auth.test")
        since = float(call.notes["since"])
        # Slack's limits may stop us at any page of a big workspace: the next try goes on there.
        cursor = str(call.notes.get("cursor") or "")
        while True:
            page = self._page(call, slack, cursor)
            for channel in answers.items(page, "channels", "conversations.list"):
                ours = channel.get("name") == name and channel.get("creator") == me
                # Slack tells whole seconds, and its clock is not ours.
                if ours and _created(channel) >= since - 60:
                    found = answers.identifier(channel, "id", "conversations.list")
                    return None if _is_owned(found) else channel
            cursor = answers.next_cursor(page)
            remember(call, cursor=cursor)
            if not cursor:
                return None

    def _page(self, call: Call, slack: Slack, cursor: str) -> Answer:
        # Where incidents are never private, the bot may not have the scope for private channels.
        both = incident_of(call).private
        try:
            return slack(
                "conversations.list",
                types="public_channel,private_channel" if both else "public_channel",
                limit=800,
                exclude_archived=True,
                cursor=cursor or None,
            )
        except SlackPermanentError:
            # Perhaps the cursor is too old: whoever asks again begins with the first page.
            remember(call, cursor="")
            raise

    def lock(self, call: Call) -> None:
        # Who makes the incident private holds it, and then asks for a channel by our key.
        Incident.objects.select_for_update().filter(pk=incident_of(call).pk).first()

    def done(self, call: Call, answer: Answer) -> None:
        # As it is now: it may have become private since we asked for the channel.
        incident = Incident.objects.get(pk=incident_of(call).pk)
        channel = _channel(answer)
        if _is_owned(channel["id"]):
            raise answers.unexpected("conversations.create", "a new channel.id")
        user_id = str(call.args.get("user_id", ""))
        creator = channel["creator"]
        if creator:
            # Our own bot: it is in every channel, and takes part in none.
            users.remember_bot(creator)
        comms_channel, left = _take(incident, channel)
        HeadlinePost.objects.filter(incident=incident, superseded=False).update(
            comms_channel=comms_channel
        )
        welcome(incident, comms_channel, creator, user_id)
        if left:
            bring_people(incident, left, comms_channel.channel_id, user_id)
        if incident.private and not comms_channel.is_private:
            open_comms_channel(incident, user_id)

    def parked(self, call: Call, error: Exception) -> None:
        user_id = call.args.get("user_id", "")
        if user_id:
            incident = incident_of(call)
            failed = messages.comms_channel_failed
            if incident.private:
                failed = messages.private_channel_failed
            outbox.whisper(user_id, failed(incident, error), incident=incident)


class RenameChannel(Operation):
    """Rename a comms channel; if Slack refuses, the channel is told why."""

    def done(self, call: Call, answer: Answer) -> None:
        name = answers.name(answer, "channel.name", "conversations.rename")
        CommsChannel.objects.keep_name(incident_of(call), name)

    def parked(self, call: Call, error: Exception) -> None:
        channel_id = call.lane
        outbox.post(channel_id, messages.rename_failed(error), incident=call.incident)


def open_comms_channel(incident: Incident, user_id: str) -> None:
    """Ask for the incident's comms channel; ``user_id`` is told if it cannot be had."""
    key, lane = opening_key(incident), opening_lane(incident)
    arguments = {"user_id": user_id}
    outbox.perform("comms_channel", lane=lane, key=key, incident=incident, arguments=arguments)


def welcome(
    incident: Incident, comms_channel: CommsChannel, creator: str, opened_by: str = ""
) -> None:
    """What a new comms channel gets: topic, people, our bot, a welcome, and the headline's link."""
    channel = comms_channel.channel_id
    outbox.enqueue(
        "conversations.setTopic",
        {"channel": channel, "topic": messages.channel_topic(incident)},
        lane=channel,
        incident=incident,
    )
    people = [incident.reporter, incident.lead]
    wanted = [person.external_id for person in people if person and person.app_id == "slack"]
    if opened_by:
        wanted.append(opened_by)
    if conf.incident_bot_id and conf.incident_bot_id != creator:
        wanted.append(conf.incident_bot_id)
    invite(comms_channel, [user_id for user_id in dict.fromkeys(wanted) if user_id != creator])
    outbox.post(channel, messages.welcome(incident), incident=incident)
    refresh_headline(incident)


def invite(comms_channel: CommsChannel, user_ids: list[str]) -> None:
    """Invite people to a comms channel; those who cannot be are skipped."""
    if user_ids:
        arguments = {
            "channel": comms_channel.channel_id,
            "users": ",".join(user_ids),
            "force": True,
        }
        outbox.enqueue(
            "conversations.invite",
            arguments,
            lane=comms_channel.channel_id,
            incident=comms_channel.incident,
        )


def _take(incident: Incident, channel: Answer) -> tuple[CommsChannel, str]:
    """The row of the incident's new channel; and the id of the one that it leaves, or "".

    A channel that a later incident took over is that one's, and stays as it is.
    """
    new = {
        "channel_id": channel["id"],
        "channel_name": channel["name"],
        "is_private": channel["is_private"],
    }
    comms_channel, created = CommsChannel.objects.get_or_create(incident=incident, defaults=new)
    if created:
        return comms_channel, ""
    left, is_anothers = comms_channel.channel_id, comms_channel.superseded
    comms_channel.superseded = False
    for name, value in new.items():
        setattr(comms_channel, name, value)
    comms_channel.public_channel_id = left
    comms_channel.save()
    # Who is in the new one is told by Slack as they come.
    IncidentMember.objects.replace(incident, [])
    return comms_channel, "" if is_anothers else left


def _channel(answer: Answer) -> Answer:
    """What is kept of a channel that Slack made; raises ``SlackError`` for an odd answer."""
    of = "conversations.create"
    channel = {
        "id": answers.identifier(answer, "channel.id", of),
        "name": answers.name(answer, "channel.name", of),
        "is_private": bool(answer["channel"].get("is_private")),
        "creator": "",
    }
    if answer["channel"].get("creator"):
        channel["creator"] = answers.identifier(answer, "channel.creator", of)
    return channel


def _created(channel: Answer) -> float:
    """When Slack made it, in seconds since 1970; 0 if it does not say."""
    try:
        return float(channel.get("created") or 0)
    except (TypeError, ValueError):
        return 0.0


def _is_owned(channel_id: str) -> bool:
    theirs = Q(channel_id=channel_id) | Q(public_channel_id=channel_id)
    return CommsChannel.objects.filter(theirs).exists()
