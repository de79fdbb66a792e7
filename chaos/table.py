"""What experiments have found, as tables; and what of it must not be."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from catalogue import BACKENDS, BOTH, BY_NAME, EXPERIMENTS, Experiment
from lateness import TOO_LATE

Result = dict[str, Any]
BAD = ("lost", "doubled", "out_of_order")
NUMBERS = ("incidents", "requests", "acknowledged", "injected", "interrupted", "wanted", "repeated")
COLUMNS = (
    *("Experiment", "Database", "Task backend", "Incidents", "Deliveries sent", "Acknowledged"),
    *(
        "Faults injected",
        "Calls interrupted",
        "Slack calls wanted",
        "Sent again after a lost answer",
    ),
    *("Lost", "Doubled", "Out of order", "Seconds"),
)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


HEAD = (_row(COLUMNS), "|---" * len(COLUMNS) + "|")
NAMES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def not_made(experiment: Experiment, database: str, backend: str, reason: str) -> Result:
    """A result that says why there is none."""
    where = {"database": database, "backend": backend}
    return {"experiment": experiment.name, "title": experiment.title, "reason": reason} | where


def line(found: Result) -> str:
    """A row of the long table."""
    first = [found["title"], NAMES[found["database"]], found["backend"]]
    if reason := found.get("reason") or (found["unfinished"] and "not finished"):
        return _row([*first, reason, *[""] * (len(COLUMNS) - 4)])
    numbers = [found[name] for name in NUMBERS]
    numbers += [*(len(found[name]) for name in BAD), found["seconds"]]
    return _row([*first, *(f"{number:,}" for number in numbers)])


def failures(found: Result) -> list[str]:
    """Everything that must not be."""
    if found.get("reason"):
        return []
    if found["unfinished"]:
        wrong = [f"not finished: {found['unfinished']}"]
        if found["late"] > TOO_LATE:
            wrong = [f"this machine was too slow to tell, {found['late']} s late: {wrong[0]}"]
    else:
        wrong = [f"{kind}: {what}" for kind in BAD for what in found[kind]]
        wrong += [f"no clear error: {what}" for what in found["unclear"]]
    where = f"{found['experiment']} on {found['database']} with {found['backend']}"
    return [f"{where}: {one}" for one in wrong]


def page(results: list[Result]) -> str:
    """For the documentation: which pairs were made, and the figures of each."""
    made = [found for found in results if not found.get("reason")]
    return "\n".join([*matrix(made), "", *HEAD, *(line(found) for found in made)])


def matrix(made: list[Result]) -> list[str]:
    """Experiments by database and task backend: deliveries, faults; lost, doubled, out of order."""
    where = [
        (database, backend)
        for database in BOTH
        for backend in BACKENDS
        if not BY_NAME["calm"].pointless(database, backend)
    ]
    head = ["Experiment", *(f"{NAMES[database]}, {backend}" for database, backend in where)]
    lines = [_row(head), "|---" * len(head) + "|"]
    for experiment in EXPERIMENTS:
        cells = [_cell(experiment, *pair, made) for pair in where]
        lines.append(_row([experiment.title, *cells]))
    return lines


def _cell(experiment: Experiment, database: str, backend: str, made: list[Result]) -> str:
    if experiment.pointless(database, backend):
        return "does not apply"
    here = [
        found
        for found in made
        if (found["experiment"], found["database"], found["backend"])
        == (experiment.name, database, backend)
    ]
    if not here:
        return "not made"
    if any(found["unfinished"] for found in here):
        return "not finished"
    sent, faults = (sum(found[name] for found in here) for name in ("requests", "injected"))
    bad = (sum(len(found[name]) for found in here) for name in BAD)
    return f"{sent:,} · {faults:,}: {', '.join(f'{number:,}' for number in bad)}"


def append(path: Path, found: Result) -> None:
    """Keep a result, as a line of JSON."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(found) + "\n")


def read(paths: Iterable[Path]) -> list[Result]:
    """Results that were kept, in the order of the experiments."""
    rows = [
        json.loads(text) for path in paths for text in path.read_text("utf-8").splitlines() if text
    ]
    order = list(BY_NAME)
    return sorted(rows, key=lambda found: order.index(found["experiment"]))
