"""What logs say of a failure: everything, unless it is about a private incident.

The text of an exception may hold what people wrote, and whoever reads logs need not be one for
whom a private incident exists. The rows of the boxes keep it, and the admin hides those.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback

from django.db import DatabaseError

from response import logs
from response.core.models import Incident
from response.slack.errors import SlackError
from response.slack.payloads import ViewSubmission

FOLDED = ": %s at %s (about a private incident, of which logs say no more)"


def log_exception(
    logger: logging.Logger,
    message: str,
    *args: object,
    incident: Incident | int | None = None,
    form: ViewSubmission | None = None,
) -> None:
    """As ``logger.exception``, within an ``except``; ``incident`` is the one it is about.

    Of a private one it names the kind of error and its place. So it does of a ``form`` that
    declares a private incident, or carries the number of one.
    """
    error = sys.exc_info()[1]
    number = incident.pk if isinstance(incident, Incident) else incident
    with logs.about(incident=number):
        if error is None or not (_is_private(incident) or (form and _is_discreet(form))):
            logger.exception(message, *args)
        else:
            folded = message + FOLDED
            logger.error(folded, *args, type(error).__name__, _place(error))


def named(error: BaseException) -> str:
    """What a line of the log says of ``error``: Slack's codes hold nothing that people wrote."""
    return str(error) if isinstance(error, SlackError) else type(error).__name__


def _is_private(incident: Incident | int | None) -> bool:
    if isinstance(incident, Incident):
        return incident.private
    return incident is not None and _any_private([incident])


def _is_discreet(form: ViewSubmission) -> bool:
    numbers = re.findall(r"(?<![\w.])[0-9]{1,9}(?![\w.])", form.private_metadata)
    ticked = form.submission.get("private")
    return bool(ticked) or _any_private([int(number) for number in numbers])


def _any_private(numbers: list[int]) -> bool:
    try:
        return Incident.objects.filter(pk__in=numbers, private=True).exists()
    except DatabaseError:
        # Nobody can be asked: then nothing is told.
        return True


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
