"""``dialog.open``, Slack's outmoded modal: known, its trigger checked, but not shown here."""

from __future__ import annotations

from typing import Any

from response.sandbox import triggers
from response.sandbox.errors import ApiError
from response.sandbox.methods.registry import Call, method

# The same states have other names in this method.
_CODES = {
    "expired_trigger_id": "trigger_expired",
    "exchanged_trigger_id": "trigger_exchanged",
    "invalid_trigger_id": "invalid_trigger",
}


@method("dialog.open", args="dialog trigger_id")
def open_dialog(call: Call) -> dict[str, Any]:
    try:
        triggers.redeem(call.args.required("trigger_id"))
    except ApiError as error:
        raise ApiError(_CODES.get(error.code, error.code)) from error
    raise ApiError("not_supported_in_sandbox", "Use views.open: dialogs are not shown here.")
