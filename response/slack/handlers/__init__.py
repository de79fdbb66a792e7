"""The built-in handlers: written with the public decorators only, as a host would write them."""

from __future__ import annotations

from importlib import import_module

MODULES = ("commands", "texts", "headline", "forms", "events", "nudges")


def register_all() -> None:
    """Import every module of handlers; importing one registers what is in it."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")
