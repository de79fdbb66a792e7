"""Interactive elements and the composition objects inside them, with Slack's limits."""

from __future__ import annotations

from typing import Any

from response.sandbox.block_kit.checks import (
    Check,
    Fields,
    Report,
    anything,
    array,
    boolean,
    choice,
    integer,
    matching,
    members,
    plain_text,
    string,
    text,
)

TYPE = string(40)
URL = matching(r"https?://\S{1,2992}", "a URL of no more than 3000 characters")
ID = string(255)
DATE = matching(r"\d{4}-\d{2}-\d{2}", "a date as YYYY-MM-DD")
TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")
# Ten digits, as Slack wants them.
DATE_TIME = integer(1_000_000_000, 9_999_999_999)

CONFIRM = members(
    {
        "title": plain_text(100),
        "text": text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": choice("primary", "danger")},
)


def _option(label: Check, optional: Fields) -> Check:
    return members({"text": label, "value": string(150)}, optional)


OPTION = _option(plain_text(75), {"description": plain_text(75)})
RICH_OPTION = _option(text(75), {"description": text(75)})
OVERFLOW_OPTION = _option(plain_text(75), {"description": plain_text(75), "url": URL})
OPTION_GROUP = members({"label": plain_text(75), "options": array(OPTION, 100)}, {})


def _options_of(element: dict[str, Any]) -> list[Any]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(o for group in groups for o in group["options"])]


def _initial_options_offered(element: dict[str, Any], pointer: str, report: Report) -> None:
    offered = _options_of(element)
    chosen = element.get("initial_options", [])
    if "initial_option" in element:
        chosen = [*chosen, element["initial_option"]]
    if any(option not in offered for option in chosen):
        report.add("initial option must be one of the options", pointer)


def _one_source_of_options(element: dict[str, Any], pointer: str, report: Report) -> None:
    if ("options" in element) == ("option_groups" in element):
        report.add("must have either options or option_groups", pointer)
    _initial_options_offered(element, pointer, report)


def _initial_value_fits(element: dict[str, Any], pointer: str, report: Report) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        report.add("min_length must not be greater than max_length", pointer)
    value = element.get("initial_value")
    if value is not None and not least <= len(value) <= most:
        report.add(f"must have {least} to {most} characters", f"{pointer}/initial_value")


def _text_not_blank(element: dict[str, Any], pointer: str, report: Report) -> None:
    if not element["text"]["text"].strip():
        report.add("must not be blank", f"{pointer}/text/text")


_COMMON: Fields = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
_SELECT: Fields = {**_COMMON, "placeholder": plain_text(150)}
_MULTI: Fields = {**_SELECT, "max_selected_items": integer(1, 100)}
_INPUT: Fields = {
    "action_id": ID,
    "placeholder": plain_text(150),
    "focus_on_load": boolean,
    "dispatch_action_config": members(
        {},
        {"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), most=2)},
    ),
}
_STATIC: Fields = {"options": array(OPTION, 100), "option_groups": array(OPTION_GROUP, 100)}
_CONVERSATIONS: Fields = {
    "default_to_current_conversation": boolean,
    "filter": anything,
}
_IDS = array(string(20), 100)


def _element(required: Fields, *optional: Fields, also: Check | None = None) -> Check:
    joined = {name: check for fields in optional for name, check in fields.items()}
    return members({"type": TYPE, **required}, joined, also)


BUTTON = _element(
    {"text": plain_text(75)},
    _COMMON,
    {
        "url": URL,
        "value": string(2000),
        "style": choice("primary", "danger"),
        "accessibility_label": string(75),
    },
    also=_text_not_blank,
)
IMAGE = _element({"image_url": URL, "alt_text": string(2000)})
OVERFLOW = _element({"options": array(OVERFLOW_OPTION, 5)}, {"action_id": ID, "confirm": CONFIRM})
RADIO_BUTTONS = _element(
    {"options": array(RICH_OPTION, 10)},
    _COMMON,
    {"initial_option": RICH_OPTION},
    also=_initial_options_offered,
)
CHECKBOXES = _element(
    {"options": array(RICH_OPTION, 10)},
    _COMMON,
    {"initial_options": array(RICH_OPTION, 10)},
    also=_initial_options_offered,
)
DATEPICKER = _element({}, _SELECT, {"initial_date": DATE})
TIMEPICKER = _element({}, _SELECT, {"initial_time": TIME, "timezone": string(60)})
DATETIMEPICKER = _element({}, _COMMON, {"initial_date_time": DATE_TIME})

SELECTS: dict[str, Check] = {
    "static_select": _element(
        {}, _SELECT, _STATIC, {"initial_option": OPTION}, also=_one_source_of_options
    ),
    "external_select": _element(
        {}, _SELECT, {"initial_option": OPTION, "min_query_length": integer(0, 150)}
    ),
    "users_select": _element({}, _SELECT, {"initial_user": string(20)}),
    "conversations_select": _element(
        {},
        _SELECT,
        _CONVERSATIONS,
        {"initial_conversation": string(20), "response_url_enabled": boolean},
    ),
    "channels_select": _element(
        {}, _SELECT, {"initial_channel": string(20), "response_url_enabled": boolean}
    ),
}
MULTI_SELECTS: dict[str, Check] = {
    "multi_static_select": _element(
        {},
        _MULTI,
        _STATIC,
        {"initial_options": array(OPTION, 100)},
        also=_one_source_of_options,
    ),
    "multi_external_select": _element(
        {},
        _MULTI,
        {"initial_options": array(OPTION, 100), "min_query_length": integer(0, 150)},
    ),
    "multi_users_select": _element({}, _MULTI, {"initial_users": _IDS}),
    "multi_conversations_select": _element(
        {}, _MULTI, _CONVERSATIONS, {"initial_conversations": _IDS}
    ),
    "multi_channels_select": _element({}, _MULTI, {"initial_channels": _IDS}),
}
TEXT_INPUTS: dict[str, Check] = {
    "plain_text_input": _element(
        {},
        _INPUT,
        {
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        also=_initial_value_fits,
    ),
    "email_text_input": _element({}, _INPUT, {"initial_value": string(3000)}),
    "url_text_input": _element({}, _INPUT, {"initial_value": string(3000)}),
    "number_input": _element(
        {"is_decimal_allowed": boolean},
        _INPUT,
        {"initial_value": string(40), "min_value": string(40), "max_value": string(40)},
    ),
    "rich_text_input": _element({}, _INPUT, {"initial_value": anything}),
}
CHOICES: dict[str, Check] = {
    **SELECTS,
    "checkboxes": CHECKBOXES,
    "datepicker": DATEPICKER,
    "radio_buttons": RADIO_BUTTONS,
    "timepicker": TIMEPICKER,
}
IN_SECTION: dict[str, Check] = {
    **CHOICES,
    **MULTI_SELECTS,
    "button": BUTTON,
    "image": IMAGE,
    "overflow": OVERFLOW,
}
IN_ACTIONS: dict[str, Check] = {
    **CHOICES,
    "button": BUTTON,
    "datetimepicker": DATETIMEPICKER,
    "overflow": OVERFLOW,
}
IN_INPUT: dict[str, Check] = {
    **CHOICES,
    **MULTI_SELECTS,
    **TEXT_INPUTS,
    "datetimepicker": DATETIMEPICKER,
}
