"""The small language that the rules are written in.

A check takes a value, its JSON pointer and the report that it writes what it minds to, in the
words that Slack uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Object = dict[str, Any]


class Report:
    """What is wrong, and where: ``must be less than 151 characters [json-pointer:/blocks/0/…]``."""

    def __init__(self, surface: str) -> None:
        self.surface = surface  # "message" or "modal"
        self.problems: list[str] = []

    def add(self, problem: str, pointer: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{pointer}]")


Check = Callable[[Any, str, Report], None]
Fields = Mapping[str, Check]


def string(most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must be a string", pointer)
        elif len(value) > most:
            report.add(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            report.add(f"must be more than {least - 1} characters", pointer)

    return check


def matching(pattern: str, what: str) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            report.add(f"must be {what}", pointer)

    return check


def integer(least: int, most: int) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add("must be an integer", pointer)
        elif not least <= value <= most:
            report.add(f"must be between {least} and {most}", pointer)

    return check


def boolean(value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add("must be a boolean", pointer)


def anything(value: Any, pointer: str, report: Report) -> None:
    """For members whose shape nothing here depends on."""


def choice(*allowed: str) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add(f"must be one of: {', '.join(allowed)}", pointer)

    return check


def array(of: Check, most: int, least: int = 1) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must be an array", pointer)
            return
        if len(value) > most:
            report.add(f"no more than {most} items allowed", pointer)
        if len(value) < least:
            report.add(f"no fewer than {least} items allowed", pointer)
        for number, item in enumerate(value):
            of(item, f"{pointer}/{number}", report)

    return check


def members(required: Fields, optional: Fields, also: Check | None = None) -> Check:
    """An object with these members and no others; ``also`` sees it when they are well."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
            return
        before = len(report.problems)
        for name in required:
            if name not in value:
                report.add(f"missing required field: {name}", pointer)
        for name, item in value.items():
            of = required.get(name) or optional.get(name)
            if of is None:
                report.add(f"invalid additional property: {name}", pointer)
            else:
                of(item, f"{pointer}/{name}", report)
        if also is not None and len(report.problems) == before:
            also(value, pointer, report)

    return check


def by_type(table: Mapping[str, Check]) -> Check:
    """An object whose ``type`` says which check is its own."""

    def check(value: Any, pointer: str, report: Report) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            report.add("missing required field: type", pointer)
        elif kind not in table:
            report.add(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            table[kind](value, pointer, report)

    return check


def plain_text(most: int) -> Check:
    return members(
        {"type": choice("plain_text"), "text": string(most)},
        {"emoji": boolean},
    )


def mrkdwn(most: int) -> Check:
    return members({"type": choice("mrkdwn"), "text": string(most)}, {"verbatim": boolean})


def text(most: int) -> Check:
    return by_type({"plain_text": plain_text(most), "mrkdwn": mrkdwn(most)})
