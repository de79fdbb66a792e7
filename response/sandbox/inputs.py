"""What a person enters and chooses: checked against the elements that the app sent.

Nothing of the browser's own making reaches the app: options are looked up, not believed.
"""

from __future__ import annotations

import re
from typing import Any

from response.sandbox import block_kit
from response.sandbox.errors import ApiError

Object = dict[str, Any]

# Element -> the member of its state, and the member of its definition that presets it.
STATEFUL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
REQUIRED = "Please complete this required field."
_PATTERNS = {
    "email_text_input": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "Please enter a valid email address."),
    "url_text_input": (r"https?://\S+", "Please enter a valid URL."),
    "number_input": (r"-?\d+(\.\d+)?", "Please enter a number."),
}


def full_state(blocks: list[Object], given: Object) -> Object:
    """``state.values`` of all stateful elements: what is given, else what was preset, else null."""
    values: Object = {}
    for block in blocks:
        for element in block_kit.elements_of(block):
            if element["type"] in STATEFUL:
                entered = _entry(given, block["block_id"], element["action_id"])
                state = _state_of(element, entered)
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def problems(blocks: list[Object], values: Object) -> dict[str, str]:
    """What Slack itself minds before the app hears of a submission: ``{block_id: text}``."""
    found = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            state = values[block["block_id"]][element["action_id"]]
            problem = _problem(element, state[STATEFUL[element["type"]][0]], block)
            if problem:
                found[block["block_id"]] = problem
    return found


def action(element: Object, block_id: str, given: Object, action_ts: str) -> Object:
    """The entry of ``actions`` for one use of this element."""
    kind = element["type"]
    entry = {
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": action_ts,
    }
    if kind == "button":
        entry |= {n: element[n] for n in ("text", "value", "style", "url") if n in element}
        return entry
    kept = ("placeholder", STATEFUL[kind][1]) if kind in STATEFUL else ()
    entry |= {name: element[name] for name in kept if name in element}
    if kind == "overflow":
        return entry | {"selected_option": _offered(element, given.get("selected_option"))}
    return entry | _state_of(element, given)


def _entry(given: Object, block_id: str, action_id: str) -> Object | None:
    actions = given.get(block_id)
    entry = actions.get(action_id) if isinstance(actions, dict) else None
    return entry if isinstance(entry, dict) else None


def _state_of(element: Object, entered: Object | None) -> Object:
    kind = element["type"]
    member, preset = STATEFUL[kind]
    if entered is None or member not in entered:
        value = element.get(preset)
    elif member == "selected_option":
        value = _offered(element, entered[member]) if entered[member] else None
    elif member == "selected_options":
        value = [_offered(element, one) for one in entered[member] or ()]
    else:
        value = entered[member]
    if value is None and member.endswith("s"):
        value = []
    return {"type": kind, member: None if value == "" else value}


def _offered(element: Object, chosen: Any) -> Object:
    """The whole option whose value was chosen; external selects take what they are given."""
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(o for group in groups for o in group["options"])]
    value = chosen.get("value") if isinstance(chosen, dict) else chosen
    if not options and isinstance(chosen, dict):
        return chosen
    for option in options:
        if option["value"] == value:
            found: Object = option
            return found
    raise ApiError("invalid_option", f"{value!r} is not one of the options.")


def _problem(element: Object, value: Any, block: Object) -> str:
    if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
        return "" if block.get("optional") else REQUIRED
    kind = element["type"]
    if kind == "plain_text_input":
        return _length_problem(value, element)
    if kind in _PATTERNS:
        pattern, problem = _PATTERNS[kind]
        return "" if re.fullmatch(pattern, value.strip()) else problem
    return ""


def _length_problem(value: str, element: Object) -> str:
    most, least = element.get("max_length", 3000), element.get("min_length", 0)
    if len(value) > most:
        return f"Must be {most} characters or fewer, this has {len(value)}."
    return f"Must be at least {least} characters." if len(value) < least else ""
