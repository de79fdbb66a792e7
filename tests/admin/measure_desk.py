"""How long the pages of both boxes take with 100,000 rows each: run by hand, asserts nothing.

    python -m tests.admin.measure_desk [rows]

In a throw-away database, SQLite or that of TEST_DATABASE_URL. Prints a row a page: queries, and
the fastest of five requests in milliseconds, for a superuser and for somebody on the staff for
whom private incidents do not exist; then what it takes to deal with all that is parked at once.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import django
from django.test.utils import CaptureQueriesContext

TIMES = 5


def measured(request: Callable[[], Any]) -> str:
    """Queries of one request; the fastest of some, and the processor's time of this process."""
    from django.db import connection

    with CaptureQueriesContext(connection) as captured:
        assert request().status_code == 200
    queries = len(captured)
    took, worked = [], []
    for _ in range(TIMES):
        began, began_work = time.perf_counter(), time.process_time()
        request()
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - began_work) * 1000)
    return f"{queries:>3} queries {min(took):6.0f} ms, processor {min(worked):6.0f} ms"


def pages(model: Any) -> list[tuple[str, str]]:
    from tests.admin.rows import admin_path

    path = admin_path(model)
    row = model.objects.order_by("pk")[model.objects.count() // 2].pk
    found = [("first page", path), ("page 90", f"{path}?p=90")]
    if model.__name__ == "Delivery":
        found.append(("by its key", f"{path}?q=event:Ev77777"))
    else:
        found.append(("parked", f"{path}?state__exact=parked"))
        found.append(("search, no hit", f"{path}?q=nowhere"))
    return [*found, ("one row", admin_path(model, "change", row))]


def bulk(client: Any, model: Any) -> None:
    """Run all parked rows again, and give all that is left up: what a selection of all does."""
    from django.db import connection

    from response.models import Delivery
    from tests.admin.rows import admin_path

    over = "done" if model.__name__ == "HandlerRun" else "sent"
    model.objects.filter(state=over).update(state="parked", error="failed")
    Delivery.objects.filter(payload="").update(payload='{"event": {}}')
    first = model.objects.order_by("pk").first().pk
    for action in ("run_again", "give_up"):
        data = {"action": action, "_selected_action": [first], "select_across": "1"}
        began, began_work = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as captured:
            client.post(admin_path(model), data)
        seconds, work = time.perf_counter() - began, time.process_time() - began_work
        left = model.objects.filter(state="parked").count()
        told = f"{len(captured)} queries, {seconds:.1f} s, processor {work:.1f} s, left {left}"
        print(f"{model.__name__:<11} {action} of all: {told}")


def measure(rows: int) -> None:
    from django.contrib.auth.models import User

    from tests.admin.conftest import signed_in, staff_with
    from tests.admin.test_size import MODELS, fill

    fill(rows)
    root = signed_in(User.objects.create_superuser("root"))
    views = [f"view_{model.__name__.lower()}" for model in MODELS]
    staff = signed_in(staff_with(*views, name="staff"))
    for model in MODELS:
        for name, path in pages(model):
            told = []
            for client in (root, staff):
                client.raise_request_exception = True
                told.append(measured(partial(client.get, path)))
            print(f"{model.__name__:<11} {name:<15} {told[0]}  | staff: {told[1]}")
    for model in MODELS[1:]:
        bulk(root, model)


def main(rows: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection

    from response import background

    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with background.by_hand():
            measure(rows)
    finally:
        connection.creation.destroy_test_db("default", verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
