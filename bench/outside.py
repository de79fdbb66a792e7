"""What watching costs while a lot waits: ``python bench/outside.py ROWS``; prints JSON.

Run with the app's settings on an empty, migrated database. Each address is asked through
Django's test client: median time, CPU time, queries. The meter is what counts for the metrics.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import time
from typing import Any

import django
import rows

ADDRESSES = ("/metrics", "/healthz", "/healthz/work", "/healthz/alive")
TIMES = 15
FEW = 1000
COUNTED = 20_000
CHANNELS = [f"C0WATCH{number:03}" for number in range(200)]
TOKEN = "of the measurements"  # noqa: S105 (nobody else's)


def measured(path: str) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {TOKEN}"})
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    # Now: the next request clears the log.
    queries = len(asked)
    if answer.status_code not in (200, 503) or (path == "/metrics" and answer.status_code != 200):
        raise SystemExit(f"{path}: {answer.status_code} {answer.content[:300]!r}")
    taken, cpu = [], []
    for _ in range(TIMES):
        began, worked = time.perf_counter(), time.process_time()
        client.get(path)
        taken.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
    return {
        "queries": queries,
        "p50": statistics.median(taken),
        "cpu": statistics.median(cpu),
        "max": max(taken),
    }


def metered() -> dict[str, Any]:
    """What counting one delivery costs, and writing the sums down."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from response.slack import meter

    meter.flush()
    worked = time.process_time()
    for number in range(COUNTED):
        meter.count(meter.DELIVERIES, "event", "done")
        meter.took(meter.DELIVERY_SECONDS, "event", number % 10 / 10)
    each = (time.process_time() - worked) / COUNTED
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        meter.flush()
    return {
        "µs a delivery": 1e6 * each,
        "% of a core at 200/s": 100 * 200 * each,
        "ms to write": 1000 * (time.perf_counter() - began),
        "queries to write": len(asked),
    }


def fill(incidents: dict[str, int], before: int, count: int) -> None:
    """Rows until ``count`` wait in each box; so many wait already."""
    rows.deliveries(incidents, count - before)
    rows.posts(list(incidents), count - before)


def main(count: int) -> None:
    os.environ["RESPONSE_METRICS_TOKEN"] = TOKEN
    django.setup()
    from django.utils import timezone

    from response import background
    from response.models import ExternalUser, Incident
    from response.slack import hosts, tick
    from response.slack.models import Call

    hosts.load_handlers()
    # That work is late is what /healthz/work is asked about here, and no news.
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    found: dict[str, Any] = {}
    with background.by_hand():
        reporter = ExternalUser.objects.create(app_id="slack", external_id="U0WATCH")
        incident = Incident.objects.create_incident("Watched", reporter, timezone.now(), False)
        tick.tick(timezone.now())
        Call.objects.all().delete()
        before = 0
        for wanted in sorted({min(FEW, count), count}):
            fill(dict.fromkeys(CHANNELS, incident.pk), before, wanted)
            before = wanted
            for path in ADDRESSES:
                found[f"{path}, {wanted:,} rows a box"] = measured(path)
        found["the meter"] = metered()
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
