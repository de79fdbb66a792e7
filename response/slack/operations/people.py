"""People: told something privately, and asked about."""

from __future__ import annotations

import logging

from django.utils import timezone

from response.slack import outbox, users
from response.slack.errors import SlackPermanentError
from response.slack.models import Call
from response.slack.operations.base import Answer, Operation, Slack

logger = logging.getLogger("response.slack.operations")


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
