"""``@incident summary`` and ``@incident impact``: shown, set, and proposed for a change."""

from __future__ import annotations

from collections.abc import Mapping

from response import text
from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import messages, modals, outbox, payloads
from response.slack.client import get_client
from response.slack.context import ActionContext, ModalContext
from response.slack.decorators import action_handler, incident_command, modal_handler
from response.slack.models import Proposal

Result = tuple[bool | None, str | None]

PROPOSAL_GONE = "That proposal is gone: say the command with the new text again."


@incident_command(
    ["summary"], helptext="Show the summary, or set it: `summary what is going on`", atomic=True
)
def summary(incident: Incident, user_id: str, message: str) -> Result:
    """Show, set or propose the summary."""
    return _show_or_set(incident, "summary", message)


@incident_command(
    ["impact"], helptext="Show the impact, or set it: `impact who is affected`", atomic=True
)
def impact(incident: Incident, user_id: str, message: str) -> Result:
    """Show, set or propose the impact."""
    return _show_or_set(incident, "impact", message)


def _show_or_set(incident: Incident, field: str, message: str) -> Result:
    """Set a text that is not there yet; show one that is, with the new one proposed."""
    new = text.from_slack(message)
    present = getattr(incident, field)
    if new and not present:
        setattr(incident, field, new)
        incident.save()
        return True, None
    proposal = None
    if new and new != present:
        proposal = Proposal.objects.create(incident=incident, field=field, text=new)
    fallback, blocks = messages.current_text(incident, field, proposal)
    channel = incident.comms_channel()
    outbox.post(channel.channel_id, fallback, blocks=blocks, incident=incident)
    return True, None


@action_handler(messages.SET_PROPOSED_ACTION, atomic=True)
def accept_proposal(context: ActionContext) -> None:
    """Yes: the proposed text becomes the present one."""
    proposal = Proposal.objects.filter(
        pk=payloads.row_number(context.value) or 0, incident=context.incident
    ).first()
    if proposal is None:
        raise ResponseError(PROPOSAL_GONE)
    _accept(context, proposal.field, proposal.text)


@action_handler(messages.SET_POSTED_SUMMARY_ACTION, atomic=True)
def accept_posted_summary(context: ActionContext) -> None:
    """Yes, below a summary that 0.5.1 proposed before the upgrade."""
    _accept(context, "summary", messages.posted_proposal(context.message, "summary"))


@action_handler(messages.SET_POSTED_IMPACT_ACTION, atomic=True)
def accept_posted_impact(context: ActionContext) -> None:
    """Yes, below an impact that 0.5.1 proposed before the upgrade."""
    _accept(context, "impact", messages.posted_proposal(context.message, "impact"))


def _accept(context: ActionContext, field: str, proposed: str) -> None:
    incident = context.incident
    if incident is None or not proposed:
        raise ResponseError(PROPOSAL_GONE)
    if getattr(incident, field) == proposed:
        raise ResponseError(f"The {field} says that already.")
    setattr(incident, field, proposed)
    incident.save()
    outbox.post(context.channel_id, messages.text_set(incident, field), incident=incident)


@action_handler(messages.CHANGE_SUMMARY_ACTION, opens_modal=True)
def change_summary(context: ActionContext) -> None:
    """Change: open the summary for editing."""
    _open(context, "summary")


@action_handler(messages.CHANGE_IMPACT_ACTION, opens_modal=True)
def change_impact(context: ActionContext) -> None:
    """Change: open the impact for editing."""
    _open(context, "impact")


def _open(context: ActionContext, field: str) -> None:
    if context.incident is None:
        raise ResponseError("That incident is gone.")
    view = modals.change_text_modal(context.incident, field, channel_id=context.channel_id)
    get_client().api_call(
        "views.open", timeout=modals.PATIENCE, trigger_id=context.trigger_id, view=view
    )


@modal_handler(modals.CHANGE_TEXT_MODAL)
def change_text(context: ModalContext) -> Mapping[str, str] | None:
    """Store the edited text and tell the channel; saved as it was, it changes nothing."""
    incident, field, new = modals.parse_changed_text(context)
    if new == getattr(incident, field):
        return None
    setattr(incident, field, new)
    incident.save()
    channel = incident.comms_channel()
    if channel is not None:
        outbox.post(channel.channel_id, messages.text_set(incident, field), incident=incident)
    return None
