"""Who may act in Slack: the default of ``RESPONSE_SLACK_PERMISSION``, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from response import logs
from response.conf import conf
from response.core import permissions as rule
from response.core.models import ExternalUser, Incident
from response.core.models.external_user import SLACK
from response.exceptions import ResponseError
from response.slack import messages, operations, users
from response.slack.client import get_client
from response.slack.errors import SlackCallInTransaction, SlackError
from response.slack.models import CommsChannel, SlackUser

logger = logs.get_logger("response.slack.permissions")

# How long a click may wait for Slack to say who somebody is, in seconds.
PATIENCE = 1.5


@dataclass(frozen=True, kw_only=True)
class PermissionRequest:
    """Somebody wants to do something.

    ``action`` is the handler's reference, such as ``command:close``, ``action:close-incident-
    button`` or ``modal:incident-report-dialog``. ``foreign`` says that they belong to another
    workspace. ``slack_user`` is what we know of them, None if nothing.
    """

    user_id: str
    action: str
    user: ExternalUser | None = None
    slack_user: SlackUser | None = None
    incident: Incident | None = None
    foreign: bool = False


class Refused(ResponseError):
    """The person may not do that; the text is for them."""


def full_members_only(request: PermissionRequest) -> bool:
    """Full members of our own workspace may do everything.

    Guests and people of other workspaces may not. Somebody of whom Slack did not tell us
    anything in time counts as a member: on a bad day Slack may be half broken, and the
    incident must be declared.
    """
    if request.foreign:
        return False
    known = request.slack_user
    return known is None or not (known.is_guest or known.is_bot or known.user.deleted)


def check(
    user_id: str,
    action: str,
    *,
    incident: Incident | None = None,
    channel_id: str = "",
    team_id: str = "",
    user_team_id: str = "",
    may_ask_slack: bool = True,
    person: ExternalUser | None = None,
) -> ExternalUser | None:
    """Raise ``Refused`` unless this person may do that; who it is, None if we do not know.

    ``channel_id`` is where they act, as Slack says: who acts in the channel of a private
    incident is in it, even if we were never told. ``team_id`` is our workspace and
    ``user_team_id`` theirs, as far as Slack's payload says. Of a private incident that they may
    not see they are told as if it were not there.

    Somebody we have never heard of is looked up in Slack first, if that may take a moment
    here; else, and if Slack fails, in the background for the next time. ``person`` spares a
    query, if the caller has just read them.
    """
    if incident is not None and not (
        may_see(user_id, incident) or _is_inside(channel_id, incident)
    ):
        raise Refused(messages.no_such_incident(str(incident.pk)))
    known: SlackUser | None = getattr(person, "response_slack", None) or _known(user_id)
    if known is None:
        known = _fetch(user_id) if may_ask_slack else None
        if known is None:
            operations.fetch_user(user_id)
    theirs = {user_team_id, known.team_id if known else ""} - {""}
    request = PermissionRequest(
        user_id=user_id,
        action=action,
        user=known.user if known else None,
        slack_user=known,
        incident=incident,
        foreign=bool(team_id) and bool(theirs - {team_id}),
    )
    if not conf.slack_permission(request):
        raise Refused(
            "Sorry, only full members of this workspace may do that. Ask one of them, for "
            "instance in the incidents channel, to do it for you."
        )
    return request.user


def why_not_lead(user_id: str) -> str:
    """Why this person cannot lead, for who named them; empty if they can, as far as we know.

    A lead must be able to act: bots and guests are not, and cannot be invited by us either.
    """
    known = _known(user_id)
    if user_id == conf.incident_bot_id or (known is not None and known.is_bot):
        return "A bot cannot lead an incident. Please name a person."
    if known is not None and (known.is_guest or known.user.deleted):
        return "Only full members of this workspace can lead. Please name one of them."
    return ""


def _known(user_id: str) -> SlackUser | None:
    people = Q(user__app_id="slack", user__external_id=user_id, user__superseded=False)
    return SlackUser.objects.filter(people).select_related("user").first()


def _fetch(user_id: str) -> SlackUser | None:
    try:
        answer = get_client().api_call("users.info", timeout=PATIENCE, user=user_id)
        users.keep_answer(answer, fetched_at=timezone.now())
    except SlackCallInTransaction:
        raise
    except SlackError as error:
        logger.warning("Slack did not say who %s is: %s", user_id, error)
        return None
    return _known(user_id)


def _is_inside(channel_id: str, incident: Incident) -> bool:
    channels = CommsChannel.objects.filter(incident=incident, is_private=True)
    return bool(channel_id) and channels.filter(channel_id=channel_id).exists()


def may_see(user_id: str, incident: Incident | None) -> bool:
    """Whether the incident exists for this person; core has the rule."""
    if incident is None or not incident.private:
        return True
    people = ExternalUser.objects.filter(
        app_id=SLACK, external_id=user_id, superseded=False
    ).select_related("owner")
    return rule.may_see(people.first(), incident)
