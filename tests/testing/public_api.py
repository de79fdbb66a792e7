"""What hosts may use, a line each: ``python -m tests.testing.public_api`` writes it down anew.

Whoever changes a line changes what hosts rely on: additions belong in CHANGELOG.md, anything else
needs a deprecation first.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.db.models import Model
from django.dispatch import Signal

WRITTEN = Path(__file__).with_name("public_api.txt")
# By name; None: all that the module names in ``__all__``, or defines and does not call its own.
MODULES: dict[str, tuple[str, ...] | None] = {
    "response.exceptions": None,
    "response.models": (
        "Action",
        "CommsChannel",
        "Event",
        "ExternalUser",
        "HeadlinePost",
        "Incident",
        "Notification",
        "PinnedMessage",
        "TimelineEvent",
        "UserStats",
    ),
    "response.text": None,
    "response.decorators": None,
    "response.core.signals": None,
    "response.slack.signals": None,
    "response.slack.block_kit": (
        "Actions",
        "Button",
        "Confirm",
        "Context",
        "Divider",
        "Message",
        "Section",
        "StaticSelect",
        "StaticSelectOption",
        "Text",
    ),
    "response.slack.cache": None,
    "response.slack.client": None,
    "response.slack.context": None,
    "response.slack.decorators": None,
    "response.slack.decorators.incident_command": ("get_commands", "get_help"),
    "response.slack.dialog_builder": (
        "Dialog",
        "SelectFromUsers",
        "SelectWithOptions",
        "Text",
        "TextArea",
    ),
    "response.slack.outbox": ("enqueue", "post", "react", "whisper"),
    "response.slack.permissions": ("PermissionRequest", "full_members_only"),
    "response.slack.reference_utils": None,
    "response.testing": None,
}
OF_DJANGO = {"from_db", "refresh_from_db", "save"}
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def lines() -> list[str]:
    """The public API as it is."""
    return [line for name in MODULES for line in _module(import_module(name))]


def _module(module: ModuleType) -> Iterator[str]:
    for name in sorted(_names(module)):
        value = getattr(module, name)
        yield from _described(f"{module.__name__}.{name}", value)


def _names(module: ModuleType) -> list[str]:
    named = MODULES[module.__name__]
    if named is not None:
        return list(named)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and (type(value) is Signal or _is_defined_in(module, value))
    ]


def _is_defined_in(module: ModuleType, value: Any) -> bool:
    shown = inspect.isclass(value) or inspect.isfunction(value)
    return shown and value.__module__ == module.__name__


def _described(path: str, value: Any) -> Iterator[str]:
    if not inspect.isclass(value):
        yield f"{path}{_signature(value)}"
        return
    if issubclass(value, Model):
        # Fields are the migrations' affair.
        yield f"{path}: model"
    else:
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        own = inspect.isfunction(value.__init__) and not getattr(value, "_is_protocol", False)
        yield f"{path}{_signature(value) if own else ''}{f': {bases}' if bases else ''}"
    for name, member in sorted(_members(value)):
        if isinstance(member, property):
            yield f"{path}.{name}: property"
        else:
            function = getattr(member, "__func__", member)
            yield f"{path}.{name}{_signature(function)}"


def _members(cls: type) -> Iterator[tuple[str, Any]]:
    seen = set()
    for base in cls.__mro__:
        if not base.__module__.startswith("response."):
            continue
        for name, member in vars(base).items():
            function = getattr(member, "__func__", member)
            shown = inspect.isfunction(function) or isinstance(member, property)
            if shown and not name.startswith("_") and name not in seen | OF_DJANGO:
                seen.add(name)
                yield name, member


class _Annotation(str):
    """Shown without the quotes, in which releases of Python differ."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _signature(value: Any) -> str:
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    parameters = [
        each.replace(annotation=_unquoted(each.annotation))
        for each in signature.parameters.values()
    ]
    returned = _unquoted(signature.return_annotation)
    shown = signature.replace(parameters=parameters, return_annotation=returned)
    return ADDRESS.sub("", str(shown))


def _unquoted(annotation: Any) -> Any:
    text = getattr(annotation, "__forward_arg__", annotation)
    return _Annotation(text) if isinstance(text, str) else annotation


def main() -> None:
    """Write the file."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    WRITTEN.write_text("\n".join(lines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
