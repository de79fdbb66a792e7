"""``@modal_handler``: submissions of modals, answered before the modal closes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registration, registry

F = TypeVar("F", bound=Callable[..., object])


@overload
def modal_handler(callback_id: str, func: None = None) -> Callable[[F], F]: ...


@overload
def modal_handler(callback_id: str, func: F) -> F: ...


def modal_handler(callback_id: str, func: F | None = None) -> Callable[[F], F] | F:
    """Register a function for the submission of the modal ``callback_id``.

    It is called with a ``ModalContext``, inside the request and inside a transaction, and may
    touch the database and ask the outbox, not call Slack. It answers None to close the modal,
    or ``{block_id: text}``: errors that are shown beside those input blocks, and nothing of
    what it did is kept. Raising ``ResponseError(text, field=block_id)`` does the same with one
    error; without ``field`` it stands beside the first input. A modal without inputs shows the
    errors in its place.

    It may also answer as Slack has it, ``{"response_action": "update", "view": {…}}`` (or
    ``"push"``, ``"clear"``), to go on with another view, or to close all of them.
    https://docs.slack.dev/surfaces/modals#response_actions
    """
    name = registration.one_name("modal_handler", callback_id)

    def register(function: F) -> F:
        registry.modals.register(name, function, atomic=True)
        return function

    return register(func) if func is not None else register
