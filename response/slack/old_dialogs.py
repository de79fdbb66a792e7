"""0.5.1's own dialogs, opened before the upgrade and submitted after it.

They are modals now, with the same ids and names: each is accepted as its modal would be, in the
request, and what is wrong is told as Slack's dialogs want to hear it.
https://docs.slack.dev/legacy/legacy-dialogs
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from response.slack import modals, payloads, registry, submissions
from response.slack.modals.fingerprints import editable_values, fingerprints
from response.slack.payloads import DialogSubmission, ViewSubmission
from response.slack.registry import Handler

Reply = dict[str, Any]

# The dialogs of a single text have one modal together, which is told the field.
FIELDS = {"update-summary-dialog": modals.SUMMARY, "update-impact-dialog": modals.IMPACT}


def handler_of(callback_id: str) -> Handler | None:
    """The modal's handler that stands in for the dialog's; None if it was no dialog of ours."""
    modal = modals.CHANGE_TEXT_MODAL if callback_id in FIELDS else callback_id
    return registry.modals.get(modal)


def accept(handler: Handler, dialog: DialogSubmission) -> Reply | None:
    """Run the handler and answer Slack: None closes the dialog, errors keep it open."""
    reply = submissions.accept(handler, as_submission(dialog))
    if reply is None or "errors" not in reply:
        return None
    errors: Mapping[str, str] = reply["errors"]
    return {"errors": [{"name": name, "error": error} for name, error in errors.items()]}


def as_submission(dialog: DialogSubmission) -> ViewSubmission:
    """The submission of the modal that the dialog would have been."""
    submission = {name: value or None for name, value in dialog.submission.items()}
    return ViewSubmission(
        user_id=dialog.user_id,
        user_name=dialog.user_name,
        user_team_id=dialog.user_team_id,
        team_id=dialog.team_id,
        view_id=payloads.dedup_key(dialog),
        callback_id=dialog.callback_id,
        private_metadata=json.dumps(_metadata(dialog)),
        hash="",
        root_view_id="",
        external_id="",
        trigger_id="",
        values={name: {name: value} for name, value in submission.items()},
        submission=submission,
        typed=frozenset(),
    )


def _metadata(dialog: DialogSubmission) -> dict[str, Any]:
    """What our modals remember; 0.5.1's state was the incident's number, or nothing."""
    metadata: dict[str, Any] = {
        "channel": dialog.channel_id,
        "response_url": dialog.response_url,
        "field": FIELDS.get(dialog.callback_id),
    }
    incident = submissions.incident_by_number(payloads.row_number(dialog.state))
    if incident is None:
        return metadata
    # What the dialog had shown is not known: what differs from the incident was changed.
    return metadata | {"incident": incident.pk, "was": fingerprints(editable_values(incident))}
