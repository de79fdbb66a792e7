"""The headline post: posted, kept up to date, taken back; and what stands in its thread."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from response import logs
from response.conf import conf
from response.core.models import Incident
from response.core.models.external_user import SLACK
from response.slack import answers, channels, messages, outbox
from response.slack.errors import SlackNotFound
from response.slack.models import Call, HeadlinePost
from response.slack.operations.base import Answer, Operation, Slack

# What Slack answers of a message that was posted, or changed.
STANDS_AT = ("ts", "channel")

logger = logs.get_logger("response.slack.operations")


class Headline(Operation):
    """Post an incident's headline, bring it up to date, or take it back."""

    coalesces = True

    def key(self, call: Call) -> str | None:
        return f"headline:{call.incident_id}"

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        post = _headline_post(call)
        if post is None:
            return None
        place = channels.headline_channel_id(post.incident)
        if _is_misplaced(post):
            self._take_back(post, slack)
            post.message_ts = None
            if not place:
                return {"ts": None, "channel": "", "digest": ""}
        elif not place:
            return None
        blocks, text = messages.headline(post)
        digest = hashlib.sha256(json.dumps([blocks, text]).encode()).hexdigest()
        if post.message_ts and post.sent_digest == digest:
            return None
        answer = self._send(post, place, slack, {"text": text, "blocks": blocks})
        kept = {name: answers.identifier(answer, name, "chat.postMessage") for name in STANDS_AT}
        return {**kept, "digest": digest}

    def _take_back(self, post: HeadlinePost, slack: Slack) -> None:
        """Delete what was posted where it may not stand any more; it may be gone already."""
        try:
            slack("chat.delete", channel=_posted_in(post), ts=post.message_ts)
        except SlackNotFound as error:
            if error.code != "message_not_found":
                raise

    def _send(
        self, post: HeadlinePost, place: str, slack: Slack, message: dict[str, Any]
    ) -> Answer:
        if post.message_ts:
            try:
                return slack("chat.update", channel=_posted_in(post), ts=post.message_ts, **message)
            except SlackNotFound as error:
                if error.code != "message_not_found":
                    raise
                logger.warning("The headline of incident %s was deleted", post.incident_id)
        quiet = {"unfurl_links": False, "unfurl_media": False}
        return slack("chat.postMessage", channel=place, **message, **quiet)

    def parked(self, call: Call, error: Exception) -> None:
        """A headline that could not be taken back stands where anybody reads it."""
        post = _headline_post(call)
        if post is None or not post.incident.private or not _is_misplaced(post):
            return
        owner = post.incident.lead or post.incident.reporter
        if owner is not None and owner.app_id == SLACK:
            place = post.channel_id or channels.known_incident_channel_id()
            told = messages.headline_not_deleted(post.incident, place, error)
            outbox.whisper(owner.external_id, told, incident=post.incident)

    def done(self, call: Call, answer: Answer) -> None:
        posts = HeadlinePost.objects.filter(incident=call.incident, superseded=False)
        post = posts.select_for_update().first()
        if post is not None:
            post.message_ts, post.channel_id = answer["ts"], answer["channel"]
            post.sent_digest = answer["digest"]
            post.save(update_fields=["message_ts", "channel_id", "sent_digest"])


class HeadlineThread(Operation):
    """Post in the headline's thread; in its lane, so that the headline comes first."""

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        post = _headline_post(call)
        if post is None or not post.message_ts or _is_misplaced(post):
            return None
        text, place = call.args["text"], _posted_in(post)
        return slack("chat.postMessage", channel=place, text=text, thread_ts=post.message_ts)


def refresh_headline(incident: Incident) -> None:
    """Ask for the headline post to say what is true now."""
    lane = key = f"headline:{incident.pk}"
    outbox.perform("headline", lane=lane, key=key, incident=incident)


def _headline_post(call: Call) -> HeadlinePost | None:
    posts = HeadlinePost.objects.filter(incident=call.incident, superseded=False)
    related = posts.select_related("incident__lead", "incident__reporter", "comms_channel")
    return related.first()


def _posted_in(post: HeadlinePost) -> str:
    """The channel that it stands in; rows of 0.5.1 leave that to the settings of today."""
    return post.channel_id or channels.public_headline_channel_id(post.incident)


def _is_misplaced(post: HeadlinePost) -> bool:
    """Whether it stands in public for a private incident, or in private for a public one."""
    private_channel = conf.private_channel_id
    in_private = bool(private_channel) and post.channel_id == private_channel
    if not post.message_ts or in_private == post.incident.private:
        return False
    # A host may announce both in the same channel.
    return not in_private or channels.headline_channel_id(post.incident) != post.channel_id
