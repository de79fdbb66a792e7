"""``@shortcut_handler``: global and message shortcuts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registration, registry

F = TypeVar("F", bound=Callable[..., object])


@overload
def shortcut_handler(
    callback_id: str,
    func: None = None,
    *,
    title: str = "",
    description: str = "",
    on_message: bool = False,
    atomic: bool = False,
    opens_modal: bool = False,
) -> Callable[[F], F]: ...


@overload
def shortcut_handler(
    callback_id: str,
    func: F,
    *,
    title: str = "",
    description: str = "",
    on_message: bool = False,
    atomic: bool = False,
    opens_modal: bool = False,
) -> F: ...


def shortcut_handler(
    callback_id: str,
    func: F | None = None,
    *,
    title: str = "",
    description: str = "",
    on_message: bool = False,
    atomic: bool = False,
    opens_modal: bool = False,
) -> Callable[[F], F] | F:
    """Register a function for the shortcut ``callback_id``; it is given a ``ShortcutContext``.

    ``opens_modal=True`` runs it inside the request, since a ``trigger_id`` lives 3 seconds.
    The rest is for ``manage.py slack_manifest``: what people read in Slack's menu, 24
    characters at most (default: made of the callback id), the line below it, 150 at most
    (default: the function's docstring), and whether it is in the menu of a message.
    """
    name = registration.one_name("shortcut_handler", callback_id)
    registration.either("shortcut_handler", name, atomic=atomic, opens_modal=opens_modal)

    def register(function: F) -> F:
        shown = {"title": title, "description": description, "on_message": on_message}
        registry.shortcuts.register(
            name, function, atomic=atomic, opens_modal=opens_modal, options=shown
        )
        return function

    return register(func) if func is not None else register
