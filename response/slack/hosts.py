"""Loads what a host of 0.5.1 registers where only its web processes would find it."""

from __future__ import annotations

from importlib import import_module

from response import logs
from response.conf import conf

logger = logs.get_logger("response.slack.hosts")


def load_handlers() -> None:
    """Import the module of ``WSGI_APPLICATION``: hosts of 0.5.1 import their handlers there.

    Called by every process that drains and is no web process. ``response_handlers.py`` of
    the installed apps is loaded already.
    """
    module = conf.wsgi_application.rpartition(".")[0]
    if module:
        import_module(module)
