"""What is done with a delivery before Slack hears 200: found out who wants it, and stored.

Only what must answer in the same response runs here: opening a modal, since its trigger lives
three seconds, and accepting a modal's submission, since its errors belong beside its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response import database, logs
from response.conf import conf
from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import (
    inbox,
    invoke,
    keywords,
    messages,
    modals,
    old_dialogs,
    outbox,
    payloads,
    permissions,
    registry,
    remembered,
)
from response.slack.discretion import log_exception
from response.slack.errors import SlackError, TriggerExpired
from response.slack.models import CommsChannel, Delivery
from response.slack.payloads import (
    BlockAction,
    DialogSubmission,
    EventCallback,
    MessageShortcut,
    Shortcut,
    UnknownPayload,
    ViewSubmission,
)
from response.slack.registry import Handler
from response.slack.submissions import accept, incident_by_number

logger = logs.get_logger("response.slack.intake")

OF_CHANNEL = (
    f"SELECT incident_id FROM {CommsChannel._meta.db_table} "  # noqa: S608 (our own names)
    "WHERE channel_id = %s AND superseded = %s"
)

Kind = Delivery.Kind
Reply = dict[str, Any]
# Events without a channel are worked off in one lane, in their order.
WORKSPACE_LANE = "workspace"


# -- events ---------------------------------------------------------------------------------


def receive_event(payload: Mapping[str, Any], event: EventCallback) -> None:
    """Store an event for the handlers that want it; one that none wants leaves no row."""
    if _is_our_own_talk(event):
        return
    incident_id = _incident_id_of_channel(event.channel_id)
    handlers = _wanted_by(event, in_incident=incident_id is not None)
    if handlers:
        inbox.store(
            key=payloads.dedup_key(event),
            kind=Kind.EVENT,
            payload=payload,
            handlers=handlers,
            lane=event.channel_id or WORKSPACE_LANE,
            incident_id=incident_id,
        )


def _incident_id_of_channel(channel_id: str) -> int | None:
    """The number of the incident whose comms channel this is: one indexed look-up.

    There may be hundreds of messages a second, most of them in other channels: no model is made.
    """
    if not channel_id:
        return None
    row = database.first_row(OF_CHANNEL, [channel_id, False])
    return row[0] if row else None


def incident_of_channel(channel_id: str) -> Incident | None:
    """The incident whose comms channel this is."""
    if not channel_id:
        return None
    rows = CommsChannel.objects.filter(channel_id=channel_id, superseded=False)
    comms_channel = rows.select_related("incident").first()
    return comms_channel.incident if comms_channel else None


def _is_our_own_talk(event: EventCallback) -> bool:
    """Our posts come back to us as events; nobody wants those."""
    if event.type not in ("message", "app_mention"):
        return False
    return event.is_own or event.is_from(conf.incident_bot_id)


def _wanted_by(event: EventCallback, *, in_incident: bool) -> list[str]:
    wanted: list[str] = []
    by_bot = bool(event.bot_id) or event.subtype == "bot_message"
    if event.type == "app_mention" and in_incident and not by_bot:
        wanted += _command(event)
    is_command = bool(wanted)
    if event.type == "message" and in_incident:
        wanted += _keywords(event)
    if by_bot and event.type in ("message", "app_mention"):
        # Other bots may say keywords (alerts do); our event handlers are for people's talk.
        return wanted
    for reference, handler in registry.events.matching(event.type):
        if handler.options.get("channel_type", event.channel_type) != event.channel_type:
            continue
        if is_command and not handler.options.get("known_commands", True):
            continue
        if in_incident or not handler.in_incident:
            wanted.append(reference)
    return wanted


def _command(event: EventCallback) -> list[str]:
    mention = payloads.parse_mention(event.text, event.bot_user_id)
    if mention is None or not mention.leads or registry.commands.get(mention.command) is None:
        return []
    return [registry.commands.reference(mention.command)]


def _keywords(event: EventCallback) -> list[str]:
    message = payloads.parse_message(event.event)
    if not len(registry.keywords) or not message.is_typed or not message.text:
        return []
    mention = payloads.parse_mention(message.text, event.bot_user_id) if event.bot_user_id else None
    if mention is not None and mention.leads:
        return []
    return [
        reference
        for reference, handler in registry.keywords.items()
        if keywords.is_said(handler.name, message.text)
    ]


# -- interactions ---------------------------------------------------------------------------


def receive_interaction(payload: Mapping[str, Any]) -> Reply | None:
    """Store an interaction, or deal with it at once; what Slack is to be answered, if anything.

    Raises ``MalformedPayload``.
    """
    interaction = payloads.parse_interaction(payload)
    if isinstance(interaction, ViewSubmission):
        return _receive_submission(payload, interaction)
    if isinstance(interaction, BlockAction):
        _receive_action(payload, interaction)
    elif isinstance(interaction, (Shortcut, MessageShortcut)):
        _receive_shortcut(payload, interaction)
    elif isinstance(interaction, DialogSubmission):
        return _receive_dialog(payload, interaction)
    elif isinstance(interaction, UnknownPayload):
        logger.warning("Slack sent an interaction of type %r; it is ignored", interaction.type)
    return None


def _receive_submission(payload: Mapping[str, Any], submission: ViewSubmission) -> Reply | None:
    handler = registry.modals.get(submission.callback_id)
    dialog = registry.dialogs.get(submission.callback_id)
    # A host's @dialog_handler of one of our forms replaces ours, as it did in 0.5.1.
    if handler is not None and not (handler.builtin and dialog is not None):
        return accept(handler, submission)
    if dialog is None:
        logger.warning(
            "Nothing handles the modal %r: register @modal_handler(%r)",
            submission.callback_id,
            submission.callback_id,
        )
        return None
    _store_dialog(payload, submission, _incident_of_form(submission))
    return None


def _receive_dialog(payload: Mapping[str, Any], dialog: DialogSubmission) -> Reply | None:
    """A dialog that was opened before the upgrade, a host's or one of ours."""
    handler = old_dialogs.handler_of(dialog.callback_id)
    if handler is not None and registry.dialogs.get(dialog.callback_id) is None:
        return old_dialogs.accept(handler, dialog)
    _store_dialog(payload, dialog, incident_of_channel(dialog.channel_id))
    return None


