"""What the app's database says of the work: what is left in the boxes, and how soon it was done.

For processes with the app's settings.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from load import Result

SETTLE = 10.0
PATIENCE = 300.0


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def left() -> dict[str, int]:
    """Rows in each box that are still to be worked off."""
    from django.db import transaction

    from response.slack.models import Call, HandlerRun

    with transaction.atomic():
        return {
            "inbox": HandlerRun.objects.filter(state="pending").count(),
            "outbox": Call.objects.filter(state__in=["pending", "sending"]).count(),
        }


def settled() -> dict[str, Any]:
    """When each box was empty, in seconds from now; what was left in it after 10 s if it was not.

    An outbox that is empty may fill again: with what the rest of the inbox asks for.
    """
    began = time.monotonic()
    empty: dict[str, float] = {}
    while True:
        rows, after = left(), time.monotonic() - began
        for box, count in rows.items():
            if count:
                empty.pop(box, None)
            else:
                empty.setdefault(box, after)
        if len(empty) == len(rows) or after > SETTLE:
            break
        time.sleep(0.1)
    found: dict[str, Any] = {"left": sum(rows.values())}
    for box, count in rows.items():
        found |= {f"{box} empty after": empty.get(box), f"{box} left": count}
    found["empty after"] = max(empty.values()) if len(empty) == len(rows) else None
    return found


def wait_until_empty() -> None:
    deadline = time.monotonic() + PATIENCE
    while any((rows := left()).values()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{sum(rows.values())} rows are left in the boxes.")
        time.sleep(0.1)


def give_up() -> int:
    """Delete the calls that wait: for what Slack's pace would hold back for long; how many.

    The inbox is worked off first: what is still in it may ask for more of them.
    """
    from response.slack.models import Call

    deadline, deleted = time.monotonic() + PATIENCE, 0
    while any((rows := left()).values()):
        if time.monotonic() > deadline:
            raise SystemExit(f"{sum(rows.values())} rows are left in the boxes.")
        if not rows["inbox"]:
            deleted += Call.objects.filter(state="pending").delete()[0]
        time.sleep(0.1)
    return deleted


def counted() -> int:
    """Messages that the app has counted."""
    from django.db.models import Sum

    from response.slack.models import UserStats

    return UserStats.objects.aggregate(sum=Sum("message_count"))["sum"] or 0


def stored() -> int:
    """Deliveries in the inbox."""
    from response.slack.models import Delivery

    return Delivery.objects.count()


def done(handlers: str) -> int:
    """Runs that came to an end, of handlers whose reference contains ``handlers``."""
    from response.slack.models import HandlerRun

    return HandlerRun.objects.filter(state="done", handler__contains=handlers).count()


def last_run() -> int:
    """The key of the newest run of a handler; 0 without one."""
    from response.slack.models import HandlerRun

    newest = HandlerRun.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def lag(since: datetime, handlers: str) -> dict[str, Any]:
    """Milliseconds from a delivery's arrival to the end of such a handler."""
    from response.slack.models import HandlerRun

    runs = HandlerRun.objects.filter(
        delivery__received_at__gte=since, state="done", handler__contains=handlers
    )
    times = runs.values_list("delivery__received_at", "finished_at")
    waits = Result([(finished - received).total_seconds() for received, finished in times])
    if not waits.latencies:
        return {}
    return {
        "handled": len(waits.latencies),
        "lag p50": waits.percentile(50),
        "lag p95": waits.percentile(95),
        "lag max": waits.percentile(100),
    }
