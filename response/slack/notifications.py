"""Which nudges are due. A nudge is a delivery from ourselves (what is done with it: ``nudges``).

So it has what every delivery has: a key that makes it happen once however many ticks find it
due, retries, and a place in the order of its channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from response import logs
from response.slack import inbox, nudges, registry
from response.slack.discretion import log_exception
from response.slack.models import CommsChannel, Delivery, Notification
from response.slack.registry import Handler

logger = logs.get_logger("response.slack.notifications")

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
    last = next((sent[key] for key in nudges.keys(reference, handler) if key in sent), None)
    if not nudges.has_reason(handler, channel.incident):
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
