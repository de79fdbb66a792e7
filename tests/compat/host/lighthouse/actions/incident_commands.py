import json

from lighthouse.actions.pager import page_specialist
from lighthouse.models import Specialist
from response.core.models import Incident
from response.slack import block_kit, dialog_builder
from response.slack.decorators import ActionContext, action_handler, dialog_handler
from response.slack.decorators.incident_command import get_help, incident_command
from response.slack.models import CommsChannel

ESCALATE_BUTTON = "escalate-button-id"
PAGE_SPECIALIST_DIALOG = "dialog-page-specialist"


@incident_command(["escalate", "esc", "page"], helptext="Page another team!")
def handle_escalation(incident: Incident, user_id: str, message: str):
    msg = block_kit.Message()
    specialists = Specialist.objects.all().order_by("name")
    if not specialists:
        msg.add_block(block_kit.Section(text=block_kit.Text("No teams have been configured 😢")))
    else:
        msg.add_block(
            block_kit.Section(text=block_kit.Text("Let's find the right team to help out 🔍"))
        )
        msg.add_block(block_kit.Divider())
        for team in specialists:
            team_section = block_kit.Section(
                text=block_kit.Text(f"*{team.name}*\n{team.summary}"),
                accessory=block_kit.Button(
                    f"📟 Page {team.name}", ESCALATE_BUTTON, value=f"{team.name}"
                ),
            )
            msg.add_block(team_section)
        msg.add_block(block_kit.Divider())

    comms_channel = CommsChannel.objects.get(incident=incident)
    msg.send(comms_channel.channel_id)
    return True, None


@action_handler(ESCALATE_BUTTON)
def handle_page_teams(context: ActionContext):
    dialog = dialog_builder.Dialog(
        title="Escalate to another team",
        submit_label="Escalate",
        elements=[dialog_builder.Text(label="Message", name="message")],
        state=context.value,
    )
    dialog.send_open_dialog(PAGE_SPECIALIST_DIALOG, context.trigger_id)


@dialog_handler(PAGE_SPECIALIST_DIALOG)
def page_specialist_dialog(
    user_id: str, channel_id: str, submission: json, response_url: str, state: json
):
    comms_channel = CommsChannel.objects.get(channel_id=channel_id)
    specialist = Specialist.objects.get(name=state)
    page_specialist(comms_channel.incident, specialist, submission["message"])


@incident_command(["duration"], helptext="How long has this incident been running?")
def handle_incident_duration(incident: Incident, user_id: str, message: str):
    return True, f"⏱️ The incident has been running for {incident.duration()}"


@incident_command(["grumble"], helptext="Refuse to do anything")
def handle_grumble(incident: Incident, user_id: str, message: str):
    return False, f"<@{user_id}> said {message}"


@incident_command(["manual"], helptext="What there is to say")
def handle_manual(incident: Incident, user_id: str, message: str):
    return True, get_help()
