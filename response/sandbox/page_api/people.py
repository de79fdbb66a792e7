"""Who acts: the person that the page was told to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from response.sandbox.errors import ApiError
from response.sandbox.models import User


def person(given: Mapping[str, Any]) -> User:
    """The ``user`` of a request: a member of the workspace, and no bot."""
    row = User.objects.filter(id=given.get("user", ""), deleted=False, is_bot=False).first()
    if row is None:
        raise ApiError("user_not_found")
    return row
