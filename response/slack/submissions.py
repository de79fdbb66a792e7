"""Accepts a modal's submission, in the request: its effect is stored before the modal closes."""

from __future__ import annotations

import logging
from typing import Any

from django.db import IntegrityError

from response import database
from response.core.actor import acting_as
from response.exceptions import ResponseError
from response.slack import payloads, people, permissions, registry
from response.slack.client import forbid_calls
from response.slack.context import ModalContext
from response.slack.models import Delivery
from response.slack.payloads import ViewSubmission
from response.slack.registry import Handler

logger = logging.getLogger("response.slack.submissions")

Reply = dict[str, Any]
FAILED = (
    "Something went wrong on our side and nothing was saved. What you typed is still here: "
    "please submit again in a moment."
)


class _Rejected(Exception):
    """The handler found errors; nothing that it did stays."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(errors)
        self.errors = errors


def accept(handler: Handler, submission: ViewSubmission) -> Reply | None:
    """Run the handler and answer Slack: None closes the modal, errors keep it open.

    The view's id is stored with the effect. So pressing Submit again, after an answer that
    came too late, changes nothing and closes the modal.
    """
    try:
        permissions.check(
            submission.user_id,
            registry.modals.reference(handler.name),
            team_id=submission.team_id,
            user_team_id=submission.user_team_id,
        )
        _accept_once(handler, submission)
    except _Rejected as rejected:
        return _errors(rejected.errors)
    except ResponseError as refused:
        return _errors({_first_block(submission): str(refused)})
    except IntegrityError:
        if _accepted_before(submission):
            logger.info("The modal %s was submitted again", submission.view_id)
            return None
        return _failed(handler, submission)
    except Exception:  # noqa: BLE001 (logged with its traceback; the person keeps what they typed)
        return _failed(handler, submission)
    return None


def _accept_once(handler: Handler, submission: ViewSubmission) -> None:
    context = ModalContext(
        user_id=submission.user_id,
        callback_id=submission.callback_id,
        view_id=submission.view_id,
        values=submission.values,
        submission=submission.submission,
        private_metadata=submission.private_metadata,
    )
    with database.atomic(), forbid_calls(), acting_as(people.meet(submission.user_id)):
        key = payloads.dedup_key(submission)
        Delivery(key=key, kind=Delivery.Kind.SUBMISSION).save(force_insert=True)
        errors = handler.function(context)
        if errors:
            raise _Rejected(dict(errors))


def _accepted_before(submission: ViewSubmission) -> bool:
    return Delivery.objects.filter(key=payloads.dedup_key(submission)).exists()


def _failed(handler: Handler, submission: ViewSubmission) -> Reply:
    logger.exception("The modal handler %s failed", handler.path)
    return _errors({_first_block(submission): FAILED})


def _errors(errors: dict[str, str]) -> Reply:
    return {"response_action": "errors", "errors": errors}


def _first_block(submission: ViewSubmission) -> str:
    return next(iter(submission.values), "")
