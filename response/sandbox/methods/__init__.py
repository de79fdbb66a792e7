"""The Web API's methods, a module for each noun of theirs."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "auth",
    "bookmarks",
    "chat",
    "conversations",
    "dialog",
    "history",
    "pins",
    "reactions",
    "usergroups",
    "users",
    "views",
)


def load() -> None:
    """Register every method."""
    for name in MODULES:
        import_module(f"response.sandbox.methods.{name}")
