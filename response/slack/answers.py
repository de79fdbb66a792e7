"""What an answer of Slack's Web API holds, read so that an odd one is a ``SlackError``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.slack.errors import SlackError, SlackUnavailable


def next_cursor(answer: Mapping[str, Any]) -> str:
    """Where the next page of a list begins, empty after the last."""
    metadata = answer.get("response_metadata")
    cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else ""
    return cursor if isinstance(cursor, str) else ""


def items(answer: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    """The objects of the list ``field``, none where there is no such list."""
    found = answer.get(field)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def text(answer: Mapping[str, Any], path: str, api_endpoint: str) -> str:
    """The string at ``path`` ("channel.id"); raises ``SlackError`` where there is none."""
    value: Any = answer
    for field in path.split("."):
        value = value.get(field) if isinstance(value, Mapping) else None
    if isinstance(value, str) and value:
        return value
    raise _unexpected(api_endpoint, path)


def user(answer: Mapping[str, Any], api_endpoint: str) -> dict[str, Any]:
    """The ``user`` object of ``users.info`` and ``users.lookupByEmail``."""
    found = answer.get("user")
    if isinstance(found, dict):
        return found
    raise _unexpected(api_endpoint, "user")


def profile(user: Mapping[str, Any]) -> dict[str, Any]:
    """``{"id", "name", "fullname", "email"}`` of a user object, as 0.5.1 told them."""
    details = user.get("profile")
    details = details if isinstance(details, dict) else {}
    name = user.get("name") or ""
    return {
        "id": user.get("id"),
        "name": name,
        "fullname": details.get("real_name") or user.get("real_name") or name,
        "email": details.get("email"),
    }


def _unexpected(api_endpoint: str, path: str) -> SlackError:
    return SlackUnavailable(
        f"Got unexpected response from Slack API for {api_endpoint} - couldn't find {path}",
        may_have_happened=True,
    )
