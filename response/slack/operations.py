"""Slack calls that are more than a method with arguments: built when sent, or with an answer
that must be kept.

Each may be repeated from its start, since the process that performs it may die at any line.
"""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any, Protocol

from django.utils import timezone

from response.conf import conf
from response.core.models import Incident
from response.slack import channels, messages, outbox, users
from response.slack.errors import SlackError, SlackNotFound, SlackPermanentError
from response.slack.models import Call, CommsChannel, HeadlinePost

logger = logging.getLogger("response.slack.operations")

Answer = dict[str, Any]


class Slack(Protocol):
    """What an operation calls Slack with."""

    def __call__(self, method: str, **arguments: Any) -> Answer:
        """One call of the Web API; raises ``SlackError``."""

    def respond(self, response_url: str, **body: Any) -> None:
        """Post to an interaction's ``response_url``; raises ``SlackError``."""


class Operation:
    """One call of ``call.method`` with ``call.arguments``, whose answer nobody needs."""

    # A coalescing one is built when it is sent; so a row that waits covers what came since.
    coalesces = False
    # Slack's way of saying that it is as we want it already.
    fine = frozenset({"already_reacted", "no_reaction", "already_in_channel", "already_pinned"})

    def key(self, call: Call) -> str | None:
        """The key of which at most one row waits; None where every row counts."""
        return call.key

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        """Make the call, outside of transactions. None: there was nothing to send."""
        try:
            return slack(call.method, **call.args)
        except SlackError as error:
            if error.code in self.fine:
                return {"ok": True}
            raise

    def done(self, call: Call, answer: Answer) -> None:
        """Keep what the answer brought, in the transaction of the call's done mark."""

    def parked(self, call: Call, error: Exception) -> None:
        """The call is given up; whoever waits for it may be told, in the same transaction."""


class Headline(Operation):
    """Post an incident's headline, bring it up to date, or take it back."""

    coalesces = True

    def key(self, call: Call) -> str | None:
        return f"headline:{call.incident_id}"

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        post = _headline_post(call)
        if post is None:
            return None
        if post.incident.private:
            return self._take_back(post, slack)
        blocks, text = messages.headline(post)
        digest = hashlib.sha256(json.dumps([blocks, text]).encode()).hexdigest()
        if post.message_ts and post.sent_digest == digest:
            return None
        answer = self._send(post, slack, {"text": text, "blocks": blocks})
        return answer | {"digest": digest}

    def _take_back(self, post: HeadlinePost, slack: Slack) -> Answer | None:
        """The incident has become private: what was posted is deleted."""
        if not post.message_ts:
            return None
        channel = post.channel_id or channels.headline_channel_id(post.incident)
        try:
            slack("chat.delete", channel=channel, ts=post.message_ts)
        except SlackNotFound as error:
            if error.code != "message_not_found":
                raise
        return {"ts": None, "channel": "", "digest": ""}

    def _send(self, post: HeadlinePost, slack: Slack, message: dict[str, Any]) -> Answer:
        if post.message_ts:
            channel = post.channel_id or channels.headline_channel_id(post.incident)
            try:
                return slack("chat.update", channel=channel, ts=post.message_ts, **message)
            except SlackNotFound as error:
                if error.code != "message_not_found":
                    raise
                logger.warning("The headline of incident %s was deleted", post.incident_id)
        channel = channels.headline_channel_id(post.incident)
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return slack("chat.postMessage", channel=channel, **message, **quiet)

    def done(self, call: Call, answer: Answer) -> None:
        HeadlinePost.objects.filter(incident=call.incident, superseded=False).update(
            message_ts=answer["ts"], channel_id=answer["channel"], sent_digest=answer["digest"]
        )


class HeadlineThread(Operation):
    """Post in the headline's thread; in its lane, so that the headline comes first."""

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        post = _headline_post(call)
        if post is None or not post.message_ts:
            return None
        channel = post.channel_id or channels.headline_channel_id(post.incident)
        text = call.args["text"]
        return slack("chat.postMessage", channel=channel, text=text, thread_ts=post.message_ts)


class OpenCommsChannel(Operation):
    """Create an incident's comms channel; its row commits before anyone is invited.

    The chosen name is stored before Slack is asked. So when Slack says ``name_taken`` after an
    attempt whose answer was lost, the channel is ours if our bot created it since then and no
    incident has it; else the next name is tried.
    """

    max_names = 50

    def key(self, call: Call) -> str | None:
        return f"comms-channel:{call.incident_id}"

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        incident = _incident(call)
        if CommsChannel.objects.filter(incident=incident).exists():
            return None
        notes = call.notes
        for attempt in range(int(notes.get("attempt", 0)), self.max_names):
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
        me = str(slack("auth.test")["user_id"])
        since = float(call.notes["since"])
        # Slack's limits may stop us at any page of a big workspace: the next try goes on there.
        cursor = str(call.notes.get("cursor") or "")
        while True:
            page = self._page(call, slack, cursor)
            for channel in page.get("channels") or ():
                ours = channel.get("name") == name and channel.get("creator") == me
                # Slack tells whole seconds, and its clock is not ours.
                if ours and float(channel.get("created") or 0) >= since - 60:
                    return None if _is_owned(channel["id"]) else dict(channel)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            remember(call, cursor=cursor)
            if not cursor:
                return None

    def _page(self, call: Call, slack: Slack, cursor: str) -> Answer:
        try:
            return slack(
                "conversations.list",
                types="public_channel,private_channel",
                limit=800,
                exclude_archived=True,
                cursor=cursor or None,
            )
        except SlackPermanentError:
            # Perhaps the cursor is too old: whoever asks again begins with the first page.
            remember(call, cursor="")
            raise

    def done(self, call: Call, answer: Answer) -> None:
        incident = _incident(call)
        channel = answer["channel"]
        creator = str(channel.get("creator") or "")
        if creator:
            # Our own bot: it is in every channel, and takes part in none.
            users.remember_bot(creator)
        comms_channel = CommsChannel.objects.create(
            incident=incident, channel_id=channel["id"], channel_name=channel["name"]
        )
        HeadlinePost.objects.filter(incident=incident, superseded=False).update(
            comms_channel=comms_channel
        )
        welcome(incident, comms_channel, creator)

    def parked(self, call: Call, error: Exception) -> None:
        user_id = call.args.get("user_id", "")
        if user_id:
            outbox.whisper(user_id, messages.comms_channel_failed(_incident(call), error))


