"""The headline post's own buttons, and what they do."""

from __future__ import annotations

from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import messages, modals, operations, outbox
from response.slack.block_kit import Button
from response.slack.client import get_client
from response.slack.context import ActionContext
from response.slack.decorators import action_handler, headline_post_action
from response.slack.models import HeadlinePost


@headline_post_action(order=100)
def create_comms_channel_button(headline_post: HeadlinePost) -> Button | None:
    """Until there is a channel; a report needs none."""
    if headline_post.incident.report_only or headline_post.comms_channel is not None:
        return None
    return Button(
        ":speaking_head_in_silhouette: Create Comms Channel",
        HeadlinePost.CREATE_COMMS_CHANNEL_BUTTON,
        value=headline_post.incident.pk,
    )


@headline_post_action(order=200, when="always")
def edit_button(headline_post: HeadlinePost) -> Button:
    """Opens the edit modal; the report of a closed incident is still to be completed."""
    return Button(
        ":pencil2: Edit", HeadlinePost.EDIT_INCIDENT_BUTTON, value=headline_post.incident.pk
    )


@headline_post_action(order=300)
def close_button(headline_post: HeadlinePost) -> Button:
    """Closes the incident after a confirmation."""
    return Button(
        ":white_check_mark: Close",
        HeadlinePost.CLOSE_INCIDENT_BUTTON,
        value=headline_post.incident.pk,
        confirm=messages.close_confirmation(headline_post.incident),
    )


@headline_post_action(order=400, when="closed")
def reopen_button(headline_post: HeadlinePost) -> Button:
    """Takes the end back."""
    return Button(
        ":repeat: Reopen",
        HeadlinePost.REOPEN_INCIDENT_BUTTON,
        value=headline_post.incident.pk,
    )


@action_handler(HeadlinePost.CREATE_COMMS_CHANNEL_BUTTON, atomic=True)
def create_comms_channel(context: ActionContext) -> None:
    """Ask for the channel; whoever presses again is told where it is."""
    incident = _incident(context)
    channel = incident.comms_channel()
    if channel is not None:
        _tell(context, messages.channel_exists(channel))
    elif incident.is_closed():
        _tell(context, messages.closed_already(incident))
    else:
        operations.open_comms_channel(incident, context.user_id)


@action_handler(HeadlinePost.EDIT_INCIDENT_BUTTON, opens_modal=True)
def edit(context: ActionContext) -> None:
    """Open the edit modal with everything filled in."""
    view = modals.edit_modal(_incident(context), channel_id=context.channel_id)
    get_client().api_call(
        "views.open", timeout=modals.PATIENCE, trigger_id=context.trigger_id, view=view
    )


@action_handler(HeadlinePost.CLOSE_INCIDENT_BUTTON, atomic=True)
def close(context: ActionContext) -> None:
    """Close once; who presses later is told when it was closed."""
    incident = _incident(context)
    if not incident.close():
        _tell(context, messages.closed_already(incident))


@action_handler(HeadlinePost.REOPEN_INCIDENT_BUTTON, atomic=True)
def reopen(context: ActionContext) -> None:
    """Open again, once."""
    if not _incident(context).reopen():
        _tell(context, messages.OPEN_ALREADY)


def _incident(context: ActionContext) -> Incident:
    if context.incident is None:
        raise ResponseError("That incident is gone.")
    return context.incident


def _tell(context: ActionContext, text: str) -> None:
    outbox.whisper(
        context.user_id,
        text,
        channel_id=context.channel_id,
        response_url=context.response_url,
        incident=context.incident,
    )
