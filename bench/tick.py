"""A tick with many open incidents: ``python bench/tick.py INCIDENTS``; prints JSON.

Run with the app's settings on an empty, migrated database. Three ticks are measured: one that
finds nothing due, one that finds a nudge of each incident due, and one that finds all those
stored and not yet handled.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import datetime, timedelta
from typing import Any

import django

BATCH = 5000


def open_incidents(count: int, opened_at: datetime) -> None:
    from response.models import CommsChannel, ExternalUser, Incident

    reporter = ExternalUser.objects.create(app_id="slack", external_id="U0TICK")
    for begin in range(0, count, BATCH):
        rows = Incident.objects.bulk_create(
            Incident(
                report=f"Incident {number}",
                reporter=reporter,
                report_time=opened_at,
                start_time=opened_at,
                severity="2",
            )
            for number in range(begin, min(begin + BATCH, count))
        )
        CommsChannel.objects.bulk_create(
            CommsChannel(
                incident=row,
                channel_id=f"C{row.pk:08}",
                channel_name=f"inc-{row.pk}",
                created_date=opened_at,
            )
            for row in rows
        )


def measured(now: datetime) -> dict[str, Any]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from response.slack import tick

    with CaptureQueriesContext(connection) as asked:
        began, worked = time.perf_counter(), time.process_time()
        due = tick.tick(now)
        found = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "queries": len(asked), "due": due, "peak": peak}


def main() -> None:
    django.setup()
    from django.utils import timezone

    from response import background
    from response.slack import hosts, tick

    hosts.load_handlers()
    now = timezone.now()
    with background.by_hand():
        tick.tick(now)
        open_incidents(int(sys.argv[1]), now)
        found = {"nothing due": measured(now)}
        later = now + timedelta(minutes=3)
        found["all due"] = measured(later)
        found["all stored before"] = measured(later)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
