"""Handlers in the signatures of 0.3 and before, which a host may never have touched again."""

from response.core.models import Incident
from response.slack import block_kit
from response.slack.decorators import action_handler, headline_post_action, keyword_handler
from response.slack.models import CommsChannel


@keyword_handler(["runbook", "run book"])
def runbook_notification(comms_channel: CommsChannel, user: str, text: str, ts: str):
    comms_channel.post_in_channel(f"📗 <@{user}>, the runbooks are in the lower drawer.")


@headline_post_action(order=350)
def old_button(headline_post):
    return block_kit.Button("Ring the bell", "ring-the-bell", value=headline_post.incident.pk)


@action_handler("ring-the-bell")
def ring_the_bell(incident: Incident, user_id: str, message: str):
    incident.summary = f"The bell was rung by {user_id}"
    incident.save()
