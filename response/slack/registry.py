"""Who handles what: one ``Registry`` for each kind of handler, filled by the decorators.

A handler is stored in the inbox by its *reference*, ``<kind>:<name>``, never as an object:
another process, after a deploy, must find it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Any

from response import logs
from response.slack.registration import RegistrationError as RegistrationError
from response.slack.registration import location, path_of, takes

logger = logs.get_logger("response.slack.registry")

BUILTIN_PACKAGE = "response.slack.handlers"
# References are stored, and are a part of other keys: none is longer, whatever it names.
REFERENCE_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class Handler:
    """A registered function and what it was registered for.

    ``name`` is Slack's noun for it: a command, an event's type, an action's id, a callback
    id, a keyword. ``arity`` is how many of the offered arguments the function takes.
    ``replaces`` are those of the same name that it is used in place of, the last one first.
    """

    kind: str
    name: str
    function: Callable[..., Any]
    arity: int
    order: float = 0
    atomic: bool = False
    opens_modal: bool = False
    in_incident: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    replaces: tuple[Handler, ...] = ()

    @property
    def path(self) -> str:
        """Where the function is defined, ``module.qualname``."""
        return path_of(self.function)

    @property
    def location(self) -> tuple[str, int]:
        """The file and the line where the function is defined."""
        return location(self.function)

    def instead_of(self, other: Handler) -> Handler:
        """This handler, which is used in place of ``other`` and of those that it replaced.

        The same function registered again, or loaded again, replaces nothing.
        """
        others = (other, *other.replaces, *self.replaces)
        by_path = {one.path: replace(one, replaces=()) for one in others if one.path != self.path}
        return replace(self, replaces=tuple(by_path.values()))

    @property
    def builtin(self) -> bool:
        """Whether it is one of ours, which a host's handler of that name replaces."""
        return self.path.startswith(BUILTIN_PACKAGE)


class Registry:
    """The handlers of one kind.

    ``exclusive`` kinds (commands, actions, dialogs, modals, shortcuts) have one handler a
    name: a host's replaces the built-in one, and of two hosts' the last wins, with a warning.
    Of the other kinds all run, in order of ``order`` and then of registration.
    """

    def __init__(self, kind: str, *, exclusive: bool, signatures: Sequence[Sequence[str]]) -> None:
        self.kind = kind
        self.exclusive = exclusive
        self.signatures = tuple(tuple(names) for names in signatures)
        self._handlers: dict[str, Handler] = {}

    def register(
        self,
        name: str,
        function: Callable[..., Any],
        *,
        signatures: Sequence[Sequence[str]] = (),
        **options: Any,
    ) -> Handler:
        """Register ``function`` for ``name``; options are fields of ``Handler``.

        ``signatures`` are those of the kind unless there are fewer for this one. Raises
        ``RegistrationError`` for a function that cannot take what it will be given.
        """
        arity = takes(f"the {self.kind} {name!r}", function, signatures or self.signatures)
        handler = Handler(kind=self.kind, name=name, function=function, arity=arity, **options)
        if self.exclusive:
            self._replace(self._key(name), handler)
        else:
            self._handlers[self._free_key(handler)] = handler
        return handler

    def unregister(self, name: str) -> None:
        """Forget the handler of an exclusive ``name``; unknown names are no error."""
        self._handlers.pop(self._key(name), None)

    def discard(self, handler: Handler) -> None:
        """Forget one handler."""
        for key, present in list(self._handlers.items()):
            if present is handler:
                del self._handlers[key]

    def get(self, name: str) -> Handler | None:
        """The handler for an exclusive ``name``, in any case."""
        return self._handlers.get(self._key(name))

    def matching(self, name: str) -> list[tuple[str, Handler]]:
        """``(reference, handler)`` of all that are registered for ``name``, in order."""
        return [(ref, handler) for ref, handler in self.items() if handler.name == name]

    def by_reference(self, reference: str) -> Handler | None:
        """The handler that ``reference`` names, None where this process does not have it."""
        kind, _, key = reference.partition(":")
        return self._handlers.get(key) if kind == self.kind else None

    def reference(self, name: str) -> str:
        """The reference of an exclusive ``name``."""
        return f"{self.kind}:{self._key(name)}"

    def items(self) -> list[tuple[str, Handler]]:
        """``(reference, handler)`` of all, in order."""
        ordered = sorted(self._handlers.items(), key=lambda item: item[1].order)
        return [(f"{self.kind}:{key}", handler) for key, handler in ordered]

    def __iter__(self) -> Iterator[Handler]:
        return iter([handler for _, handler in self.items()])

    def __len__(self) -> int:
        return len(self._handlers)

    @contextmanager
    def temporarily(self) -> Iterator[None]:
        """Undo every registration that happens within: for tests."""
        before = dict(self._handlers)
        try:
            yield
        finally:
            self._handlers = before

    def _key(self, name: str) -> str:
        return _cut(name.lower(), REFERENCE_LENGTH - len(self.kind) - 1)

    def _replace(self, key: str, handler: Handler) -> None:
        present = self._handlers.get(key)
        if present is not None and handler.builtin and not present.builtin:
            self._handlers[key] = present.instead_of(handler)
            return
        if present and not present.builtin and present.path != handler.path:
            logger.warning(
                "%s %r is handled by both %s and %s; the last one, %s, is used.",
                self.kind,
                handler.name,
                present.path,
                handler.path,
                handler.path,
            )
        self._handlers[key] = handler.instead_of(present) if present else handler

    def _free_key(self, handler: Handler) -> str:
        """``name:path``, numbered where different functions share a path (made in a loop)."""
        # Room for the kind and for a number.
        room = REFERENCE_LENGTH - len(self.kind) - 10
        base = key = _cut(f"{handler.name}:{handler.path}", room)
        number = 1
        while key in self._handlers and not _same(self._handlers[key].function, handler.function):
            number += 1
            key = f"{base}#{number}"
        return key


