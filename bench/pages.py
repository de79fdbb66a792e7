"""Pages, API and exports of many incidents: ``python bench/pages.py INCIDENTS TIMELINE``.

Run with the app's settings on an empty, migrated database; prints JSON. Each address is asked
in a child process of its own, through Django's test client: median time, median CPU time
of this process (which others' work does not change), number of queries, and how much the
memory grew.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

BATCH = 5000
ACTIONS_EACH = 2
WORDS = "The checkout answers 500 in eu-west-1 since the deployment of the payment service"


def fill(incidents: int, entries: int) -> int:
    """Make so many incidents, one of them with so long a timeline; its number."""
    from django.utils import timezone

    from response.models import Action, CommsChannel, ExternalUser, Incident, TimelineEvent

    people = [
        ExternalUser.objects.create(
            app_id="slack", external_id=f"U0PAGE{number:02}", display_name=f"person{number}"
        )
        for number in range(20)
    ]
    now = timezone.now()
    for begin in range(0, incidents, BATCH):
        rows = Incident.objects.bulk_create(
            _incident(number, people, now - timedelta(minutes=10 * number))
            for number in range(begin, min(begin + BATCH, incidents))
        )
        CommsChannel.objects.bulk_create(
            CommsChannel(incident=row, channel_id=f"C{row.pk:08}", channel_name=f"inc-{row.pk}")
            for row in rows
        )
        Action.objects.bulk_create(
            Action(incident=row, user=people[row.pk % 20], details=f"{WORDS} <@U0PAGE01>")
            for row in rows
            for _ in range(ACTIONS_EACH)
        )
    long = Incident.objects.latest("pk")
    TimelineEvent.objects.bulk_create(
        (
            TimelineEvent(
                incident=long,
                timestamp=now + timedelta(seconds=number),
                text=f"{number}: {WORDS}, says <@U0PAGE{number % 20:02}>",
                event_type="slack_pin" if number % 2 else "incident_update",
                actor=people[number % 20],
            )
            for number in range(entries)
        ),
        batch_size=BATCH,
    )
    return int(long.pk)


def _incident(number: int, people: list[Any], began: Any) -> Any:
    from response.models import Incident

    return Incident(
        report=f"{WORDS} {number}",
        reporter=people[number % 20],
        lead=people[number * 7 % 20],
        report_time=began,
        start_time=began,
        end_time=None if number % 50 == 0 else began + timedelta(hours=1),
        report_only=number % 25 == 1,
        severity=str(1 + number % 4),
        summary=f"{WORDS}. " * 3,
        impact=WORDS,
    )


def addresses(long: int) -> dict[str, tuple[str, int]]:
    """What is asked for, by name, and how often."""
    return {
        "list page": ("/", 9),
        "list page, page 100": ("/?page=100", 5),
        "list page, open": ("/?status=open", 5),
        "list page, search": ("/?q=payment", 3),
        "core/incidents/": ("/core/incidents/", 9),
        "core/incidents/?cursor=": ("/core/incidents/?cursor=", 9),
        "core/incidents/?status=live": ("/core/incidents/?status=live", 5),
        "document": (f"/incident/{long}/", 5),
        "export.csv": ("/core/incidents/export.csv", 1),
        "export.json": ("/core/incidents/export.json", 1),
    }


def measured(path: str, times: int) -> dict[str, Any]:
    """In this process, which is a child: its memory tells of this address alone."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(get_user_model().objects.get(username="bench"))
    # Everything that any address needs is imported now.
    for each in ("/incident/1/", "/core/incidents/1/"):
        _size(client.get(each))
    before = _peak()
    taken, cpu, size, peak = [], [], 0, before
    for _ in range(times):
        began, worked = time.perf_counter(), time.process_time()
        size = _size(client.get(path))
        taken.append(1000 * (time.perf_counter() - began))
        cpu.append(1000 * (time.process_time() - worked))
        peak = _peak() if len(taken) == 1 else peak
    with CaptureQueriesContext(connection) as asked:
        _size(client.get(path))
    return {
        "p50": statistics.median(taken),
        "cpu": statistics.median(cpu),
        "queries": len(asked),
        "peak": peak - before,
        "size": size / 1024,
    }


def _peak() -> float:
    """The most memory that this process has had, in MB.

    Not ``getrusage``'s, which begins with that of whoever started the process.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _size(answer: Any) -> int:
    if answer.status_code != 200:
        raise SystemExit(f"{answer.status_code}: {answer.content[:500]!r}")
    pieces: Iterator[bytes] = answer.streaming_content if answer.streaming else [answer.content]
    return sum(len(piece) for piece in pieces)


def main() -> None:
    django.setup()
    if sys.argv[1] == "measure":
        print(json.dumps(measured(sys.argv[2], int(sys.argv[3]))))
        return
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_superuser("bench", password=None)
    long = fill(int(sys.argv[1]), int(sys.argv[2]))
    found = {}
    for name, (path, times) in addresses(long).items():
        command = [sys.executable, __file__, "measure", path, str(times)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        found[name] = json.loads(done.stdout)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
