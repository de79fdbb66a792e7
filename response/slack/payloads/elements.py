"""The state of interactive elements: in ``actions`` and in a view's ``state.values``.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.slack.payloads.fields import Fields, MalformedPayload

# Where each type of element keeps what was chosen. An option is an object with a value.
SINGLE = {
    "button": "value",
    "workflow_button": "value",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
}
OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
OPTIONS = frozenset({"checkboxes", "multi_static_select", "multi_external_select"})
MULTIPLE = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}


def element_value(element: Fields) -> Any:
    """What was typed or chosen.

    A string, or None for nothing; a list of strings where several may be chosen; seconds
    since 1970 as an int for ``datetimepicker``; Slack's own object for ``rich_text_input``.
    None for a type that is not known here.
    """
    kind = element.maybe_text("type")
    if kind in SINGLE:
        return element.maybe_text(SINGLE[kind]) or None
    if kind in OPTION:
        return element.maybe_child("selected_option").maybe_text("value") or None
    if kind in OPTIONS:
        return [option.maybe_text("value") for option in element.objects("selected_options")]
    if kind in MULTIPLE:
        return _strings(element, MULTIPLE[kind])
    if kind == "datetimepicker":
        return _seconds(element, "selected_date_time")
    if kind == "rich_text_input":
        return element.maybe_child("rich_text_value").raw or None
    return None


def element_text(element: Fields) -> str:
    """The same as one string: several choices joined by commas, nothing as empty."""
    value = element_value(element)
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(value)
    return str(value) if isinstance(value, (str, int)) else ""


def view_values(view: Fields) -> dict[str, dict[str, Any]]:
    """``{block_id: {action_id: value}}`` of everything in a view."""
    blocks = view.maybe_child("state").maybe_child("values").items()
    return {
        block_id: {action_id: element_value(element) for action_id, element in actions.items()}
        for block_id, actions in blocks
    }


def flat_submission(values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """``{block_id: value}``; a block of several elements gives ``{action_id: value}`` instead."""
    flat: dict[str, Any] = {}
    for block_id, actions in values.items():
        if len(actions) == 1:
            flat[block_id] = next(iter(actions.values()))
        else:
            flat.update(actions)
    return flat


def typed_blocks(view: Fields) -> frozenset[str]:
    """The ids of the blocks in which something is typed, not chosen."""
    blocks = view.maybe_child("state").maybe_child("values").items()
    return frozenset(
        block_id
        for block_id, actions in blocks
        if any(element.maybe_text("type") == "plain_text_input" for _, element in actions.items())
    )


def input_blocks(view: Fields) -> tuple[str, ...]:
    """The ids of the input blocks, beside which errors can be shown, in their order."""
    blocks = view.objects("blocks") if view.raw.get("blocks") else []
    return tuple(block.maybe_id("block_id") for block in blocks if block.raw.get("type") == "input")


def _strings(element: Fields, name: str) -> list[str]:
    value = element.raw.get(name)
    found = [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise MalformedPayload(f"'{element.path(name)}' must be a list of strings")
    return found


def _seconds(element: Fields, name: str) -> int | None:
    value = element.raw.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedPayload(f"'{element.path(name)}' must be a number of seconds")
    return value


def section_text(message: Mapping[str, Any], block_id: str) -> str:
    """The text of a message's section with this ``block_id``; empty if there is none."""
    for block in Fields(message).objects("blocks"):
        if block.maybe_text("type") == "section" and block.maybe_text("block_id") == block_id:
            return block.maybe_child("text").maybe_text("text")
    return ""
