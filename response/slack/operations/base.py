"""What an operation is: a Slack call that is built when sent, or whose answer must be kept.

Each may be repeated from its start, since the process that performs it may die at any line.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from response.core.models import Incident
from response.slack.errors import SlackError, SlackPermanentError
from response.slack.models import Call
from response.slack.operations.addressing import addressed

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
        arguments = addressed(call)
        if arguments is None:
            return None
        try:
            return slack(call.method, **arguments)
        except SlackError as error:
            if error.code in self.fine:
                return {"ok": True}
            raise

    def lock(self, call: Call) -> None:
        """Lock what ``done`` changes and what others lock before the call: always in one order."""

    def done(self, call: Call, answer: Answer) -> None:
        """Keep what the answer brought, in the transaction of the call's done mark."""

    def parked(self, call: Call, error: Exception) -> None:
        """The call is given up; whoever waits for it may be told, in the same transaction."""


def remember(call: Call, **notes: Any) -> None:
    """Keep ``notes`` for the next try of ``call``; they are stored before Slack is asked."""
    call.memo = json.dumps(call.notes | notes)
    Call.objects.filter(pk=call.pk).update(memo=call.memo)


def is_forgotten(cursor: object, error: SlackPermanentError) -> bool:
    """Whether Slack no longer knows ``cursor``, which an earlier try kept: none lives for ever."""
    return bool(cursor) and error.code == "invalid_cursor"


def incident_of(call: Call) -> Incident:
    """The incident that the call is for, as it is now."""
    if call.incident is None:
        raise ValueError(f"Call {call.pk} ({call}) is for no incident")
    return call.incident
