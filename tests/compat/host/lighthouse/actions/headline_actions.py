import json

from lighthouse.actions.pager import page_specialist
from lighthouse.models import Specialist
from response.core.models import Incident
from response.slack import block_kit, dialog_builder
from response.slack.decorators import (
    ActionContext,
    action_handler,
    dialog_handler,
    headline_post_action,
)

# One id names the action and the dialog.
PAGE_LEAD_DIALOG = "page-incident-lead"


@headline_post_action(order=150)
def page_incident_lead_headline_action(headline_post):
    return block_kit.Button(
        "📟 Page Incident Lead", PAGE_LEAD_DIALOG, value=headline_post.incident.pk
    )


@headline_post_action(order=250)
def only_for_the_worst(headline_post):
    if headline_post.incident.severity != "1":
        return None
    return block_kit.Button("☎️ Call the coast guard", "coast-guard", value="the coast guard")


@action_handler(PAGE_LEAD_DIALOG)
def handle_page_incident_lead(context: ActionContext):
    dialog = dialog_builder.Dialog(
        title="Page an Incident Lead",
        submit_label="Page",
        elements=[
            dialog_builder.Text(
                label="Message",
                name="message",
                placeholder="Why do you need them?",
                hint="You might be waking this person up. Please make this friendly and clear.",
            )
        ],
        state=context.incident.pk,
    )
    dialog.send_open_dialog(PAGE_LEAD_DIALOG, context.trigger_id)


@dialog_handler(PAGE_LEAD_DIALOG)
def page_lead_dialog(
    user_id: str, channel_id: str, submission: json, response_url: str, state: json
):
    incident_id = state
    incident = Incident.objects.get(pk=incident_id)
    specialist = Specialist.objects.get(name="incident-leads")
    page_specialist(incident, specialist, submission["message"])
