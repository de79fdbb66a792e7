"""The drain as a task of Django's Tasks framework, for hosts that set RESPONSE_TASK_BACKEND.

Imported only when that is set: on Django 5.2 it needs the ``tasks`` extra.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, cast

import django
from django.db.models import Q
from django.utils import timezone

from response.conf import conf
from response.slack import hosts
from response.slack.drain import STAY, drain_once, next_due
from response.slack.models import Heartbeat

# Django 6 ships what the package brings to 5.2.
_framework = import_module("django.tasks" if django.VERSION >= (6, 0) else "django_tasks")
task = cast("Callable[..., Callable[[Callable[[], None]], Any]]", _framework.task)

PAUSE = timedelta(seconds=1)


# The framework looks its backend up at once, and a host's TASKS need not have "default".
@task(backend=conf.task_backend or "default")
def drain() -> None:
    """Work off what is due in both boxes, with the handlers that the web processes have."""
    hosts.load_handlers()
    drain_once()
    due = next_due()
    now = timezone.now()
    if due is not None and due - now <= STAY:
        _come_back(max(due, now + PAUSE), now)


def enqueue_drain(alias: str) -> None:
    """Have a worker of the backend ``alias`` run the drain; raises what the backend raises."""
    drain.using(backend=alias).enqueue()


def _come_back(when: datetime, now: datetime) -> None:
    """Have what is paced, or failed, worked off when it falls due; else it waits for the tick.

    Of many tasks that see the same work ahead one does.
    """
    alias = conf.task_backend
    if not alias or not _framework.task_backends[alias].supports_defer:
        return
    Heartbeat.objects.get_or_create(name=Heartbeat.DRAIN, defaults={"at": now})
    planned = Heartbeat.objects.filter(name=Heartbeat.DRAIN)
    if planned.filter(Q(at__lte=now) | Q(at__gt=when)).update(at=when):
        drain.using(backend=alias, run_after=when).enqueue()
