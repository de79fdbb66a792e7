"""Which nudges are due. A nudge is a delivery from ourselves (what is done with it: ``nudges``).

So it has what every delivery has: a key that makes it happen once however many ticks find it
due, retries, and a place in the order of its channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.db import DataError, IntegrityError
from django.utils import timezone

from response import database, logs
from response.background import schedule_drain
from response.slack import nudges, registry
from response.slack.discretion import log_exception
from response.slack.models import CommsChannel, Delivery, HandlerRun, Notification
from response.slack.registry import Handler

logger = logs.get_logger("response.slack.notifications")

# So many incidents are looked at with each query, and so many nudges stored in a transaction:
# of a few statements each, so that all of them are fewer than one for 500 nudges.
PAGE = 5000
TOGETHER = 5000
# ``Notification.repeat_count`` as 0.5.1 counts: 0 after the first nudge.
NONE_YET = -1
MINUTE = timedelta(minutes=1)


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
    return sum(_store(dues) for dues in _batches(_due(now)))


def _batches(dues: Iterator[Due]) -> Iterator[list[Due]]:
    while batch := list(islice(dues, TOGETHER)):
        yield batch


def _store(dues: Sequence[Due]) -> int:
    """Store those that no earlier tick has stored, together: all of them or none."""
    dues = _new(dues)
    if not dues:
        return 0
    try:
        with database.atomic():
            stored = _store_together(dues)
            schedule_drain()
    except (DataError, IntegrityError):
        # An incident that was deleted in this moment, or the like: it keeps no other from it.
        if len(dues) > 1:
            middle = len(dues) // 2
            return _store(dues[:middle]) + _store(dues[middle:])
        incident = dues[0].comms_channel.incident
        log_exception(
            logger, "%s is due and could not be stored", dues[0].reference, incident=incident
        )
        return 0
    return stored


def _new(dues: Sequence[Due]) -> list[Due]:
    stored = Delivery.objects.filter(key__in=[due.key for due in dues])
    known = set(stored.values_list("key", flat=True))
    return [due for due in dues if due.key not in known]


def _store_together(dues: Sequence[Due]) -> int:
    """Two statements however many they are; what another tick stored meanwhile is left to it."""
    now, kind = timezone.now(), Delivery.Kind.NOTIFICATION
    common = {"kind": kind, "payload": "{}", "received_at": now}
    rows = [
        {**common, "key": due.key, "incident_id": due.comms_channel.incident_id} for due in dues
    ]
    stored = database.insert_new(Delivery, rows, "key")
    runs = [
        {"delivery_id": stored[due.key], "lane": due.comms_channel.channel_id}
        | {"handler": due.reference, "next_try": now}
        for due in dues
        if due.key in stored
    ]
    database.insert_many(HandlerRun, runs)
    return len(runs)


def _due(now: datetime) -> Iterator[Due]:
    handlers = [
        (reference, handler, nudges.keys(reference, handler))
        for reference, handler in registry.notifications.items()
        if _can_be_now(handler)
    ]
    for page in _pages_of_open_channels() if handlers else ():
        sent = _sent(page)
        done: list[Notification] = []
        for channel in page:
            had = sent.get(channel.incident_id, {})
            for reference, handler, keys in handlers:
                last = next((had[key] for key in keys if key in had), None)
                try:
                    if not nudges.has_reason(handler, channel.incident):
                        done.extend([last] if last else [])
                        continue
                    due = _due_one(channel, reference, handler, last, now)
                except Exception:  # noqa: BLE001 (logged below)
                    # A host's ``when``: it fails alone.
                    failure = "Whether %s is due cannot be said"
                    log_exception(logger, failure, handler.path, incident=channel.incident)
                    continue
                if due is not None:
                    yield due
        _start_again(done, now)


def _can_be_now(handler: Handler) -> bool:
    try:
        return nudges.is_time(handler)
    except Exception:
        logger.exception("Whether it is the time for %s cannot be said", handler.path)
        return False


def _pages_of_open_channels() -> Iterator[list[CommsChannel]]:
    channels = CommsChannel.objects.filter(incident__end_time=None, superseded=False)
    channels = channels.select_related("incident").order_by("pk")
    last, there_may_be_more = 0, True
    while there_may_be_more:
        page = list(channels.filter(pk__gt=last)[:PAGE])
        yield page
        there_may_be_more = len(page) == PAGE
        last = page[-1].pk if page else last


def _sent(page: Iterable[CommsChannel]) -> dict[int, dict[str, Notification]]:
    """What each incident of the page had, by incident and key; no query for an empty page."""
    rows = Notification.objects.filter(incident__in=[channel.incident_id for channel in page])
    sent: dict[int, dict[str, Notification]] = {}
    for row in rows:
        sent.setdefault(row.incident_id, {})[row.key] = row
    return sent


def _due_one(
    channel: CommsChannel,
    reference: str,
    handler: Handler,
    last: Notification | None,
    now: datetime,
) -> Due | None:
    count = last.repeat_count + 1 if last else 0
    since = last.time if last else channel.created_date or channel.incident.start_time
    # 0 is once, as in 0.5.1.
    spent = count >= max(handler.options["max_notifications"], 1) or (last and last.completed)
    if spent or (now - since) / MINUTE < handler.options["interval_mins"]:
        return None
    return Due(reference=reference, comms_channel=channel, count=count, since=since)


def _start_again(done: Iterable[Notification], now: datetime) -> None:
    """Their reason is gone; should it come back, the nudges begin with the first."""
    counted = [row.pk for row in done if row.repeat_count > NONE_YET]
    if counted:
        Notification.objects.filter(pk__in=counted).update(repeat_count=NONE_YET, time=now)
