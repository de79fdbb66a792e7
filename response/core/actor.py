"""Who is acting right now, so that every change can say who made it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from response.core.models.external_user import ExternalUser


@dataclass(frozen=True, slots=True)
class Actor:
    """A person of another system, or somebody who has a name only, or nobody known."""

    user: ExternalUser | None = None
    name: str = ""


NOBODY = Actor()

_actor: ContextVar[Actor] = ContextVar("response_actor", default=NOBODY)


def current_actor() -> Actor:
    """Who acts in this thread or task; ``Actor(None, "")`` when nobody said."""
    return _actor.get()


@contextmanager
def acting_as(user: ExternalUser | None, name: str = "") -> Iterator[Actor]:
    """Changes made inside are recorded as made by this person.

    ``name`` is for those who are no ``ExternalUser``, such as a signed-in user of the site;
    it defaults to the display name of ``user``.
    """
    actor = Actor(user, name or (user.display_name if user else ""))
    token = _actor.set(actor)
    try:
        yield actor
    finally:
        _actor.reset(token)
