"""How fast Slack is answered, how soon the work is done, and how many Slack calls it takes.

    python bench/run.py                          both databases, all phases
    python bench/run.py --database sqlite --phases messages --seconds 5
    python bench/run.py --runs 3 --write docs/performance.md

The app runs as in production: gunicorn with 2 workers of 4 threads, DEBUG off. Slack is the
sandbox in a process of its own, and each of its answers takes 200 ms. Load generator, Slack,
database and app share this machine. PostgreSQL is measured where DATABASE_URL, or
127.0.0.1:5432, names a server on which databases can be made.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import alone
import marked
import report

HERE = Path(__file__).resolve().parent
RUNNING = "postgres://postgres@127.0.0.1:5432/postgres"
PHASES = ("control", "messages", "elsewhere", "slash", "mixed", "lifecycle", "sustained")
LONGEST = 1200
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
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def measure_alone(kind: str, phases: list[str]) -> dict[str, Any]:
    """The figures of phases that are one script each."""
    found = {}
    for phase in phases:
        with tempfile.TemporaryDirectory(prefix="response-bench-") as name:
            folder = Path(name)
            (folder / "static").mkdir()
            with database(kind, folder) as url:
                found[phase] = alone.measure(phase, _environment(folder, url))
    return found


def measure(kind: str, options: dict[str, Any]) -> dict[str, Any]:
    """The figures of one database."""
    with tempfile.TemporaryDirectory(prefix="response-bench-") as name:
        folder = Path(name)
        (folder / "static").mkdir()
        with database(kind, folder) as url:
            environment = _environment(folder, url)
            command = [sys.executable, str(HERE / "measure.py"), json.dumps(options)]
            done = subprocess.run(
                command, env=environment, stdout=subprocess.PIPE, text=True, timeout=LONGEST
            )
    if done.returncode:
        raise SystemExit(f"The measurement on {kind} failed; its error is above.")
    return dict(json.loads(done.stdout.splitlines()[-1]))


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


def main() -> int:
    options = _arguments()
    kinds = options.database or (["sqlite", "postgres"] if server() else ["sqlite"])
    wanted = {name: getattr(options, name) for name in ("rate", "slash_rate", "seconds")}
    sections = []
    for number in range(1, options.runs + 1):
        together = [name for name in options.phases if name not in alone.PHASES]
        if together:
            figures = {kind: measure(kind, wanted | {"phases": together}) for kind in kinds}
            sections.append(_section(number, figures))
            print(sections[-1], flush=True)
        for kind in kinds:
            found = measure_alone(kind, [name for name in options.phases if name in alone.PHASES])
            if found:
                sections.append(alone.tables(kind, found))
                print(sections[-1], flush=True)
    if options.write:
        marked.write(options.write, "bench", "\n\n".join(sections))
    return 0


def _section(number: int, figures: dict[str, dict[str, Any]]) -> str:
    parts = [f"### Run {number}", f"{report.machine(figures)}.", report.table(figures)]
    parts += [report.ratios(figures), report.sustained(figures), report.lifecycles(figures)]
    return "\n\n".join(part for part in parts if part)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument(
        "--phases", nargs="+", choices=(*PHASES, *alone.PHASES), default=list(PHASES[:-1])
    )
    parser.add_argument("--rate", type=int, default=200, help="message events a second")
    parser.add_argument("--slash-rate", type=int, default=10, help="slash commands a second")
    parser.add_argument("--seconds", type=int, default=20, help="of each phase")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--write", type=Path, help="a page with marks for the figures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
