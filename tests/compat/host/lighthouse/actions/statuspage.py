import json

from django.db import models

from lighthouse.models import StatusPage
from response.core.models import Incident
from response.slack import block_kit, dialog_builder
from response.slack.decorators import ActionContext, action_handler, dialog_handler
from response.slack.decorators.incident_command import incident_command
from response.slack.models import CommsChannel

OPEN_STATUS_PAGE_DIALOG = "dialog-open-status-page"
STATUS_PAGE_UPDATE = "status-page-update"

published = []


@incident_command(["statuspage", "sp"], helptext="Update the statuspage for this incident")
def handle_statuspage(incident: Incident, user_id: str, message: str):
    comms_channel = CommsChannel.objects.get(incident=incident)
    msg = block_kit.Message()
    msg.add_block(
        block_kit.Section(
            block_id="title", text=block_kit.Text("To update the Statuspage, click below!")
        )
    )
    msg.add_block(
        block_kit.Actions(
            block_id="actions",
            elements=[
                block_kit.Button("Update Statuspage", OPEN_STATUS_PAGE_DIALOG, value=incident.pk)
            ],
        )
    )
    msg.send(comms_channel.channel_id)
    return True, None


@action_handler(OPEN_STATUS_PAGE_DIALOG)
def handle_open_status_page_dialog(action_context: ActionContext):
    dialog = dialog_builder.Dialog(
        title="Statuspage Update",
        submit_label="Update",
        state=action_context.incident.pk,
        elements=[
            dialog_builder.Text(
                label="Name",
                name="name",
                value="We're experiencing some issues at the moment",
                hint="Make this concise and clear - it's what will show in the apps",
            ),
            dialog_builder.SelectWithOptions(
                [("Investigating", "investigating"), ("Resolved", "resolved")],
                label="Status",
                name="incident_status",
                value="investigating",
            ),
            dialog_builder.TextArea(
                label="Description", name="message", optional=True, value="More < soon & here"
            ),
            dialog_builder.SelectWithOptions(
                [("No - don't share on Twitter", "False"), ("Yes - post on Twitter", "True")],
                label="Send to Twitter?",
                name="wants_twitter_update",
                optional=True,
            ),
            dialog_builder.SelectFromUsers(label="Who writes", name="writer", optional=True),
        ],
    )
    dialog.send_open_dialog(STATUS_PAGE_UPDATE, action_context.trigger_id)


@dialog_handler(STATUS_PAGE_UPDATE)
def update_status_page(
    user_id: str, channel_id: str, submission: json, response_url: str, state: json
):
    incident_id = state
    incident = Incident.objects.get(pk=incident_id)
    try:
        status_page = StatusPage.objects.get(incident=incident_id)
    except models.ObjectDoesNotExist:
        status_page = StatusPage(incident=incident)
        status_page.save()
    published.append(
        {
            "name": submission["name"],
            "status": submission["incident_status"],
            "message": submission["message"] or "",
            "wants_twitter_update": bool(submission.get("wants_twitter_update", "False") == "True"),
            "writer": submission["writer"],
            "by": user_id,
            "in": channel_id,
            "response_url": response_url,
        }
    )