def _incident_of_form(submission: ViewSubmission) -> Incident | None:
    """The incident in whose channel a host's dialog was opened; or that our form was for."""
    form = remembered.read(submission.private_metadata)
    incident = incident_of_channel(remembered.channel_id(form))
    if incident is None and submission.callback_id in modals.OF_AN_INCIDENT:
        return incident_by_number(remembered.incident_number(form))
    return incident


def _store_dialog(
    payload: Mapping[str, Any],
    dialog: ViewSubmission | DialogSubmission,
    incident: Incident | None,
) -> None:
    if registry.dialogs.get(dialog.callback_id) is None:
        logger.warning("Nothing handles the dialog %r", dialog.callback_id)
        return
    inbox.store_urgent(
        key=payloads.dedup_key(dialog),
        kind=Kind.DIALOG,
        payload=payload,
        handler=registry.dialogs.reference(dialog.callback_id),
        incident=incident,
    )


def _receive_action(payload: Mapping[str, Any], action: BlockAction) -> None:
    handler = registry.actions.get(action.action_id)
    if handler is None:
        # Buttons that are links, and inputs with dispatch_action, need none.
        logger.info("Nothing handles the action %r", action.action_id)
        return
    number = payloads.row_number(action.value)
    incident = incident_of_channel(action.channel_id) or incident_by_number(number)
    if incident is None and action.container_type != "view":
        _tell(action, messages.no_such_incident(action.value))
    elif handler.opens_modal:
        _open_modal(action, handler, incident)
    else:
        inbox.store_urgent(
            key=payloads.dedup_key(action),
            kind=Kind.ACTION,
            payload=payload,
            handler=registry.actions.reference(action.action_id),
            incident=incident,
        )


def _receive_shortcut(payload: Mapping[str, Any], shortcut: Shortcut | MessageShortcut) -> None:
    handler = registry.shortcuts.get(shortcut.callback_id)
    if handler is None:
        logger.warning("Nothing handles the shortcut %r", shortcut.callback_id)
        return
    incident = incident_of_channel(getattr(shortcut, "channel_id", ""))
    if handler.opens_modal:
        _open_modal(shortcut, handler, incident)
        return
    inbox.store_urgent(
        key=payloads.dedup_key(shortcut),
        kind=Kind.SHORTCUT,
        payload=payload,
        handler=registry.shortcuts.reference(shortcut.callback_id),
        incident=incident,
    )


def _open_modal(
    click: BlockAction | Shortcut | MessageShortcut, handler: Handler, incident: Incident | None
) -> None:
    """Run a handler that opens a modal while the trigger still lives; failures are told."""
    reference = f"{handler.kind}:{handler.name}"
    with logs.about(handler=reference, incident=incident.pk if incident else None):
        _open_while_it_lives(click, handler, reference, incident)


def _open_while_it_lives(
    click: BlockAction | Shortcut | MessageShortcut,
    handler: Handler,
    reference: str,
    incident: Incident | None,
) -> None:
    try:
        permissions.check(
            click.user_id,
            reference,
            incident=incident,
            channel_id=getattr(click, "channel_id", ""),
            team_id=click.team_id,
            user_team_id=click.user_team_id,
            may_ask_slack=False,
        )
        if isinstance(click, BlockAction):
            invoke.call_action(handler, click, incident)
        else:
            invoke.call_shortcut(handler, click, incident)
    except permissions.Refused as refused:
        _tell(click, str(refused))
    except TriggerExpired:
        _tell(click, messages.TRIGGER_EXPIRED, messages.try_again(click))
    except SlackError as error:
        logger.warning("The modal of %s could not be opened: %s", reference, error)
        _tell(click, messages.modal_failed(error), messages.try_again(click))
    except ResponseError as refused:
        _tell(click, str(refused))
    except Exception:  # noqa: BLE001 (logged below)
        # Slack would show a 500 as a mere warning sign.
        log_exception(logger, "The handler %s failed", handler.path, incident=incident)
        _tell(click, messages.MODAL_BROKEN)


def _tell(
    click: BlockAction | Shortcut | MessageShortcut,
    text: str,
    blocks: list[dict[str, Any]] | None = None,
) -> None:
    outbox.whisper(
        click.user_id,
        text,
        channel_id=getattr(click, "channel_id", ""),
        response_url=getattr(click, "response_url", ""),
        blocks=blocks,
    )
