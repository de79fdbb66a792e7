"""Submit and Cancel in a modal: what the app answers, done.

https://docs.slack.dev/surfaces/modals#response_actions
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from response.sandbox import inputs, interactions, modals, state
from response.sandbox.errors import ApiError
from response.sandbox.models import User, View

ACTIONS = ("errors", "update", "push", "clear")


@dataclass(frozen=True, kw_only=True)
class Submission:
    """``response_action`` is ``close`` when the app's answer was empty."""

    response_action: str
    errors: dict[str, str] = field(default_factory=dict)
    view: View | None = None


def submit(user: User, view_id: str, given: dict[str, Any]) -> Submission:
    """Press Submit. Slack's own complaints come first, and the app never hears of those.

    ``ApiError`` ``operation_timeout`` or ``dispatch_failed``: the modal stays, with its values.
    """
    view = modals.find_open(view_id, user)
    blocks = view.definition["blocks"]
    modals.keep_values(view, inputs.full_state(blocks, given or view.values))
    problems = inputs.problems(blocks, view.values)
    if problems:
        return Submission(response_action="errors", errors=problems)
    reply = interactions.submit(user, view)
    view.refresh_from_db()
    return _do(view, _answer(reply.body))


def cancel(user: User, view_id: str, *, everything: bool = False) -> None:
    """Press Cancel (this modal closes), or the X (``everything``: the whole stack does)."""
    view = modals.find_open(view_id, user)
    everything = everything or bool(view.definition.get("clear_on_close"))
    told = user.views.get(id=view.root_id) if everything else view
    if everything:
        modals.clear(user)
    else:
        modals.close(view)
    if told.definition.get("notify_on_close"):
        interactions.tell_closed(user, told, is_cleared=everything)


def _answer(body: str) -> dict[str, Any]:
    """The app's answer, ``{}`` for an empty one."""
    if not body.strip():
        return {}
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or answer.get("response_action") not in ACTIONS:
        raise ApiError("dispatch_failed", "The answer is neither empty nor a response_action.")
    return answer


def _do(view: View, answer: dict[str, Any]) -> Submission:
    kind = answer.get("response_action", "close")
    if kind == "errors":
        return Submission(response_action=kind, errors=_errors(view, answer.get("errors")))
    try:
        with state.change():
            shown = _move(view, kind, answer.get("view"))
    except ApiError as error:
        raise ApiError("dispatch_failed", error.code, *error.messages) from error
    return Submission(response_action=kind, view=shown)


def _move(view: View, kind: str, definition: Any) -> View | None:
    if kind == "update":
        return modals.update_view(view, definition)
    if kind == "push":
        return modals.push_onto(view, definition)
    if kind == "clear":
        modals.clear(view.user)
    else:
        modals.close(view)
    return None


def _errors(view: View, errors: Any) -> dict[str, str]:
    blocks = view.definition["blocks"]
    allowed = {block["block_id"] for block in blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise ApiError("dispatch_failed", "response_action errors without errors")
    unknown = sorted(errors.keys() - allowed)
    if unknown:
        raise ApiError("dispatch_failed", f"Errors for blocks that are no inputs: {unknown}")
    return {block_id: str(problem) for block_id, problem in errors.items()}
