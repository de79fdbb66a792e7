"""People: told something privately, and asked about."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from response import logs
from response.slack import answers, outbox, users
from response.slack.errors import SlackPermanentError, SlackUnavailable
from response.slack.models import Call
from response.slack.operations.base import Answer, Operation, Slack, is_forgotten

logger = logs.get_logger("response.slack.operations")

# Anybody can type "<@U12345>", and some people Slack hides from us.
NOBODY = frozenset({"user_not_found", "users_not_found", "user_not_visible"})
# No workspace has as many: a million people.
MOST_PAGES = 5000


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
            except SlackUnavailable as error:
                # A response_url is at another host than the API, which may be all that a
                # firewall lets through. A strike says that the API is well.
                if way != self._respond or error.may_have_happened or not call.strikes:
                    raise
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
        if users.is_known(user_id):
            return None
        try:
            return slack("users.info", user=user_id)
        except SlackPermanentError as error:
            if error.code not in NOBODY:
                raise
            logger.info("Slack tells nothing of %s: %s", user_id, error.code)
            return None

    def done(self, call: Call, answer: Answer) -> None:
        users.keep_answer(answer, fetched_at=timezone.now())


def fetch_user(user_id: str) -> None:
    """Ask for a person's names and standing, once however often they are met meanwhile."""
    fetch_users([user_id])


def fetch_users(user_ids: Iterable[str]) -> None:
    """The same for many people, in the same few queries."""
    outbox.perform_each("user", {f"user:{user_id}": {"user_id": user_id} for user_id in user_ids})


class RefreshUsers(Operation):
    """Learn who is in the workspace now: one page a row, which keeps where it begins.

    So a refresh goes on where it was after a 429, a crash or an outage, never holds more than a
    page, and lets everything else pass between two of its pages.
    """

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        cursor = call.args.get("cursor")
        try:
            return slack("users.list", limit=users.BATCH, **({"cursor": cursor} if cursor else {}))
        except SlackPermanentError as error:
            if not is_forgotten(cursor, error):
                raise
        return slack("users.list", limit=users.BATCH)

    def done(self, call: Call, answer: Answer) -> None:
        members = answers.items(answer, "members", "users.list")
        changed = users.update_many(members, fetched_at=call.last_attempt_at)
        logger.info("Of %s people %s were new or had changed", len(members), changed)
        cursor, page = answers.next_cursor(answer), call.args.get("page", 1)
        if page >= MOST_PAGES:
            logger.error("Slack's list of people does not end; %s pages were read", page)
        elif cursor and cursor != call.args.get("cursor"):
            _enqueue_page({"cursor": cursor, "page": page + 1})


def refresh_users() -> None:
    """Ask for everybody's names and standing; one refresh at a time, however often asked for."""
    _enqueue_page({})


def _enqueue_page(arguments: Answer) -> None:
    outbox.perform("users", lane="users", key="users", arguments=arguments)
