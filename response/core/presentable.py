"""JSON values that others wrote, made fit to be stored, and to be given out."""

from __future__ import annotations

from math import isfinite
from typing import Any

from response.core.refusals import writable

DEEPEST = 32


def storable(value: Any, depth: int = 0) -> Any:
    """The value with text that every database takes; ValueError with the reason for others."""
    if depth > DEEPEST:
        raise ValueError(f"It is nested too deeply. Allowed: {DEEPEST} levels.")
    if isinstance(value, str):
        return writable(value).replace("\0", "")
    if isinstance(value, list):
        return [storable(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item, depth + 1) for key, item in value.items()}
    return value


def presentable(value: Any, *, with_addresses: bool) -> Any:
    """A stored value as others may get it.

    People's ``email`` is null unless it may be seen. NaN and the infinities, which Python
    stores and JSON does not know, become strings; halves of surrogate pairs question marks.
    """
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if isinstance(value, list):
        return [presentable(item, with_addresses=with_addresses) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {
        writable(str(key)): presentable(item, with_addresses=with_addresses)
        for key, item in value.items()
    }
    is_person = "external_id" in shown and "email" in shown
    return {**shown, "email": None} if is_person and not with_addresses else shown
