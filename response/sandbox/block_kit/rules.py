"""What Slack refuses: blocks, attachments and modals, with the pointer of what it minds.

Stricter than Slack where the two may differ: an unknown member or block is refused.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from response.sandbox.block_kit import elements
from response.sandbox.block_kit.checks import (
    Check,
    Fields,
    Report,
    array,
    boolean,
    by_type,
    choice,
    members,
    mrkdwn,
    plain_text,
    string,
    text,
)
from response.sandbox.errors import ApiError

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MARKDOWN_TOTAL = 12_000
VIEW_BYTES = 250_000
RICH_TEXT = (
    "rich_text_section",
    "rich_text_list",
    "rich_text_quote",
    "rich_text_preformatted",
)


def _text_or_fields(block: dict[str, Any], pointer: str, report: Report) -> None:
    if "text" not in block and "fields" not in block:
        report.add("missing required field: text", pointer)


def _only_on(surface: str, check: Check) -> Check:
    def on_surface(value: Any, pointer: str, report: Report) -> None:
        if report.surface != surface:
            report.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            check(value, pointer, report)

    return on_surface


def _rich_text_part(value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, dict) or not isinstance(value.get("elements"), list):
        report.add("must have elements", pointer)
    elif value.get("type") not in RICH_TEXT:
        report.add(f"unsupported type: {value.get('type')}", f"{pointer}/type")


def _block(required: Fields, optional: Fields | None = None, also: Check | None = None) -> Check:
    return members(
        {"type": elements.TYPE, **required},
        {"block_id": elements.ID, **(optional or {})},
        also,
    )


CONTEXT_ITEM = by_type(
    {"image": elements.IMAGE, "plain_text": plain_text(3000), "mrkdwn": mrkdwn(3000)}
)
BLOCKS: dict[str, Check] = {
    "section": _block(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 10),
            "accessory": by_type(elements.IN_SECTION),
            "expand": boolean,
        },
        _text_or_fields,
    ),
    "header": _block({"text": plain_text(150)}),
    "context": _block({"elements": array(CONTEXT_ITEM, 10)}),
    "actions": _block({"elements": array(by_type(elements.IN_ACTIONS), 25)}),
    "divider": _block({}),
    "image": _block(
        {"image_url": elements.URL, "alt_text": string(2000)}, {"title": plain_text(2000)}
    ),
    "input": _block(
        {"label": plain_text(2000), "element": by_type(elements.IN_INPUT)},
        {"hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": _block({"elements": array(_rich_text_part, 1000)}),
    "markdown": _only_on("message", _block({"text": string(MARKDOWN_TOTAL)})),
}
BLOCK = by_type(BLOCKS)
VIEW = members(
    {
        "type": choice("modal"),
        "title": plain_text(24),
        "blocks": array(BLOCK, VIEW_BLOCKS),
    },
    {
        "submit": plain_text(24),
        "close": plain_text(24),
        "private_metadata": string(3000, least=0),
        "callback_id": string(255, least=0),
        "external_id": string(255, least=0),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
)


def check_blocks(blocks: Any, pointer: str = "/blocks") -> None:
    """``ApiError("invalid_blocks")`` unless Slack would take these blocks in a message."""
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    report = Report("message")
    array(BLOCK, MESSAGE_BLOCKS, least=0)(blocks, pointer, report)
    _check_ids(blocks, pointer, report)
    _check_markdown_total(blocks, pointer, report)
    _raise(report, "invalid_blocks")


def check_attachments(attachments: Any) -> None:
    """Legacy attachments, at most 100; the blocks inside them by the same rules."""
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > 100:
        raise ApiError("too_many_attachments")
    for number, attachment in enumerate(attachments):
        if "blocks" in attachment:
            check_blocks(attachment["blocks"], f"/attachments/{number}/blocks")


def check_view(view: Any) -> None:
    """``ApiError("invalid_arguments")`` unless Slack would show this modal."""
    report = Report("modal")
    VIEW(view, "/view", report)
    if not report.problems:
        _check_ids(view["blocks"], "/view/blocks", report)
        _check_submit(view, report)
    _raise(report, "invalid_arguments")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        raise ApiError("view_too_large")


def _check_submit(view: dict[str, Any], report: Report) -> None:
    has_input = any(block["type"] == "input" for block in view["blocks"])
    if has_input and "submit" not in view:
        report.add("`submit` is required when an `input` block is in the `blocks` array", "/view")


def _check_ids(blocks: list[Any], pointer: str, report: Report) -> None:
    found = [block for block in blocks if isinstance(block, dict)]
    for block_id in _repeated(block.get("block_id") for block in found):
        report.add(f"`block_id` already exists: {block_id}", pointer)
    for number, block in enumerate(blocks):
        if isinstance(block, dict) and isinstance(block.get("elements"), list):
            parts = [part for part in block["elements"] if isinstance(part, dict)]
            for action_id in _repeated(part.get("action_id") for part in parts):
                report.add(f"`action_id` already exists: {action_id}", f"{pointer}/{number}")


def _repeated(ids: Any) -> list[str]:
    counted = Counter(one for one in ids if isinstance(one, str))
    return [one for one, times in counted.items() if times > 1]


def _check_markdown_total(blocks: list[Any], pointer: str, report: Report) -> None:
    texts = [b.get("text") for b in blocks if isinstance(b, dict) and b.get("type") == "markdown"]
    if sum(len(one) for one in texts if isinstance(one, str)) > MARKDOWN_TOTAL:
        report.add(f"all markdown blocks: must be less than {MARKDOWN_TOTAL + 1}", pointer)


def _raise(report: Report, code: str) -> None:
    if report.problems:
        messages = [f"[ERROR] {problem}" for problem in report.problems]
        raise ApiError(code, *messages, errors=report.problems)
