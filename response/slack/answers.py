"""What an answer of Slack's Web API holds, read so that an odd one is a ``SlackError``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.slack.errors import SlackError, SlackUnexpectedAnswer

# What the columns hold; Slack's ids have about ten characters, its time stamps seventeen.
LONGEST_ID = 20
LONGEST_NAME = 80


def next_cursor(answer: Mapping[str, Any]) -> str:
    """Where the next page of a list begins, empty after the last."""
    metadata = answer.get("response_metadata")
    cursor = metadata.get("next_cursor") if isinstance(metadata, dict) else ""
    return cursor if isinstance(cursor, str) else ""


def items(answer: Mapping[str, Any], field: str, api_endpoint: str) -> list[dict[str, Any]]:
    """The objects of the list ``field``; raises ``SlackError`` where there is no such list.

    An answer without its list is no empty list: nobody would be a member any more.
    """
    return [item for item in _list(answer, field, api_endpoint) if isinstance(item, dict)]


def ids(answer: Mapping[str, Any], field: str, api_endpoint: str) -> list[str]:
    """The ids in the list ``field``; what cannot be one is left out. Raises as ``items``."""
    return [item for item in _list(answer, field, api_endpoint) if _is_id(item)]


def identifier(answer: Mapping[str, Any], path: str, api_endpoint: str) -> str:
    """The id or time stamp at ``path``, fit for a column; raises ``SlackError`` for others."""
    found = text(answer, path, api_endpoint)
    if _is_id(found):
        return found
    raise unexpected(api_endpoint, path)


def name(answer: Mapping[str, Any], path: str, api_endpoint: str) -> str:
    """A channel's name at ``path``, of 80 characters at most; raises as ``identifier``."""
    found = text(answer, path, api_endpoint)
    if found.isprintable() and len(found) <= LONGEST_NAME:
        return found
    raise unexpected(api_endpoint, path)


def text(answer: Mapping[str, Any], path: str, api_endpoint: str) -> str:
    """The string at ``path`` ("channel.id"); raises ``SlackError`` where there is none."""
    value: Any = answer
    for field in path.split("."):
        value = value.get(field) if isinstance(value, Mapping) else None
    if isinstance(value, str) and value:
        return value
    raise unexpected(api_endpoint, path)


def user(answer: Mapping[str, Any], api_endpoint: str) -> dict[str, Any]:
    """The ``user`` object of ``users.info`` and ``users.lookupByEmail``, which has an id."""
    found = answer.get("user")
    if isinstance(found, dict):
        identifier(answer, "user.id", api_endpoint)
        return found
    raise unexpected(api_endpoint, "user")


def profile(user: Mapping[str, Any]) -> dict[str, Any]:
    """``{"id", "name", "fullname", "email"}`` of a user object, as 0.5.1 told them."""
    details = child(user, "profile")
    name = _words(user, "name")
    return {
        "id": user.get("id"),
        "name": name,
        "fullname": _words(details, "real_name") or _words(user, "real_name") or name,
        "email": _words(details, "email") or None,
    }


def child(value: Mapping[str, Any], field: str) -> dict[str, Any]:
    """The object ``field``, an empty one where there is none."""
    found = value.get(field)
    return found if isinstance(found, dict) else {}


def _words(value: Mapping[str, Any], field: str) -> str:
    found = value.get(field)
    return found if isinstance(found, str) else ""


def _list(answer: Mapping[str, Any], field: str, api_endpoint: str) -> list[Any]:
    found = answer.get(field)
    if isinstance(found, list):
        return found
    raise unexpected(api_endpoint, field)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= LONGEST_ID


def unexpected(api_endpoint: str, path: str) -> SlackError:
    """The error for an answer without ``path``, or with another thing than Slack documents."""
    return SlackUnexpectedAnswer(
        f"Got unexpected response from Slack API for {api_endpoint} - couldn't find {path}",
        may_have_happened=True,
    )
