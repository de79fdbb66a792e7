"""From an envelope to its acknowledgement: the same intake as over HTTP, and the same answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.signals import request_finished, request_started
from django.views.decorators.debug import sensitive_variables
from slack_sdk.socket_mode.request import SocketModeRequest

from response import logs
from response.slack import declare, intake, payloads
from response.slack.payloads import EventCallback, MalformedPayload, SlashCommand

logger = logs.get_logger("response.slack.socket_mode")

Payload = Mapping[str, Any]
Reply = dict[str, Any]
# Sends the acknowledgement; the argument is what the HTTP response's body would be.
Acknowledge = Callable[[Reply | None], None]


@sensitive_variables()
def receive(request: SocketModeRequest, acknowledge: Acknowledge) -> None:
    """Store what an envelope brings, then acknowledge it; never raises.

    What could not be stored is not acknowledged: Slack shows the person that it failed, and
    sends events again. Around it stand the signals of an HTTP request, so that connections to
    the database are looked after, and work begins after the answer, as in a web process.
    """
    if request.retry_attempt:
        logger.info(
            "Slack sends %s again (try %s: %s)",
            request.envelope_id,
            request.retry_attempt,
            request.retry_reason,
        )
    request_started.send(sender=receive, environ={})
    try:
        reply = answer(request.type, request.payload)
        if reply is not None and not request.accepts_response_payload:
            logger.warning("Slack takes no answer to this %s; it is left out", request.type)
            reply = None
        acknowledge(reply)
    except MalformedPayload as malformed:
        logger.warning("Refused a payload in an envelope %r: %s", request.type, malformed)
    except Exception:
        logger.exception(
            "The %s envelope %s is not acknowledged", request.type, request.envelope_id
        )
    finally:
        request_finished.send(sender=receive)


def answer(kind: str, payload: Payload) -> Reply | None:
    """What Slack is to be told about a payload that is stored, if anything.

    Raises ``MalformedPayload``, or what keeps it from being stored.
    """
    receiver = _RECEIVERS.get(kind)
    if receiver is None:
        logger.warning("Slack sent an envelope of type %r; it is ignored", kind)
        return None
    return receiver(payload)


def _event(payload: Payload) -> None:
    parsed = payloads.parse_event(payload)
    if isinstance(parsed, EventCallback):
        intake.receive_event(payload, parsed)
    else:
        logger.warning("Slack sent an event of type %r; it is ignored", payload.get("type"))


def _slash_command(payload: Payload) -> Reply | None:
    command = payloads.parse_slash_command(payload)
    return declare.open_declare_modal(command) if isinstance(command, SlashCommand) else None


_RECEIVERS: dict[str, Callable[[Payload], Reply | None]] = {
    "events_api": _event,
    "interactive": intake.receive_interaction,
    "slash_commands": _slash_command,
}
