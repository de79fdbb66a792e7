"""A tick with many open incidents: ``python bench/tick.py INCIDENTS``; prints JSON.

Run with the app's settings on an empty, migrated database. Measured are the whole command
``response_tick``, which finds nothing due; and three times that part of it which grows with the
incidents, the look for what is due: it finds nothing, a nudge of each incident, and all those
stored and not yet handled.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
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


def measured(work: Callable[[], int]) -> dict[str, Any]:
    """``work`` answers how many nudges are due."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        began, worked = time.perf_counter(), time.process_time()
        due = work()
        found = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - worked}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "queries": len(asked), "due": due, "peak": peak}


def _command() -> int:
    from django.core.management import call_command

    said = StringIO()
    call_command("response_tick", skip_checks=True, stdout=said)
    return int(said.getvalue().split()[0])


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
        found = {"the whole command, nothing due": measured(_command)}
        found["nothing due"] = measured(lambda: tick.tick(now))
        later = now + timedelta(minutes=3)
        found["all due"] = measured(lambda: tick.tick(later))
        found["all stored before"] = measured(lambda: tick.tick(later))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
