"""What is done with a nudge that is due, and the row that counts how many there were."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from response.core.models import Incident
from response.slack import registry
from response.slack.models import HandlerRun, Notification
from response.slack.registration import name_of
from response.slack.registry import Handler


class Skipped(Exception):
    """The nudge did nothing this time: it is delivered again when it falls due again."""


def run_notification(run: HandlerRun, handler: Handler) -> Callable[[], None]:
    """Nudge; the answer counts it. Raises ``Skipped`` where a handler returned False.

    The incident may have been closed, or reason and time for the nudge gone, since it fell due.
    """
    incident = run.delivery.incident
    if (
        incident is None
        or incident.is_closed()
        or not is_time(handler)
        or not has_reason(handler, incident)
        or handler.function(incident) is False
    ):
        raise Skipped
    return partial(_count, incident, run.handler, handler)


def _count(incident: Incident, reference: str, handler: Handler) -> None:
    now, ours = timezone.now(), _key(reference)
    rows = Notification.objects.filter(incident=incident, key__in=keys(reference, handler))
    counts = dict(rows.values_list("key", "repeat_count"))
    if not counts:
        Notification.objects.create(incident=incident, key=ours, time=now, repeat_count=0)
        return
    if len(counts) > 1:
        # A process of 0.5.1, beside us while a release is rolled out, has counted by itself.
        rows.exclude(key=ours).delete()
    rows.update(repeat_count=max(counts.values()) + 1, time=now, key=ours)


def has_reason(handler: Handler, incident: Incident) -> bool:
    """Whether the handler's ``when``, if it has one, says that there is something to nudge for."""
    when = handler.options.get("when")
    return when is None or bool(when(incident))


def is_time(handler: Handler) -> bool:
    """Whether the handler's ``during``, if it has one, says that it may nudge now."""
    during = handler.options.get("during")
    return during is None or bool(during())


def _key(reference: str) -> str:
    return reference.removeprefix("notification:nudge:")


def keys(reference: str, handler: Handler) -> list[str]:
    """The keys of a handler's ``Notification``: ours, and 0.5.1's, the function's bare name."""
    names = [name_of(each.function) for each in registry.notifications]
    name = name_of(handler.function)
    return [_key(reference), name] if names.count(name) == 1 else [_key(reference)]
