"""``views.*``: modals."""

from __future__ import annotations

from typing import Any

from response.sandbox import modals, payloads
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method
from response.sandbox.models import View


@method("views.open", args="trigger_id view interactivity_pointer")
def open_view(call: Call) -> dict[str, Any]:
    return _answer(call, modals.open_view(call.args.required("trigger_id"), _view(call)))


@method("views.push", args="trigger_id view interactivity_pointer")
def push(call: Call) -> dict[str, Any]:
    return _answer(call, modals.push_view(call.args.required("trigger_id"), _view(call)))


@method("views.update", args="view_id external_id view hash")
def update(call: Call) -> dict[str, Any]:
    view_id, external_id = call.args.string("view_id"), call.args.string("external_id")
    if bool(view_id) == bool(external_id):
        raise ApiError("invalid_arguments", "[ERROR] either view_id or external_id is needed")
    row = modals.to_update(view_id, external_id)
    return _answer(call, modals.update_view(row, _view(call), call.args.string("hash")))


def _view(call: Call) -> Any:
    view = call.args.json("view")
    if view is None:
        raise ApiError("invalid_arguments", "[ERROR] missing required field: view")
    return view


def _answer(call: Call, row: View) -> dict[str, Any]:
    return {"view": payloads.view(call.team, row)}
