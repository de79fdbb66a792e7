"""``@action_handler``: buttons, selects and the other interactive parts of messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registration, registry
from response.slack.context import ActionContext

__all__ = ("ActionContext", "action_handler", "remove_action_handler")

F = TypeVar("F", bound=Callable[..., object])

OLD_FORM = "(incident, user_id, message)"
NEW_FORM = "(action_context), whose .incident, .user_id, .message and more it can use"


@overload
def action_handler(
    callback_id: str, func: None = None, *, atomic: bool = False, opens_modal: bool = False
) -> Callable[[F], F]: ...


@overload
def action_handler(
    callback_id: str, func: F, *, atomic: bool = False, opens_modal: bool = False
) -> F: ...


def action_handler(
    callback_id: str,
    func: F | None = None,
    *,
    atomic: bool = False,
    opens_modal: bool = False,
) -> Callable[[F], F] | F:
    """Register a function for the interactive element whose ``action_id`` is ``callback_id``.

    It is called with an ``ActionContext``. In a comms channel the incident is the channel's;
    elsewhere ``value`` must be the incident's primary key. (A function of three arguments is
    still called with ``(incident, user_id, message)``, which is deprecated.)

    ``opens_modal=True`` runs it inside the request, since a ``trigger_id`` lives 3 seconds.
    ``atomic=True`` makes the run one transaction with its done mark.
    """
    name = registration.one_name("action_handler", callback_id)
    registration.either("action_handler", name, atomic=atomic, opens_modal=opens_modal)

    def register(function: F) -> F:
        handler = registry.actions.register(name, function, atomic=atomic, opens_modal=opens_modal)
        if handler.arity == 3:
            registration.warn_of_old_form("action_handler", function, OLD_FORM, NEW_FORM)
        return function

    return register(func) if func is not None else register


def remove_action_handler(callback_id: str) -> None:
    """Forget the handler of an action."""
    registry.actions.unregister(callback_id)
