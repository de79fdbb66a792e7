"""``@single_notification`` and ``@recurring_notification``: nudges while an incident is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from response.core.models import Incident
from response.slack import registration, registry

F = TypeVar("F", bound=Callable[..., object])
Condition = Callable[[Incident], bool]
Time = Callable[[], bool]


def recurring_notification(
    interval_mins: float,
    max_notifications: float = 1,
    *,
    when: Condition | None = None,
    during: Time | None = None,
    atomic: bool = False,
) -> Callable[[F], F]:
    """Register a function to be called every ``interval_mins`` minutes, at most
    ``max_notifications`` times, in each open incident that has a comms channel.

    An interval of 0 is every tick, ``max_notifications=float("inf")`` is without end, and 0 is
    once, as in 0.5.1.
    It is called with ``(incident)`` and usually posts in the comms channel. ``when`` says
    whether there is something to remind of: while it answers False nothing is called, and
    the count starts again when it answers True. ``during`` says, without arguments and once
    for all incidents, whether it is the time to nudge anybody (not at night, say): while it
    answers False nothing is called, and nothing is spent or starts again. A function that
    returns False did nothing this time: it is asked again the next minute and its count is not
    spent. A function that raises is tried again and spends nothing either.
    """
    if callable(interval_mins):
        raise registration.RegistrationError(
            "@recurring_notification needs its interval: write "
            "@recurring_notification(interval_mins=30, max_notifications=10)."
        )
    return _nudge(
        "recurring_notification",
        interval_mins=registration.number(
            "recurring_notification", "interval_mins", interval_mins, 0
        ),
        max_notifications=registration.number(
            "recurring_notification", "max_notifications", max_notifications, 0
        ),
        when=when,
        during=during,
        atomic=atomic,
    )


def _nudge(
    decorator: str,
    *,
    interval_mins: float,
    max_notifications: float,
    when: Condition | None,
    during: Time | None,
    atomic: bool,
) -> Callable[[F], F]:
    if when is not None:
        registration.takes(f"when= of @{decorator}", when, [("incident",)])
    if during is not None:
        registration.takes(f"during= of @{decorator}", during, [()])
    options = {
        "interval_mins": interval_mins,
        "max_notifications": max_notifications,
        "when": when,
        "during": during,
    }

    def register(function: F) -> F:
        registry.notifications.register("nudge", function, atomic=atomic, options=options)
        return function

    return register


def single_notification(
    initial_delay_mins: float | F = 0,
    func: F | None = None,
    *,
    when: Condition | None = None,
    during: Time | None = None,
    atomic: bool = False,
) -> Any:
    """Register a function to be called once in each open incident with a comms channel,
    ``initial_delay_mins`` minutes after the channel was opened.

    Works with and without parentheses: ``@single_notification`` is called at once.
    """
    if callable(initial_delay_mins):
        return single_notification(0, initial_delay_mins)
    delay = registration.number("single_notification", "initial_delay_mins", initial_delay_mins, 0)
    register: Callable[[F], F] = _nudge(
        "single_notification",
        interval_mins=delay,
        max_notifications=1,
        when=when,
        during=during,
        atomic=atomic,
    )
    return register(func) if func is not None else register
