"""Accepts a modal's submission, in the request: its effect is stored before the modal closes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError

from response import database, logs
from response.background import schedule_drain
from response.core.actor import acting_as
from response.core.models import Incident
from response.exceptions import ResponseError
from response.slack import (
    limits,
    messages,
    meter,
    modals,
    payloads,
    people,
    permissions,
    registry,
    remembered,
)
from response.slack.block_kit import plain_text
from response.slack.client import forbid_calls
from response.slack.context import ModalContext
from response.slack.discretion import log_exception
from response.slack.models import Delivery
from response.slack.payloads import ViewSubmission
from response.slack.registry import Handler

logger = logs.get_logger("response.slack.submissions")

Reply = dict[str, Any]
FAILED = (
    "Something went wrong on our side and nothing was saved. What you typed is still here: "
    "please submit again in a moment."
)


# Slack's answers after which the same view may be submitted again, on purpose.
GOES_ON = frozenset({"update", "push"})


class _Rejected(Exception):
    """The handler found errors; nothing that it did stays."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


class _DoneBefore(Exception):
    """This step had its effect; what was done now is undone, and answered as it was then."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


def accept(handler: Handler, submission: ViewSubmission) -> Reply | None:
    """Run the handler and answer Slack: None closes the modal, errors keep it open.

    The view's id is stored with the effect. So pressing Submit again, after an answer that
    came too late, changes nothing and closes the modal; or it shows what came next, where the
    answer was to update the view or to push another.
    """
    incident = _incident_number(handler, submission)
    with logs.about(handler=registry.modals.reference(handler.name), incident=incident):
        outcome, reply = _accept(handler, submission)
    meter.count(meter.DELIVERIES, Delivery.Kind.SUBMISSION, outcome)
    return reply


def _accept(handler: Handler, submission: ViewSubmission) -> tuple[str, Reply | None]:
    """How it went, as the metrics call it, and the answer."""
    try:
        return "done", _accept_once(handler, submission)
    except _Rejected as rejected:
        return "refused", _errors(handler, submission, rejected.errors)
    except _DoneBefore as before:
        return "repeated", before.reply
    except ResponseError as refused:
        return "refused", _errors(handler, submission, {refused.field: str(refused)})
    except IntegrityError:
        if _accepted_before(submission):
            logger.info("The modal %s was submitted again", submission.view_id)
            return "repeated", None
        return "failed", _failed(handler, submission)
    except Exception:  # noqa: BLE001 (logged with its traceback; the person keeps what they typed)
        return "failed", _failed(handler, submission)


def _accept_once(handler: Handler, submission: ViewSubmission) -> Reply | None:
    number = _incident_number(handler, submission)
    incident = incident_by_number(number)
    if number and incident is None and handler.name in modals.OF_AN_INCIDENT:
        raise ResponseError(messages.no_such_incident(str(number)))
    permissions.check(
        submission.user_id,
        registry.modals.reference(handler.name),
        incident=incident,
        channel_id=remembered.channel_id(remembered.read(submission.private_metadata)),
        team_id=submission.team_id,
        user_team_id=submission.user_team_id,
    )
    context = ModalContext(
        user_id=submission.user_id,
        callback_id=submission.callback_id,
        view_id=submission.view_id,
        values=submission.values,
        submission=submission.submission,
        private_metadata=submission.private_metadata,
        incident=incident,
    )
    return _take_effect(handler, submission, context)


def _take_effect(
    handler: Handler, submission: ViewSubmission, context: ModalContext
) -> Reply | None:
    """Run the handler in one transaction with the view's id; what it answers.

    What a host wants called after the commit may fail: that takes nothing back.
    """
    reply: Reply | None = None
    committed: list[bool] = []
    calls = forbid_calls(hosts_may=handler.builtin)
    try:
        with database.atomic(), calls, acting_as(people.meet(submission.user_id)):
            database.on_commit(lambda: committed.append(True))
            key = payloads.dedup_key(submission)
            Delivery(key=key, kind=Delivery.Kind.SUBMISSION).save(force_insert=True)
            reply = _reply(handler, handler.function(context))
            if reply is not None and reply["response_action"] in GOES_ON:
                _note_step(submission, reply)
    except Exception:
        if not committed:
            raise
        failure = "%s took effect; what was to be called after its commit failed"
        log_exception(logger, failure, handler.path, form=submission)
        # Django calls none of the others then, ours among them.
        schedule_drain()
    return reply


def _reply(handler: Handler, answer: object) -> Reply | None:
    """What the handler answers, as Slack hears it; raises ``_Rejected`` for errors.

    https://docs.slack.dev/surfaces/modals#response_actions
    """
    if answer is None or answer == {}:
        return None
    if isinstance(answer, Mapping):
        action = answer.get("response_action")
        if action == "clear":
            return {"response_action": action}
        if action in GOES_ON and isinstance(answer.get("view"), Mapping):
            # Here, where what cannot be sent undoes what was done.
            json.dumps(answer["view"])
            return {"response_action": action, "view": answer["view"]}
        errors = answer.get("errors") if action == "errors" else answer
        if isinstance(errors, Mapping) and errors and "response_action" not in errors:
            raise _Rejected({str(field): str(text) for field, text in errors.items()})
    raise TypeError(
        f"{handler.path} returned {answer!r}; a modal handler returns None, or "
        "{block_id: text} for errors beside those inputs, or as Slack has it: "
        '{"response_action": "update" or "push", "view": {…}} or {"response_action": "clear"}'
    )


def _note_step(submission: ViewSubmission, reply: Reply) -> None:
    """Free the view's own key, with which it ends; the step's says that this was done."""
    delivery = Delivery.objects.filter(key=payloads.dedup_key(submission))
    step = payloads.step_key(submission)
    if Delivery.objects.filter(key=step).exists():
        raise _DoneBefore(reply)
    delivery.update(key=step)


def _incident_number(handler: Handler, submission: ViewSubmission) -> int | None:
    """Which incident the modal was opened for, where it says so.

    Ours remember it beside other things; a host's form says it, if at all, with all of it.
    """
    if handler.name in modals.OF_AN_INCIDENT:
        return remembered.incident_number(remembered.read(submission.private_metadata))
    return payloads.row_number(submission.private_metadata)


def incident_by_number(number: int | None) -> Incident | None:
    """The incident whose number a form remembers, or a button carries."""
    if number is None:
        return None
    return Incident.objects.select_related("lead", "reporter").filter(pk=number).first()


def _accepted_before(submission: ViewSubmission) -> bool:
    return Delivery.objects.filter(key=payloads.dedup_key(submission)).exists()


def _failed(handler: Handler, submission: ViewSubmission) -> Reply:
    failure = "The modal handler %s failed"
    log_exception(logger, failure, handler.path, form=submission)
    return _errors(handler, submission, {"": FAILED})


def _errors(handler: Handler, submission: ViewSubmission, errors: Mapping[str, str]) -> Reply:
    """Errors beside their inputs; Slack shows none at all if one names no input.

    https://docs.slack.dev/surfaces/modals#displaying_errors
    """
    inputs = submission.inputs or tuple(submission.values)
    if not inputs:
        return {"response_action": "update", "view": _notice("\n".join(errors.values()))}
    unknown = [field for field in errors if field and field not in inputs]
    if unknown:
        logger.error(
            "%s has errors for %s, which are no inputs of the modal %r; there are %s",
            handler.path,
            ", ".join(unknown),
            submission.callback_id,
            ", ".join(inputs),
        )
    beside: dict[str, list[str]] = {}
    for field, text in errors.items():
        beside.setdefault(field if field in inputs else inputs[0], []).append(text)
    shown = {field: "\n".join(texts) for field, texts in beside.items()}
    return {"response_action": "errors", "errors": shown}


def _notice(text: str) -> Reply:
    """A modal that says what went wrong with one that has no place for it."""
    return {
        "type": "modal",
        "title": plain_text("That did not work", limits.VIEW_TITLE),
        "close": plain_text("Close", limits.VIEW_TITLE),
        "blocks": [{"type": "section", "text": plain_text(text, limits.SECTION_TEXT)}],
    }
