"""Found because `tests.host` is installed; its names are used by no other test's story."""

from typing import Any

from response.models import CommsChannel, Incident
from response.slack.decorators import (
    ActionContext,
    action_handler,
    dialog_handler,
    event_handler,
    incident_command,
    keyword_handler,
)


@incident_command(["host-command"], helptext="A command of the tests' host.")
def command(incident: Incident, user_id: str, message: str) -> tuple[bool, str | None]:
    return True, f"The host heard {message!r}."


@keyword_handler(["host keyword"])
def keyword(comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str) -> None:
    comms_channel.post_in_channel("The host heard its keyword.")


@action_handler("host-action")
def action(action_context: ActionContext) -> None:
    pass


@dialog_handler("host-dialog")
def dialog(
    user_id: str, channel_id: str, submission: dict[str, Any], response_url: str, state: str
) -> None:
    pass


@event_handler("host_event")
def event(incident: Incident, payload: dict[str, Any]) -> None:
    pass
