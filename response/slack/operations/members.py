"""Who is in a private channel, as Slack lists it: for who sees a private incident.

Slack tells by events who comes and goes. One that was lost, in an outage of ours perhaps, would
leave somebody out, or in. So once a day the members of every private channel are listed: one
incident a row, which asks for the next one, whether Slack listed its own or refused to.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet

from response import logs
from response.core.models import Incident, IncidentMember
from response.slack import answers, outbox, people
from response.slack.errors import SlackPermanentError
from response.slack.models import Call, CommsChannel
from response.slack.operations.base import (
    Answer,
    Operation,
    Slack,
    incident_of,
    is_forgotten,
    remember,
)

logger = logs.get_logger("response.slack.operations")

# As many as Slack tells at a time.
PAGE = 999
# The channel was deleted, or our bot was put out of it.
OUT_OF_SIGHT = frozenset({"channel_not_found", "not_in_channel", "fetch_members_failed"})
# What Slack would say of every other channel, too.
OF_ALL_CHANNELS = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
LANE = "members"


class SyncMembers(Operation):
    """Learn who is in the channel of one private incident; then of the next."""

    def perform(self, call: Call, slack: Slack) -> Answer | None:
        channel = _channels().filter(incident=incident_of(call)).first()
        if channel is None:
            return {"ok": True}
        try:
            return listed(call, slack, channel.channel_id)
        except SlackPermanentError as error:
            if error.code not in OUT_OF_SIGHT:
                raise
            logger.info("Who is in the channel of call %s Slack does not tell: %s", call.pk, error)
            return {"ok": True}

    def done(self, call: Call, answer: Answer) -> None:
        incident = incident_of(call)
        if "members" in answer:
            keep(incident, answer)
        _ask_for_the_next(incident.pk)

    def parked(self, call: Call, error: Exception) -> None:
        # Tomorrow, or when an operator has it run again, what was listed today is too old.
        Call.objects.filter(pk=call.pk).update(memo="")
        if getattr(error, "code", "") not in OF_ALL_CHANNELS:
            _ask_for_the_next(incident_of(call).pk)


def refresh_members() -> None:
    """Ask who is in the channels of private incidents; one refresh at a time."""
    if not Call.objects.filter(lane=LANE, state__in=("pending", "sending")).exists():
        _ask_for_the_next(0)


def listed(call: Call, slack: Slack, channel: str) -> Answer:
    """Who is in ``channel``, and who was as far as we knew when we began to ask.

    Slack's limits may stop us at any page of a big channel: the next try of ``call`` goes on.
    """
    if "listed" not in call.notes:
        _begin(call)
    try:
        _go_on(call, slack, channel)
    except SlackPermanentError as error:
        if not is_forgotten(call.notes.get("at"), error):
            raise
        _begin(call)
        _go_on(call, slack, channel)
    return {"members": call.notes["listed"], "before": call.notes["before"]}


def _begin(call: Call) -> None:
    known = IncidentMember.objects.filter(incident=incident_of(call))
    remember(call, listed=[], before=list(known.values_list("user_id", flat=True)), at="")


def _go_on(call: Call, slack: Slack, channel: str) -> None:
    for cursor, members in pages_of_members(slack, channel, str(call.notes.get("at") or "")):
        remember(call, listed=[*call.notes["listed"], *members], at=cursor)


def keep(incident: Incident, answer: Answer) -> None:
    """Keep what ``listed`` found; bots take no part."""
    found = people.meet_all(answer["members"])
    IncidentMember.objects.replace(incident, found, before=answer["before"])


def pages_of_members(
    slack: Slack, channel: str, cursor: str, limit: int = PAGE
) -> Iterator[tuple[str, list[str]]]:
    """Each page of a channel's members, with the cursor of the one after it."""
    while True:
        page = slack("conversations.members", channel=channel, limit=limit, cursor=cursor or None)
        found = answers.ids(page, "members", "conversations.members")
        cursor = answers.next_cursor(page)
        yield cursor, found
        if not cursor:
            return


def _channels() -> QuerySet[CommsChannel]:
    """The private channels of private incidents, closed ones, too: they can still be read."""
    return CommsChannel.objects.filter(is_private=True, superseded=False, incident__private=True)


def _ask_for_the_next(after: int) -> None:
    following = _channels().filter(incident__gt=after).select_related("incident")
    channel = following.order_by("incident").first()
    if channel is not None:
        key = f"members:{channel.incident_id}"
        outbox.perform("members", lane=LANE, key=key, incident=channel.incident)
