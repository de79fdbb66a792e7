"""Acme's handlers, found because this app is installed: one for each kind that a host may write.

They are the examples of Response's documentation since its first release, unchanged in what
they do: whatever was written for Response 0.5.1 looks like this and runs.
"""

from typing import Any

from response.exceptions import ResponseError
from response.models import CommsChannel, HeadlinePost, Incident
from response.slack import block_kit
from response.slack.decorators import (
    ActionContext,
    action_handler,
    event_handler,
    headline_post_action,
    incident_command,
    keyword_handler,
    recurring_notification,
    single_notification,
)

RUNBOOKS = "https://runbooks.acme.example/"


@incident_command(["duration"], helptext="How long has this incident been running?")
def duration(incident: Incident, user_id: str, message: str) -> tuple[bool, str | None]:
    """`@incident duration`: replaces the command of that name which the app brings along."""
    return True, f"⏱️ The incident has been running for {incident.duration()}"


@recurring_notification(interval_mins=30, max_notifications=10)
def take_a_break(incident: Incident) -> None:
    comms_channel = incident.comms_channel()
    if comms_channel is not None:
        comms_channel.post_in_channel(
            "👋 30 minutes have elapsed. Think about taking a few minutes away from the screen."
        )


@single_notification(initial_delay_mins=10)
def tell_customers(incident: Incident) -> None:
    comms_channel = incident.comms_channel()
    if comms_channel is not None and not incident.report_only:
        comms_channel.post_in_channel("📣 Ten minutes in: is it time to update the status page?")


@keyword_handler(["runbook", "run book"])
def point_at_runbooks(
    comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str
) -> None:
    comms_channel.post_in_channel(f"📗 If you are looking for our runbooks, see {RUNBOOKS}")


@action_handler(HeadlinePost.CLOSE_INCIDENT_BUTTON)
def close_incident(action_context: ActionContext) -> None:
    """The Close button: replaces the handler that the app brings along.

    What follows from closing (announcement, headline, timeline) comes from the incident itself.
    """
    incident = _incident(action_context)
    if not incident.close():
        raise ResponseError(f"This incident was already closed, {incident.end_time:%d %b %H:%M}.")


@headline_post_action(order=150)
def page_on_call_button(headline_post: HeadlinePost) -> block_kit.Button | None:
    if headline_post.incident.is_closed():
        return None
    return block_kit.Button(
        "📟 Page on-call", HeadlinePost.PAGE_ON_CALL_BUTTON, value=headline_post.incident.pk
    )


@action_handler(HeadlinePost.PAGE_ON_CALL_BUTTON)
def page_on_call(action_context: ActionContext) -> None:
    """Where a real host would call its pager."""
    incident = _incident(action_context)
    said = f"📟 <@{action_context.user_id}> paged Acme's on-call engineer."
    comms_channel = incident.comms_channel()
    if comms_channel is not None:
        comms_channel.post_in_channel(said)
    else:
        HeadlinePost.objects.get(incident=incident, superseded=False).post_to_thread(said)


@event_handler("pin_added")
def praise_pins(incident: Incident, payload: dict[str, Any]) -> None:
    """Runs beside the app's own handler, which puts the pinned message on the timeline."""
    comms_channel = incident.comms_channel()
    if comms_channel is not None:
        comms_channel.post_in_channel(f"📌 <@{payload['user']}> put that on the timeline.")


def _incident(action_context: ActionContext) -> Incident:
    if action_context.incident is None:
        raise ResponseError("That incident is gone.")
    return action_context.incident
