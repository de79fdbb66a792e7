"""The headline post: posted, kept up to date, taken back; and what stands in its thread."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import Any

from response.core.models import Incident
from response.slack import channels, messages, outbox
from response.slack.errors import SlackNotFound
from response.slack.models import Call, HeadlinePost
from response.slack.operations.base import Answer, Operation, Slack

logger = logging.getLogger("response.slack.operations")


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


def refresh_headline(incident: Incident) -> None:
    """Ask for the headline post to say what is true now."""
    lane = key = f"headline:{incident.pk}"
    outbox.perform("headline", lane=lane, key=key, incident=incident)


def _headline_post(call: Call) -> HeadlinePost | None:
    posts = HeadlinePost.objects.filter(incident=call.incident, superseded=False)
    related = posts.select_related("incident__lead", "incident__reporter", "comms_channel")
    return related.first()
