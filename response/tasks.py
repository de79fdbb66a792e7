"""The drain as a task of Django's Tasks framework, for hosts that set RESPONSE_TASK_BACKEND.

Imported only when that is set: on Django 5.2 it needs the ``tasks`` extra.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import django

from response.slack.drain import drain_once

# Django 6 ships what the package brings to 5.2.
_framework = import_module("django.tasks" if django.VERSION >= (6, 0) else "django_tasks")
task = cast("Callable[[Callable[[], None]], Any]", _framework.task)


@task
def drain() -> None:
    """Work off what is due in both boxes."""
    drain_once()


def enqueue_drain(alias: str) -> None:
    """Have a worker of the backend ``alias`` run the drain; raises what the backend raises."""
    drain.using(backend=alias).enqueue()
