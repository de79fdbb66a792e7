"""``@keyword_handler``: words that somebody, or another bot, says in a comms channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, overload

from response.slack import registration, registry

F = TypeVar("F", bound=Callable[..., object])

OLD_FORM = "(comms_channel, user, text, ts)"
NEW_FORM = "(comms_channel, user, keyword, text, ts)"


@overload
def keyword_handler(
    keywords: Iterable[str], func: None = None, *, atomic: bool = False
) -> Callable[[F], F]: ...


@overload
def keyword_handler(keywords: Iterable[str], func: F, *, atomic: bool = False) -> F: ...


def keyword_handler(
    keywords: Iterable[str], func: F | None = None, *, atomic: bool = False
) -> Callable[[F], F] | F:
    """Register a function for messages in comms channels that contain one of ``keywords``.

    It is called with ``(comms_channel, user, keyword, text, ts)``; ``user`` is a Slack id (a
    bot's for a bot's message). (Where it takes four arguments it is still called without
    ``keyword``, which is deprecated.)
    Keywords are matched in any case, as whole words where spaces separate words (Japanese and
    Thai have none), and once a message and keyword. What is said to our own bot, and what it
    says itself, is no keyword. No keywords register nothing.
    """
    names = registration.names_list("keyword_handler", keywords)

    def register(function: F) -> F:
        handlers = [registry.keywords.register(name, function, atomic=atomic) for name in names]
        if handlers and handlers[0].arity == 4:
            registration.warn_of_old_form("keyword_handler", function, OLD_FORM, NEW_FORM)
        return function

    return register(func) if func is not None else register
