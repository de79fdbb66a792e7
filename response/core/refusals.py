"""How a value that is not allowed is named in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.core.exceptions import ValidationError

LONGEST_ECHO = 200


def quoted(value: object) -> str:
    """The value as it came, in quotes: cut where it is long, and always writable as UTF-8."""
    shown = value if isinstance(value, str) else str(value)
    if len(shown) > LONGEST_ECHO:
        shown = f"{shown[:LONGEST_ECHO]}…"
    return f"“{writable(shown)}”"


def writable(value: str) -> str:
    """Without halves of surrogate pairs, which JSON may carry and UTF-8 cannot."""
    return value.encode("utf-8", "replace").decode()


def not_allowed(value: object, allowed: str) -> str:
    """The value, and what would be allowed in its place."""
    return f"{quoted(value)} is not allowed. Allowed: {allowed}."


def choices_in_words(choices: Iterable[tuple[str, str]] | Mapping[str, str]) -> str:
    """``"1 (critical), 2 (major)"``."""
    pairs = choices.items() if isinstance(choices, Mapping) else choices
    return ", ".join(f"{value} ({name})" for value, name in pairs)


def refused(words: str) -> ValidationError:
    """The error of a form's field, whose text is taken as it is (Django would format it)."""
    return ValidationError("%(words)s", code="invalid", params={"words": words})