def welcome(incident: Incident, comms_channel: CommsChannel, creator: str) -> None:
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


def refresh_headline(incident: Incident) -> None:
    """Ask for the headline post to say what is true now."""
    lane = key = f"headline:{incident.pk}"
    outbox.perform("headline", lane=lane, key=key, incident=incident)


def open_comms_channel(incident: Incident, user_id: str) -> None:
    """Ask for the incident's comms channel; ``user_id`` is told if it cannot be had."""
    key = f"comms-channel:{incident.pk}"
    lane = f"incident:{incident.pk}"
    arguments = {"user_id": user_id}
    outbox.perform("comms_channel", lane=lane, key=key, incident=incident, arguments=arguments)


class RenameChannel(Operation):
    """Rename a comms channel; if Slack refuses, the channel is told why."""

    def done(self, call: Call, answer: Answer) -> None:
        CommsChannel.objects.filter(incident=call.incident).update(
            channel_name=answer["channel"]["name"]
        )

    def parked(self, call: Call, error: Exception) -> None:
        channel_id = call.lane
        outbox.post(channel_id, messages.rename_failed(error), incident=call.incident)


class Whisper(Operation):
    """Tell one person privately, at the best place that still works.

    A ``response_url`` works for 30 minutes; an ephemeral message needs bot and person in the
    channel; a direct message works as long as Slack does.
    """

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        arguments = call.args
        message = {"text": arguments["text"]}
        if arguments.get("blocks"):
            message["blocks"] = arguments["blocks"]
        for way in (self._respond, self._ephemeral):
            try:
                if way(slack, arguments, message):
                    return {"ok": True}
            except SlackPermanentError as error:
                logger.info("Whisper to %s took another way: %s", arguments["user"], error)
        return slack("chat.postMessage", channel=arguments["user"], **message)

    def _respond(self, slack: Slack, arguments: Answer, message: Answer) -> bool:
        if arguments.get("response_url"):
            slack.respond(
                arguments["response_url"],
                response_type="ephemeral",
                replace_original=False,
                **message,
            )
        return bool(arguments.get("response_url"))

    def _ephemeral(self, slack: Slack, arguments: Answer, message: Answer) -> bool:
        if arguments.get("channel"):
            place = {"channel": arguments["channel"], "user": arguments["user"]}
            slack("chat.postEphemeral", **place, **message)
        return bool(arguments.get("channel"))


class FetchUser(Operation):
    """Learn who a person is, after we first met them by their id."""

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        user_id = call.args["user_id"]
        # Who acted meanwhile was looked up at once.
        return None if users.is_known(user_id) else slack("users.info", user=user_id)

    def done(self, call: Call, answer: Answer) -> None:
        users.update_from_profile(answer["user"], fetched_at=timezone.now())


def fetch_user(user_id: str) -> None:
    """Ask for a person's names and standing, once however often they are met meanwhile."""
    key = f"user:{user_id}"
    outbox.perform("user", lane=key, key=key, arguments={"user_id": user_id})


def remember(call: Call, **notes: Any) -> None:
    """Keep ``notes`` for the next try of ``call``; they are stored before Slack is asked."""
    call.memo = json.dumps(call.notes | notes)
    Call.objects.filter(pk=call.pk).update(memo=call.memo)


def find(name: str) -> Operation | None:
    """The operation of that name; None for one that this release lacks."""
    return OPERATIONS.get(name)


def _incident(call: Call) -> Incident:
    """The incident that the call is for, as it is now."""
    if call.incident is None:
        raise ValueError(f"Call {call.pk} ({call}) is for no incident")
    return call.incident


def _headline_post(call: Call) -> HeadlinePost | None:
    posts = HeadlinePost.objects.filter(incident=call.incident, superseded=False)
    related = posts.select_related("incident__lead", "incident__reporter", "comms_channel")
    return related.first()


def _is_owned(channel_id: str) -> bool:
    return CommsChannel.objects.filter(channel_id=channel_id).exists()


OPERATIONS: dict[str, Operation] = {
    "": Operation(),
    "headline": Headline(),
    "headline_thread": HeadlineThread(),
    "comms_channel": OpenCommsChannel(),
    "rename_channel": RenameChannel(),
    "whisper": Whisper(),
    "user": FetchUser(),
}
