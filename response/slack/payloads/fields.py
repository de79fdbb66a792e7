"""Reading fields of untrusted JSON, each with the name of the field when it is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from response.exceptions import ResponseError

MAX_DEPTH = 100
MAX_ID = 255
# Slack's ids of these have about ten characters; the columns that hold them have 50 or more.
MAX_ROW_ID = 50
ROW_IDS = frozenset({"id", "user", "user_id", "bot_id", "channel", "channel_id", "team_id"})


class MalformedPayload(ResponseError):
    """What arrived is not what Slack sends; the text names the field."""


@dataclass(frozen=True, kw_only=True)
class UnknownPayload:
    """A payload of a type that nothing here handles: acknowledged, logged, dropped."""

    type: str


def row_number(value: str) -> int | None:
    """The primary key that ``value`` spells; None for huge numbers and all other texts."""
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 9 else None


def load_json(body: bytes | str) -> dict[str, Any]:
    """The JSON object in ``body``.

    Deeper nesting than Slack's is refused, so that what was read can also be written again.
    """
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as failure:
        raise MalformedPayload(f"The body is no JSON: {failure}") from failure
    if not isinstance(payload, dict):
        raise MalformedPayload(f"The body is a JSON {type(payload).__name__}, not an object")
    _refuse_deep_nesting(payload)
    return payload


def _refuse_deep_nesting(payload: dict[str, Any]) -> None:
    level: list[Any] = [payload]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return
    raise MalformedPayload(f"The body nests deeper than {MAX_DEPTH} levels")


def _children(parent: dict[str, Any] | list[Any]) -> list[Any]:
    values = parent.values() if isinstance(parent, dict) else parent
    return [value for value in values if isinstance(value, (dict, list))]


class Fields:
    """A JSON object at ``path``, whose fields are read by the type that they must have.

    ``maybe_…`` take a missing field and null for "not there"; a field of another type is
    malformed in either case.
    """

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise MalformedPayload(f"'{path or 'payload'}' must be an object")
        self.raw: Mapping[str, Any] = value
        self._path = path

    def path(self, name: str) -> str:
        """``name`` with the names of what it stands in, as an answer can say them."""
        # A name may have lone surrogates, which no answer and no log can.
        name = name if name.isprintable() else ascii(name)[1:-1]
        return f"{self._path}.{name}" if self._path else name

    def child(self, name: str) -> Fields:
        """The object ``name``."""
        return Fields(self._required(name), self.path(name))

    def maybe_child(self, name: str) -> Fields:
        """The object ``name``, an empty one if it is not there."""
        value = self.raw.get(name)
        return Fields({} if value is None else value, self.path(name))

    def text(self, name: str) -> str:
        """The string ``name``; may be empty."""
        return self._string(name, self._required(name))

    def maybe_text(self, name: str) -> str:
        """The string ``name``, empty if it is not there."""
        value = self.raw.get(name)
        return "" if value is None else self._string(name, value)

    def id(self, name: str) -> str:
        """The string ``name`` as an identifier: not empty, printable, 255 characters at most.

        Those of people, channels, teams and views (``ROW_IDS``) have 50 at most.
        """
        value = self.maybe_id(name)
        if not value:
            raise MalformedPayload(f"'{self.path(name)}' is missing")
        return value

    def maybe_id(self, name: str) -> str:
        """An identifier, empty if it is not there."""
        value = self.maybe_text(name)
        longest = MAX_ROW_ID if name in ROW_IDS else MAX_ID
        if len(value) > longest or not value.isprintable():
            raise MalformedPayload(f"'{self.path(name)}' is no identifier")
        return value

    def time_stamp(self, name: str) -> str:
        """A message's ``ts``: seconds since 1970 with a decimal point, which name it, too."""
        value = self.id(name)
        try:
            datetime.fromtimestamp(float(value), tz=UTC)
        except (ValueError, OverflowError, OSError) as failure:
            raise MalformedPayload(f"'{self.path(name)}' is no time stamp") from failure
        if len(value) > MAX_ROW_ID:
            raise MalformedPayload(f"'{self.path(name)}' is no time stamp")
        return value

    def flag(self, name: str) -> bool:
        """Whether ``name`` is true."""
        return self.raw.get(name) is True

    def objects(self, name: str) -> list[Fields]:
        """The list of objects ``name``, empty if it is not there."""
        value = self.raw.get(name)
        if value is None:
            return []
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise MalformedPayload(f"'{self.path(name)}' must be a list")
        return [Fields(item, f"{self.path(name)}.{index}") for index, item in enumerate(value)]

    def items(self) -> list[tuple[str, Fields]]:
        """Every field, all of which must be objects."""
        return [(name, Fields(value, self.path(name))) for name, value in self.raw.items()]

    def _required(self, name: str) -> Any:
        value = self.raw.get(name)
        if value is None:
            raise MalformedPayload(f"'{self.path(name)}' is missing")
        return value

    def _string(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise MalformedPayload(f"'{self.path(name)}' must be a string")
        return value
