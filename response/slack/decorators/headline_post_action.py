"""``@headline_post_action``: buttons in the headline post."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar, get_args, overload

from response.slack import registration, registry

F = TypeVar("F", bound=Callable[..., object])
When = Literal["open", "closed", "always"]


@overload
def headline_post_action(
    order: float = 0, func: None = None, *, when: When = "open"
) -> Callable[[F], F]: ...


@overload
def headline_post_action(order: float, func: F, *, when: When = "open") -> F: ...


def headline_post_action(
    order: float = 0, func: F | None = None, *, when: When = "open"
) -> Callable[[F], F] | F:
    """Register a function that adds an element to the headline post's row of buttons.

    It is called with the ``HeadlinePost`` and answers a ``block_kit`` element, such as
    ``Button``, or None for none. Elements stand in order of ``order``; ours have 100 (create
    comms channel), 200 (edit), 300 (close) and 400 (reopen).

    ``when`` says of which incidents the post shows it: ``"open"`` ones, ``"closed"`` ones, or
    ``"always"``.
    """
    if callable(order):
        raise registration.RegistrationError(
            "@headline_post_action needs parentheses: write @headline_post_action(order=150)."
        )

    registration.number("headline_post_action", "order", order)
    registration.one_of("headline_post_action", "when", when, get_args(When))

    def register(function: F) -> F:
        registry.headline_actions.register(when, function, order=order)
        return function

    return register(func) if func is not None else register
