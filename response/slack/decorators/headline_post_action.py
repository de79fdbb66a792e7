"""``@headline_post_action``: buttons in the headline post."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

from response.slack import registry

F = TypeVar("F", bound=Callable[..., object])


@overload
def headline_post_action(order: int = 0, func: None = None) -> Callable[[F], F]: ...


@overload
def headline_post_action(order: int, func: F) -> F: ...


def headline_post_action(order: int = 0, func: F | None = None) -> Callable[[F], F] | F:
    """Register a function that adds an element to the headline post's row of buttons.

    It is called with the ``HeadlinePost`` and answers a ``block_kit`` element, such as
    ``Button``, or None for none. Elements stand in order of ``order``; ours have 100 (create
    comms channel), 200 (edit) and 300 (close).
    """
    if callable(order):
        raise registry.RegistrationError(
            "@headline_post_action needs parentheses: write @headline_post_action(order=150)."
        )

    def register(function: F) -> F:
        registry.headline_actions.register("headline", function, order=order)
        return function

    return register(func) if func is not None else register
