"""How fast Slack is answered, how soon the work is done, and how many Slack calls it takes.

    python bench/run.py                          both databases, the phases of a few minutes
    python bench/run.py --database sqlite --phases messages --seconds 5
    python bench/run.py --runs 5 --seconds 60 --phases control messages elsewhere \\
        --write docs/performance.md              medians of five runs, on the page
    python bench/run.py --phases all --json figures.json
    python bench/run.py --read figures.json --write docs/performance.md

The app runs as in production: gunicorn with 2 workers of 4 threads, DEBUG off. Slack is the
sandbox in a process of its own, and each of its answers takes 200 ms. Load generator, Slack,
database and app share this machine. PostgreSQL is measured where DATABASE_URL, or
127.0.0.1:5432, names a server on which databases can be made.

A phase that fails is told at the end, and does not lose the others' figures.
"""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import alone
import children
import results

HERE = Path(__file__).resolve().parent
RUNNING = "postgres://postgres@127.0.0.1:5432/postgres"
QUICK = ("control", "messages", "elsewhere", "commands", "reaction", "modal", "slash", "mixed")
TOGETHER = (*QUICK, "lifecycle", "sustained", "backlog")
PHASES = (*TOGETHER, *alone.PHASES)
OPTIONS = (
    "rate",
    "slash_rate",
    "command_rate",
    "seconds",
    "step_seconds",
    "hold_seconds",
    "backlog",
)
# So that neither .env nor the shell of whoever runs this has a say.
UNSET = (
    *("INCIDENT_BOT_NAME", "INCIDENT_CHANNEL_NAME", "INCIDENT_REPORT_CHANNEL_NAME"),
    *("RESPONSE_CRON_TOKEN", "RESPONSE_LOGIN_REQUIRED", "RESPONSE_TASK_BACKEND"),
)


def server() -> str:
    """A PostgreSQL server on which databases can be made, or nothing."""
    import psycopg

    url = os.environ.get("DATABASE_URL") or RUNNING
    if not url.startswith("postgres"):
        return ""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return ""
    return url


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a new database, which is gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'app.sqlite3'}"
        return
    import psycopg

    url, name = server(), f"response_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def surroundings(kind: str) -> Iterator[dict[str, str]]:
    """The environment of a process that measures: a folder and a database of its own."""
    with tempfile.TemporaryDirectory(prefix="response-bench-") as name:
        folder = Path(name)
        (folder / "static").mkdir()
        with database(kind, folder) as url:
            yield _environment(folder, url)


def _environment(folder: Path, url: str) -> dict[str, str]:
    path = [str(HERE), str(HERE.parent / "demo")]
    if "TOX_ENV_NAME" not in os.environ:
        # Under tox the wheel is installed; else the package is in the checkout.
        path.append(str(HERE.parent))
    return {
        **os.environ,
        **dict.fromkeys(UNSET, ""),
        "PYTHONPATH": os.pathsep.join(path),
        "DATABASE_URL": url,
        "DEBUG": "0",
        "DEMO_VAR": str(folder),
        "INCIDENT_BOT_ID": "U0INCIDENT",
        "INCIDENT_CHANNEL_ID": "C0INCIDENTS",
        "INCIDENT_REPORT_CHANNEL_ID": "C0REPORTS",
        "SECRET_KEY": "of the measurements, and of nothing else",
    }


def measured(
    kind: str, options: argparse.Namespace, label: str, earlier: Sequence[results.Result]
) -> Iterator[results.Result]:
    """One run on one database, phase by phase; ``earlier`` are the figures of those before it."""
    wanted = {name: getattr(options, name) for name in OPTIONS} | {"label": label}
    before = [one.figures for one in earlier if (one.database, one.phase) == (kind, "sustained")]
    wanted["around"] = next((one for one in reversed(before) if "error" not in one), {})
    phases = [name for name in options.phases if name in TOGETHER]
    if phases:
        with surroundings(kind) as environment:
            found = children.together(phases, wanted, environment)
        for phase, (figures, load) in found.items():
            yield results.Result(kind, phase, figures, load)
    for phase in options.phases:
        if phase in alone.PHASES:
            print(f"{label}: {phase}", file=sys.stderr, flush=True)
            with surroundings(kind) as environment:
                figures, load = children.alone(phase, wanted, environment)
            yield results.Result(kind, phase, figures, load)


def main() -> int:
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _arguments()
    if options.read:
        found = [one for path in options.read for one in results.read(path)]
        return _end(options, found)
    kinds = options.database or (["sqlite", "postgres"] if server() else ["sqlite"])
    about = {
        "command": shlex.join(["python", "bench/run.py", *_told_of(sys.argv[1:])]),
        "on": f"{datetime.now(UTC):%d %B %Y}".lstrip("0"),
    }
    found: list[results.Result] = []
    began = time.monotonic()
    for number in range(1, options.runs + 1):
        for kind in kinds:
            label = f"{kind}, run {number} of {options.runs}"
            for one in measured(kind, options, label, found):
                one.about = about
                found.append(one)
                if options.json:
                    results.write(options.json, found)
            minutes = (time.monotonic() - began) / 60
            print(f"{label}: done after {minutes:.1f} min in all", file=sys.stderr, flush=True)
    return _end(options, found)


def _end(options: argparse.Namespace, found: list[results.Result]) -> int:
    """Print the sections, write those that the page has a place for; 1 if a phase failed."""
    sections = results.sections(found)
    for name, text in sections.items():
        print(f"## {name}\n\n{text}\n", flush=True)
    if options.write:
        results.write_sections(options.write, sections)
    failed = [one for one in found if "error" in one.figures]
    for one in failed:
        print(f"FAILED: {one.database}, {one.phase}: {one.figures['error']}", file=sys.stderr)
    return 1 if failed else 0


def _told_of(arguments: list[str]) -> list[str]:
    """The arguments without the names of files of whoever ran it."""
    told, skip = [], False
    for one in arguments:
        if not skip and one not in ("--write", "--json"):
            told.append(one)
        skip = one in ("--write", "--json")
    return told


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--database", action="append", choices=["sqlite", "postgres"])
    add("--phases", nargs="+", choices=("all", *PHASES), default=[*QUICK, "lifecycle"])
    add("--rate", type=int, default=200, help="message events a second")
    add("--slash-rate", type=int, default=10, help="/incident commands a second")
    add("--command-rate", type=int, default=50, help="@incident commands a second")
    add("--seconds", type=int, default=20, help="of each phase")
    add("--step-seconds", type=int, default=10, help="of each rate that `sustained` tries")
    add("--hold-seconds", type=int, default=30, help="for which the rate it found must be borne")
    add("--backlog", type=int, default=100_000, help="deliveries that wait, in `backlog`")
    add("--runs", type=int, default=1, help="the tables have medians of them")
    add("--write", type=Path, help="a page with marks for the figures")
    add("--json", type=Path, help="a file for all figures, written after each phase")
    add("--read", type=Path, nargs="+", help="such files, in place of measuring")
    options = parser.parse_args()
    if "all" in options.phases:
        options.phases = list(PHASES)
    return options


if __name__ == "__main__":
    sys.exit(main())
