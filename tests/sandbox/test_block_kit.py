"""Slack's limits of blocks and modals: at the limit it is taken, one beyond it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.models.blocks import SectionBlock

from response.sandbox import block_kit
from response.sandbox.errors import ApiError

Object = dict[str, Any]


def plain(length: int | str = 5) -> Object:
    text = length if isinstance(length, str) else "x" * length
    return {"type": "plain_text", "text": text}


def mrkdwn(length: int) -> Object:
    return {"type": "mrkdwn", "text": "x" * length}


def option(value: str = "1", label: int = 5, **more: Any) -> Object:
    return {"text": plain(label), "value": value, **more}


def options(count: int) -> list[Object]:
    return [option(str(number)) for number in range(count)]


def button(**more: Any) -> Object:
    return {"type": "button", "text": plain(), "action_id": "press", **more}


def actions(*elements: Object, **more: Any) -> Object:
    return {"type": "actions", "elements": list(elements), **more}


def section(**more: Any) -> Object:
    return {"type": "section", "text": mrkdwn(5), **more}


def field(element: Object, **more: Any) -> Object:
    return {"type": "input", "label": plain(), "element": element, **more}


def text_input(**more: Any) -> Object:
    return {"type": "plain_text_input", "action_id": "v", **more}


def select(**more: Any) -> Object:
    return {"type": "static_select", "action_id": "choose", "options": options(2), **more}


def confirm(title: int = 5, text: int = 5, press: int = 5) -> Object:
    return {
        "title": plain(title),
        "text": mrkdwn(text),
        "confirm": plain(press),
        "deny": plain(press),
    }


def view(*blocks: Object, **more: Any) -> Object:
    shown = list(blocks) or [section()]
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": shown, **more}


def refusal(check: Callable[[Any], None], value: Any) -> ApiError | None:
    try:
        check(value)
    except ApiError as error:
        return error
    return None


def problems(blocks: Any) -> list[str]:
    error = refusal(block_kit.check_blocks, blocks)
    assert error is None or error.code == "invalid_blocks"
    return error.messages if error else []


def view_problems(definition: Any) -> list[str]:
    error = refusal(block_kit.check_view, definition)
    assert error is None or error.code == "invalid_arguments"
    return error.messages if error else []


LIMITS: list[tuple[str, Callable[[int], Object], int, str]] = [
    ("section text", lambda n: section(text=mrkdwn(n)), 3000, "/blocks/0/text/text"),
    ("section fields", lambda n: section(fields=[mrkdwn(1)] * n), 10, "/blocks/0/fields"),
    ("a field", lambda n: section(fields=[mrkdwn(n)]), 2000, "/blocks/0/fields/0/text"),
    ("header", lambda n: {"type": "header", "text": plain(n)}, 150, "/blocks/0/text/text"),
    (
        "context elements",
        lambda n: {"type": "context", "elements": [mrkdwn(1)] * n},
        10,
        "/blocks/0/elements",
    ),
    (
        "actions elements",
        lambda n: actions(*(button(action_id=f"b{i}") for i in range(n))),
        25,
        "/blocks/0/elements",
    ),
    ("block_id", lambda n: section(block_id="x" * n), 255, "/blocks/0/block_id"),
    (
        "action_id",
        lambda n: actions(button(action_id="x" * n)),
        255,
        "/blocks/0/elements/0/action_id",
    ),
    (
        "button text",
        lambda n: actions(button(text=plain(n))),
        75,
        "/blocks/0/elements/0/text/text",
    ),
    (
        "button value",
        lambda n: actions(button(value="x" * n)),
        2000,
        "/blocks/0/elements/0/value",
    ),
    (
        "option text",
        lambda n: actions(select(options=[option(label=n)])),
        75,
        "/blocks/0/elements/0/options/0/text/text",
    ),
    (
        "option value",
        lambda n: actions(select(options=[option("x" * n)])),
        150,
        "/blocks/0/elements/0/options/0/value",
    ),
    (
        "option description",
        lambda n: actions(select(options=[option(description=plain(n))])),
        75,
        "/blocks/0/elements/0/options/0/description/text",
    ),
    (
        "select options",
        lambda n: actions(select(options=options(n))),
        100,
        "/blocks/0/elements/0/options",
    ),
    (
        "placeholder",
        lambda n: actions(select(placeholder=plain(n))),
        150,
        "/blocks/0/elements/0/placeholder/text",
    ),
    (
        "overflow options",
        lambda n: section(accessory={"type": "overflow", "options": options(n)}),
        5,
        "/blocks/0/accessory/options",
    ),
    (
        "radio options",
        lambda n: actions({"type": "radio_buttons", "options": options(n)}),
        10,
        "/blocks/0/elements/0/options",
    ),
    (
        "checkbox options",
        lambda n: actions({"type": "checkboxes", "options": options(n)}),
        10,
        "/blocks/0/elements/0/options",
    ),
    (
        "confirm title",
        lambda n: actions(button(confirm=confirm(title=n))),
        100,
        "/blocks/0/elements/0/confirm/title/text",
    ),
    (
        "confirm text",
        lambda n: actions(button(confirm=confirm(text=n))),
        300,
        "/blocks/0/elements/0/confirm/text/text",
    ),
    (
        "confirm button",
        lambda n: actions(button(confirm=confirm(press=n))),
        30,
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    (
        "image alt text",
        lambda n: {"type": "image", "image_url": "https://x.example", "alt_text": "x" * n},
        2000,
        "/blocks/0/alt_text",
    ),
    ("markdown", lambda n: {"type": "markdown", "text": "x" * n}, 12_000, "/blocks/0/text"),
]


@pytest.mark.parametrize(
    ("block", "limit", "pointer"), [one[1:] for one in LIMITS], ids=[one[0] for one in LIMITS]
)
def test_a_limit_holds_in_messages(
    block: Callable[[int], Object], limit: int, pointer: str
) -> None:
    assert problems([block(limit)]) == []
    assert f"[json-pointer:{pointer}]" in problems([block(limit + 1)])[0]


VIEW_LIMITS: list[tuple[str, Callable[[int], Object], int, str]] = [
    ("title", lambda n: view(title=plain(n)), 24, "/view/title/text"),
    ("submit", lambda n: view(submit=plain(n)), 24, "/view/submit/text"),
    ("close", lambda n: view(close=plain(n)), 24, "/view/close/text"),
    ("blocks", lambda n: view(*[section()] * n), 100, "/view/blocks"),
    (
        "private_metadata",
        lambda n: view(private_metadata="x" * n),
        3000,
        "/view/private_metadata",
    ),
    ("callback_id", lambda n: view(callback_id="x" * n), 255, "/view/callback_id"),
    ("external_id", lambda n: view(external_id="x" * n), 255, "/view/external_id"),
    (
        "label",
        lambda n: view(field(text_input(), label=plain(n))),
        2000,
        "/view/blocks/0/label/text",
    ),
    ("hint", lambda n: view(field(text_input(), hint=plain(n))), 2000, "/view/blocks/0/hint/text"),
    (
        "max_length",
        lambda n: view(field(text_input(max_length=n))),
        3000,
        "/view/blocks/0/element/max_length",
    ),
    (
        "initial_value",
        lambda n: view(field(text_input(initial_value="x" * n))),
        3000,
        "/view/blocks/0/element/initial_value",
    ),
    (
        "initial_value within max_length",
        lambda n: view(field(text_input(max_length=200, initial_value="x" * n))),
        200,
        "/view/blocks/0/element/initial_value",
    ),
]


@pytest.mark.parametrize(
    ("definition", "limit", "pointer"),
    [one[1:] for one in VIEW_LIMITS],
    ids=[one[0] for one in VIEW_LIMITS],
)
def test_a_limit_holds_in_modals(
    definition: Callable[[int], Object], limit: int, pointer: str
) -> None:
    assert view_problems(definition(limit)) == []
    assert f"[json-pointer:{pointer}]" in view_problems(definition(limit + 1))[0]


WRONG_BLOCKS = {
    "an unknown block": {"type": "accordion"},
    "no type": {"text": mrkdwn(1)},
    "no object": "section",
    "a section with nothing": {"type": "section"},
    "a member that is not known": section(colour="red"),
    "an empty text": section(text=mrkdwn(0)),
    "a text that is a string": section(text="hello"),
    "a header in mrkdwn": {"type": "header", "text": mrkdwn(5)},
    "an emoji flag on mrkdwn": section(text={**mrkdwn(5), "emoji": True}),
    "an unknown element": actions({"type": "slider"}),
    "a text input among actions": actions(text_input()),
    "a datetimepicker as accessory": section(accessory={"type": "datetimepicker"}),
    "no elements": actions(),
    "two elements with one action_id": actions(button(), button()),
    "a button style that is none": actions(button(style="warning")),
    "a button without text": actions({"type": "button", "action_id": "x"}),
    "a blank button": actions(button(text=plain("  "))),
    "a select without options": actions({"type": "static_select", "action_id": "x"}),
    "a select with an empty list": actions(select(options=[])),
    "a preset that is no option": actions(select(initial_option=option("9"))),
    "both options and groups": actions(
        select(option_groups=[{"label": plain(), "options": options(1)}])
    ),
    "an address that is none": actions(button(url="javascript:alert(1)")),
    "a picked date that is none": actions({"type": "datepicker", "initial_date": "21.11.2026"}),
    "a picked time that is none": actions({"type": "timepicker", "initial_time": "24:00"}),
    "milliseconds": actions({"type": "datetimepicker", "initial_date_time": 1795200000000}),
    "an alert in a message": {"type": "alert", "text": plain()},
    "an option without value": actions(select(options=[{"text": plain()}])),
    "a number as value": actions(button(value=42)),
    "rich text of an unknown kind": {"type": "rich_text", "elements": [{"type": "poem"}]},
}


@pytest.mark.parametrize("block", WRONG_BLOCKS.values(), ids=WRONG_BLOCKS.keys())
def test_what_slack_would_not_show_is_refused(block: Any) -> None:
    assert problems([block])


WRONG_VIEWS = {
    "no title": {"type": "modal", "blocks": [section()]},
    "a title in mrkdwn": view(title=mrkdwn(5)),
    "a home tab": view(type="home"),
    "no blocks": view(blocks=[]),
    "an input without submit": {
        "type": "modal",
        "title": plain(),
        "blocks": [field(text_input())],
    },
    "markdown": view({"type": "markdown", "text": "x"}),
    "two blocks with one id": view(section(block_id="a"), section(block_id="a")),
    "min over max": view(field(text_input(min_length=10, max_length=5))),
    "a member that is not known": view(colour="red"),
    "nothing": None,
    "a list": [],
}


@pytest.mark.parametrize("definition", WRONG_VIEWS.values(), ids=WRONG_VIEWS.keys())
def test_a_modal_that_slack_would_not_show_is_refused(definition: Any) -> None:
    assert view_problems(definition)


def test_a_message_has_fifty_blocks_at_most() -> None:
    assert problems([{"type": "divider"}] * 50) == []
    assert "[json-pointer:/blocks]" in problems([{"type": "divider"}] * 51)[0]


def test_two_blocks_with_one_id_are_refused() -> None:
    assert problems([section(block_id="a"), section(block_id="a")])


def test_markdown_blocks_share_one_limit() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert problems([half, half]) == []
    assert problems([half, half, {"type": "markdown", "text": "x"}])


def test_a_view_over_250_kilobytes_is_too_large() -> None:
    blocks = [section(text=mrkdwn(2900)) for _ in range(90)]
    with pytest.raises(ApiError) as caught:
        block_kit.check_view(view(*blocks))
    assert caught.value.code == "view_too_large"


def test_blocks_that_are_no_list_have_their_own_error() -> None:
    with pytest.raises(ApiError) as caught:
        block_kit.check_blocks({"type": "section"})
    assert caught.value.code == "invalid_blocks_format"


def test_what_slack_sdk_builds_is_taken() -> None:
    assert problems([SectionBlock(text="hello", block_id="b").to_dict()]) == []


def test_attachments_blocks_are_checked_with_their_own_pointer() -> None:
    with pytest.raises(ApiError) as caught:
        block_kit.check_attachments([{"color": "#f00", "blocks": [{"type": "accordion"}]}])
    assert "[json-pointer:/attachments/0/blocks/0/type]" in caught.value.messages[0]


def test_stored_blocks_get_ids_and_escaped_texts() -> None:
    [stored] = block_kit.stored_blocks(
        [actions(button(text=plain("this & that <!here>"), action_id="a"))]
    )
    assert stored["block_id"]
    text = stored["elements"][0]["text"]
    assert text == {"type": "plain_text", "text": "this &amp; that &lt;!here&gt;", "emoji": True}


def test_references_in_mrkdwn_stay_references() -> None:
    block = section(text={"type": "mrkdwn", "text": "<@U0ANA> & 1 < 2 &amp; <https://x.example|x>"})
    [stored] = block_kit.stored_blocks([block])
    assert stored["text"]["text"] == "<@U0ANA> &amp; 1 &lt; 2 &amp; <https://x.example|x>"
