"""Which methods there are: ``@method`` on a function of one ``Call``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from response.sandbox.arguments import Arguments
from response.sandbox.models import Team, User


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call that may be served: by whom, with what."""

    args: Arguments
    team: Team
    bot: User

    def may(self, scope: str) -> bool:
        return scope in self.team.scopes


Handler = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Method:
    name: str
    handler: Handler
    # One of these is needed; none for methods that every token may call.
    scopes: tuple[str, ...]
    arguments: frozenset[str]
    # Whether it runs as one change of the workspace.
    writes: bool


_METHODS: dict[str, Method] = {}


def method(
    name: str, *, args: str = "", scopes: str = "", writes: bool = True
) -> Callable[[Handler], Handler]:
    """Serve ``name``; ``args`` and ``scopes`` are names with blanks between them."""

    def register(handler: Handler) -> Handler:
        _METHODS[name] = Method(
            name=name,
            handler=handler,
            scopes=tuple(scopes.split()),
            arguments=frozenset(args.split()),
            writes=writes,
        )
        return handler

    return register


def find(name: str) -> Method | None:
    return _METHODS.get(name)


def names() -> list[str]:
    return sorted(_METHODS)