def _cut(key: str, limit: int) -> str:
    """A key that is too long ends in a digest of it, so that it stays the only one."""
    if len(key) <= limit:
        return key
    return f"{key[: limit - 17]}-{sha256(key.encode()).hexdigest()[:16]}"


def _same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """The same function, or the same code loaded again under the same path."""
    if one is other:
        return True
    if isinstance(one, partial) and isinstance(other, partial):
        given = [(each.args, each.keywords) for each in (one, other)]
        return given[0] == given[1] and _same(one.func, other.func)
    if getattr(one, "__self__", None) is not getattr(other, "__self__", None):
        return False
    codes = [getattr(function, "__code__", None) for function in (one, other)]
    closures = [getattr(function, "__closure__", None) for function in (one, other)]
    return codes[0] is not None and codes[0] == codes[1] and closures == [None, None]


commands = Registry("command", exclusive=True, signatures=[("incident", "user_id", "message")])
actions = Registry(
    "action",
    exclusive=True,
    signatures=[("incident", "user_id", "message"), ("action_context",)],
)
dialogs = Registry(
    "dialog",
    exclusive=True,
    signatures=[("user_id", "channel_id", "submission", "response_url", "state")],
)
modals = Registry("modal", exclusive=True, signatures=[("modal_context",)])
shortcuts = Registry("shortcut", exclusive=True, signatures=[("shortcut_context",)])
events = Registry("event", exclusive=False, signatures=[("payload",), ("incident", "payload")])
keywords = Registry(
    "keyword",
    exclusive=False,
    signatures=[
        ("comms_channel", "user", "text", "ts"),
        ("comms_channel", "user", "keyword", "text", "ts"),
    ],
)
notifications = Registry("notification", exclusive=False, signatures=[("incident",)])
headline_actions = Registry(
    "headline_post_action", exclusive=False, signatures=[("headline_post",)]
)

ALL = (
    commands,
    actions,
    dialogs,
    modals,
    shortcuts,
    events,
    keywords,
    notifications,
    headline_actions,
)


def find(reference: str) -> Handler | None:
    """The handler that ``reference`` names, of whichever kind."""
    kind = kind_of(reference)
    return next((each.by_reference(reference) for each in ALL if each.kind == kind), None)


def kind_of(reference: str) -> str:
    """The kind of handler that ``reference`` names, such as ``command``."""
    return reference.partition(":")[0]
