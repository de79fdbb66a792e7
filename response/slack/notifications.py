"""Nudges: which are due, and what is done with one. A nudge is a delivery from ourselves.

So it has what every delivery has: a key that makes it happen once however many ticks find it
due, retries, and a place in the order of its channel.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F
from django.utils import timezone

from response.core.models import Incident
from response.slack import inbox, registry
from response.slack.discretion import log_exception
from response.slack.models import CommsChannel, Delivery, HandlerRun, Notification
from response.slack.registry import Handler

logger = logging.getLogger("response.slack.notifications")

# So many incidents are looked at with each query.
PAGE = 500
# ``Notification.repeat_count`` as 0.5.1 counts: 0 after the first nudge.
NONE_YET = -1


@dataclass(frozen=True, kw_only=True)
class Due:
    """One handler's nudge of one incident.

    ``count`` is how many it had before, and ``since`` when the last was, or when they began.
    """

    reference: str
    comms_channel: CommsChannel
    count: int
    since: datetime

    @property
    def key(self) -> str:
        """Of the delivery: the same for every tick that finds this nudge due."""
        turn = f"{self.comms_channel.incident_id}:{self.since.timestamp():.3f}:{self.count}"
        return f"nudge:{turn}:{self.reference}"


def deliver_due(now: datetime) -> int:
    """Store a delivery for each nudge that is due; how many there were."""
    delivered = 0
    for due in _due(now):
        stored = inbox.store(
            key=due.key,
            kind=Delivery.Kind.NOTIFICATION,
            payload={},
            handlers=[due.reference],
            lane=due.comms_channel.channel_id,
            incident=due.comms_channel.incident,
        )
        delivered += stored is not None
    return delivered


class Skipped(Exception):
    """The nudge did nothing this time: it is delivered again when it falls due again."""


def run_notification(run: HandlerRun, handler: Handler) -> Callable[[], None]:
    """Nudge; the answer counts it. Raises ``Skipped`` where a handler returned False.

    The incident may have been closed, or the reason for the nudge gone, since it fell due.
    """
    incident = run.delivery.incident
    if (
        incident is None
        or incident.is_closed()
        or not _has_reason(handler, incident)
        or handler.function(incident) is False
    ):
        raise Skipped
    return partial(_count, incident, run.handler, handler)


def _count(incident: Incident, reference: str, handler: Handler) -> None:
    now = timezone.now()
    rows = Notification.objects.filter(incident=incident, key__in=_keys(reference, handler))
    if not rows.update(repeat_count=F("repeat_count") + 1, time=now, key=_key(reference)):
        Notification.objects.create(
            incident=incident, key=_key(reference), time=now, repeat_count=0
        )


def _due(now: datetime) -> Iterator[Due]:
    handlers = registry.notifications.items()
    for page in _pages_of_open_channels():
        sent = _sent(page)
        for channel in page:
            for reference, handler in handlers:
                had = sent.get(channel.incident_id, {})
                try:
                    due = _due_one(channel, reference, handler, had, now)
                except Exception:  # noqa: BLE001 (logged below)
                    # A host's ``when``: it fails alone.
                    failure = "Whether %s is due cannot be said"
                    log_exception(logger, failure, handler.path, incident=channel.incident)
                    continue
                if due is not None:
                    yield due


def _pages_of_open_channels() -> Iterator[list[CommsChannel]]:
    channels = CommsChannel.objects.filter(incident__end_time=None, superseded=False)
    channels = channels.select_related("incident").order_by("pk")
    last = 0
    while page := list(channels.filter(pk__gt=last)[:PAGE]):
        yield page
        last = page[-1].pk


def _sent(page: Iterable[CommsChannel]) -> dict[int, dict[str, Notification]]:
    rows = Notification.objects.filter(incident__in=[channel.incident_id for channel in page])
    sent: dict[int, dict[str, Notification]] = {}
    for row in rows:
        sent.setdefault(row.incident_id, {})[row.key] = row
    return sent


def _due_one(
    channel: CommsChannel,
    reference: str,
    handler: Handler,
    sent: dict[str, Notification],
    now: datetime,
) -> Due | None:
    last = next((sent[key] for key in _keys(reference, handler) if key in sent), None)
    if not _has_reason(handler, channel.incident):
        if last is not None and last.repeat_count > NONE_YET:
            _start_again(last, now)
        return None
    count = last.repeat_count + 1 if last else 0
    interval = timedelta(minutes=int(handler.options["interval_mins"]))
    since = last.time if last else channel.created_date or channel.incident.start_time
    spent = count >= int(handler.options["max_notifications"]) or (last and last.completed)
    if spent or now - since < interval:
        return None
    return Due(reference=reference, comms_channel=channel, count=count, since=since)


def _start_again(last: Notification, now: datetime) -> None:
    """The reason is gone; should it come back, the nudges begin with the first."""
    last.repeat_count, last.time = NONE_YET, now
    last.save(update_fields=["repeat_count", "time"])


def _has_reason(handler: Handler, incident: Incident) -> bool:
    when = handler.options.get("when")
    return when is None or bool(when(incident))


def _key(reference: str) -> str:
    return reference.removeprefix("notification:nudge:")


def _keys(reference: str, handler: Handler) -> list[str]:
    """The key of ours, and 0.5.1's, which was the function's bare name."""
    names = [each.function.__name__ for each in registry.notifications]
    name = handler.function.__name__
    return [_key(reference), name] if names.count(name) == 1 else [_key(reference)]
