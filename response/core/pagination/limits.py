"""Whole numbers in a query string."""

from __future__ import annotations

import re

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from response.core.refusals import not_allowed

# More digits than any count of rows has; longer numbers only serve to break a database.
WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")
LARGEST_NUMBER = 10**18 - 1


def whole_number(request: Request, name: str, *, minimum: int) -> int | None:
    """The parameter as a number, None where it is absent or empty; else a 400 that explains."""
    value = request.query_params.get(name, "").strip()
    if not value:
        return None
    if not WHOLE_NUMBER.fullmatch(value) or int(value) < minimum:
        raise ValidationError({name: [not_allowed(value, f"a whole number from {minimum} up")]})
    return int(value)
