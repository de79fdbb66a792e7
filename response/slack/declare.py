"""``/incident``: the modal that declares an incident, opened within the request."""

from __future__ import annotations

import json
from typing import Any

from response import logs, text
from response.conf import conf
from response.exceptions import ResponseError
from response.slack import messages, modals, permissions
from response.slack.client import get_client
from response.slack.errors import SlackError
from response.slack.payloads import SlashCommand

logger = logs.get_logger("response.slack.declare")

# Slack waits 3 seconds for the answer to a command; what is left is for our own work.
PATIENCE = 2.2


def open_declare_modal(command: SlashCommand) -> dict[str, Any] | None:
    """Open the modal; None when it is open, else the message that answers the command.

    What was typed after the command becomes the title, and stands in the answer if Slack
    fails, so that it is not lost.
    """
    title = text.to_editable(text.from_slack(command.text)).strip()
    try:
        permissions.check(command.user_id, "command:/incident", may_ask_slack=False)
        view = modals.declare_modal(
            title=title,
            report_channel=conf.has_report_channel,
            may_be_private=conf.private_incidents,
            private_metadata=json.dumps(
                {"channel": command.channel_id, "response_url": command.response_url}
            ),
        )
        get_client().api_call(
            "views.open", timeout=PATIENCE, trigger_id=command.trigger_id, view=view
        )
    except permissions.Refused as refused:
        return {"response_type": "ephemeral", "text": messages.refused(str(refused), command.text)}
    except SlackError as error:
        logger.warning("The declare modal could not be opened: %s", error)
        return {"response_type": "ephemeral", "text": messages.declare_failed(command.text, error)}
    except Exception:
        # A 500 would lose what was typed.
        logger.exception("The declare modal could not be opened")
        ours = ResponseError("something went wrong on our side")
        return {"response_type": "ephemeral", "text": messages.declare_failed(command.text, ours)}
    return None
