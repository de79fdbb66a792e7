"""The arguments of a Web API call, whether they came as a form or as JSON.

Forms hold strings only: ``1`` for true, JSON for blocks, commas in lists. A value of the
wrong kind and a name that the method does not have are ``invalid_arguments``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from response.sandbox.errors import ApiError

# Taken by every method; they mean nothing here.
COMMON = frozenset({"token", "team_id", "pretty"})
_BOOLEANS: Mapping[Any, bool] = {"1": True, "true": True, "0": False, "false": False}


class Arguments:
    def __init__(self, values: Mapping[str, Any]) -> None:
        # Slack takes null for "not given", and so does slack_sdk.
        self.values = {name: value for name, value in values.items() if value is not None}

    def refuse_unknown(self, known: Collection[str]) -> None:
        """More strictly than Slack, which ignores most of them: a misspelt one is found."""
        unknown = sorted(self.values.keys() - COMMON - set(known))
        if unknown:
            raise _invalid(f"unknown argument: {', '.join(unknown)}")

    def given(self, name: str) -> bool:
        return name in self.values

    def string(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise _invalid(f"must be a string: {name}")
        return value

    def required(self, name: str) -> str:
        value = self.string(name)
        if not value:
            raise _invalid(f"missing required field: {name}")
        return value

    def boolean(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name, default)
        if isinstance(value, str):
            value = _BOOLEANS.get(value.lower())
        if not isinstance(value, bool):
            raise _invalid(f"must be a boolean: {name}")
        return value

    def integer(self, name: str, default: int, least: int, most: int) -> int:
        value = self.values.get(name, default)
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise _invalid(f"must be an integer: {name}") from None
        if not least <= number <= most:
            raise ApiError("invalid_limit" if name == "limit" else "invalid_arguments")
        return number

    def names(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list, or a JSON array."""
        value = self.values.get(name, default)
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            raise _invalid(f"must be a list of strings: {name}")
        return [part.strip() for part in parts if part.strip()]

    def json(self, name: str) -> Any:
        """An array or object; in a form it is a JSON string. ``None`` if it is not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
            raise ApiError(code, f"[ERROR] must be valid JSON: {name}") from None


def _invalid(problem: str) -> ApiError:
    return ApiError("invalid_arguments", f"[ERROR] {problem}")
