"""``@shortcut_handler``: global and message shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registry

F = TypeVar("F", bound=Callable[..., object])


@overload
def shortcut_handler(
    callback_id: str, func: None = None, *, atomic: bool = False, opens_modal: bool = False
) -> Callable[[F], F]: ...


@overload
def shortcut_handler(
    callback_id: str, func: F, *, atomic: bool = False, opens_modal: bool = False
) -> F: ...


def shortcut_handler(
    callback_id: str,
    func: F | None = None,
    *,
    atomic: bool = False,
    opens_modal: bool = False,
) -> Callable[[F], F] | F:
    """Register a function for the shortcut ``callback_id``; it is given a ``ShortcutContext``.

    ``opens_modal=True`` runs it inside the request, since a ``trigger_id`` lives 3 seconds.
    """
    name = registry.one_name("shortcut_handler", callback_id)
    if atomic and opens_modal:
        raise registry.RegistrationError(
            f"@shortcut_handler({name!r}): opens_modal=True calls Slack, which atomic=True forbids."
        )

    def register(function: F) -> F:
        registry.shortcuts.register(name, function, atomic=atomic, opens_modal=opens_modal)
        return function

    return register(func) if func is not None else register
