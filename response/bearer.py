"""Requests of programs that carry a token of the settings."""

from __future__ import annotations

import hmac

from django.http import HttpRequest


def has_bearer(request: HttpRequest, wanted: str) -> bool:
    """Whether it says ``Authorization: Bearer <wanted>``; an empty ``wanted`` is never said.

    Compared in constant time, and without any query.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    is_bearer = bool(wanted) and scheme.lower() == "bearer"
    return is_bearer and hmac.compare_digest(token.strip().encode(), wanted.encode())
