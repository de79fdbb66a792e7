"""The drain as a task of Django's Tasks framework, for hosts that set RESPONSE_TASK_BACKEND.

Imported only when that is set: on Django 5.2 it needs the ``tasks`` extra.
"""

from __future__ import annotations

import django

from response.slack.drain import drain_once

if django.VERSION >= (6, 0):
    from django.tasks import task
else:
    from django_tasks import task


@task
def drain() -> None:
    """Work off what is due in both boxes."""
    drain_once()


def enqueue_drain(alias: str) -> None:
    """Have a worker of the backend ``alias`` run the drain; raises what the backend raises."""
    drain.using(backend=alias).enqueue()
