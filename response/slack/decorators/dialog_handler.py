"""``@dialog_handler``: submissions of dialogs as 0.5.1 had them, which are modals now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registration, registry

F = TypeVar("F", bound=Callable[..., object])


@overload
def dialog_handler(
    callback_id: str, func: None = None, *, atomic: bool = False
) -> Callable[[F], F]: ...


@overload
def dialog_handler(callback_id: str, func: F, *, atomic: bool = False) -> F: ...


def dialog_handler(
    callback_id: str, func: F | None = None, *, atomic: bool = False
) -> Callable[[F], F] | F:
    """Register a function for the submission of the dialog ``callback_id``.

    It is called with ``(user_id, channel_id, submission, response_url, state)`` after the
    modal has closed: ``submission`` is ``{name: value}``, ``state`` the text given to
    ``Dialog(state=…)``. A form whose errors belong beside its fields is ``@modal_handler``'s.
    """
    name = registration.one_name("dialog_handler", callback_id)

    def register(function: F) -> F:
        registry.dialogs.register(name, function, atomic=atomic)
        return function

    return register(func) if func is not None else register


def remove_dialog_handler(callback_id: str) -> None:
    """Forget the handler of a dialog."""
    registry.dialogs.unregister(callback_id)
