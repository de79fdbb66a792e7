"""How bad an incident is: the values that are stored, their names and their weather."""

from __future__ import annotations

from response.exceptions import InvalidValue

SEVERITIES = (("1", "critical"), ("2", "major"), ("3", "minor"), ("4", "trivial"))

_EMOJI = {"1": "⛈️", "2": "🌧️", "3": "🌦️", "4": "🌤️"}


def name_of(severity: str | None) -> str | None:
    """``"1"`` -> ``"critical"``; ``None`` for none, and for a value that is none."""
    return dict(SEVERITIES).get(severity or "")


def emoji_of(severity: str | None) -> str:
    """The emoji of a severity; a cloud while there is none."""
    return _EMOJI.get(severity or "", "☁️")


def require_known(severity: str | None) -> None:
    """Raise ``InvalidValue`` unless ``severity`` is one of ``SEVERITIES``, or none."""
    if severity and severity not in dict(SEVERITIES):
        allowed = ", ".join(f"{value} ({name})" for value, name in SEVERITIES)
        raise InvalidValue(f"{severity!r} is no severity. Choose one of: {allowed}.")


def require_kept(old: str | None, new: str | None) -> None:
    """Raise ``InvalidValue`` if a severity is taken away: it can be changed, not unset."""
    if old and not new:
        raise InvalidValue(
            f"The severity ({name_of(old) or old}) cannot be unset. Choose another one instead."
        )
