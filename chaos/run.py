"""Whether anything is lost or doubled while processes, databases, disks, clocks and Slack fail.

    python chaos/run.py                                    every experiment, quickly, both databases
    python chaos/run.py kill-web --database sqlite         one of them
    python chaos/run.py --backend all                      with each task backend, too
    python chaos/run.py --full --jobs 4 --write docs/reliability.md

Each experiment starts gunicorn with 2 workers, a tick, a worker where it needs one, and Slack (the
sandbox, in a process of its own) with the faults that it injects. People declare incidents, open
channels, talk, give commands, pin, edit and close; then what was acknowledged is compared with the
database and with what Slack got. PostgreSQL is a server of our own; Redis is the one that REDIS_URL
names, in the database that it names, which is emptied.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any

import postgres
import table
from catalogue import BY_NAME, EVERY_BACKEND, Experiment, variants

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "bench"))

# Of bench/, which is found only now, or in need of it.
import marked  # noqa: E402
from running import Running  # noqa: E402

Numbered = tuple[int, tuple[Experiment, str, str]]
REDIS = "redis://127.0.0.1:6379/11"
# So that neither .env nor the shell of whoever runs this has a say.
UNSET = (
    *("INCIDENT_BOT_NAME", "INCIDENT_CHANNEL_NAME", "INCIDENT_REPORT_CHANNEL_NAME"),
    *("RESPONSE_CRON_TOKEN", "RESPONSE_LOGIN_REQUIRED", "RESPONSE_TASK_BACKEND"),
    *("SLACK_APP_TOKEN", "TOX_ENV_DIR"),
)


def impossible(experiment: Experiment, database: str, backend: str, redis_url: str) -> str:
    """Why an experiment cannot be made, or not here; nothing if it can."""
    if reason := experiment.pointless(database, backend):
        return f"not applicable: {reason}"
    if database == "postgres" and not postgres.available():
        return "needs PostgreSQL's initdb and pg_ctl"
    if backend == "django-tasks-rq" and not _redis_answers(redis_url):
        return f"needs Redis at {redis_url}"
    if experiment.disturbance == "fill_disk" and (os.name != "posix" or os.geteuid() != 0):
        return "needs root, to mount a small file system"
    return ""


def _redis_answers(url: str) -> bool:
    import redis

    queue = redis.Redis.from_url(url)
    try:
        queue.flushdb()
    except redis.ConnectionError:
        return False
    finally:
        queue.close()
    return True


def measure(
    experiment: Experiment,
    database: str,
    backend: str,
    options: dict[str, Any],
    running: Running,
) -> dict[str, Any]:
    """What came of one experiment."""
    folder = Path(tempfile.mkdtemp(prefix=f"response-chaos-{experiment.name}-"))
    (folder / "static").mkdir()
    where = {"database": database, "backend": backend}
    asked = options | {"experiment": experiment.name} | where
    command = [sys.executable, str(HERE / "experiment.py"), json.dumps(asked)]
    try:
        printed, code = running.run(command, _environment(folder))
        if code:
            raise SystemExit(f"{experiment.name} on {database} failed; its error is above.")
        return dict(json.loads(printed.splitlines()[-1])) | where
    finally:
        if options["keep"]:
            print(f"{experiment.name} on {database}: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path) -> dict[str, str]:
    path = [str(HERE), str(ROOT / "bench"), str(ROOT / "demo")]
    if "TOX_ENV_NAME" not in os.environ:
        # Under tox the wheel is installed; else the package is in the checkout.
        path.append(str(ROOT))
    return {
        **os.environ,
        **dict.fromkeys(UNSET, ""),
        "PYTHONPATH": os.pathsep.join(path),
        "DEBUG": "0",
        "DEMO_VAR": str(folder),
        "INCIDENT_BOT_ID": "U0INCIDENT",
        "INCIDENT_CHANNEL_ID": "C0INCIDENTS",
        "INCIDENT_REPORT_CHANNEL_ID": "C0REPORTS",
        "SECRET_KEY": "of the experiments, and of nothing else",
    }


def main() -> int:
    # What was started is ended on the way out.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    options = _arguments()
    names = options.experiments or list(BY_NAME)
    databases = options.database or ["sqlite", "postgres"]
    asked = {
        name: getattr(options, name)
        for name in (
            *("incidents", "kills", "restarts", "outage", "disk_full", "seed", "patience"),
            *("at_once", "redis", "keep"),
        )
    }
    if options.recorded:
        results = table.read(options.recorded)
    else:
        results = make(names, databases, options, asked)
    wrong = [one for found in results for one in table.failures(found)]
    for one in wrong:
        print(one, file=sys.stderr)
    if options.write:
        marked.write(options.write, "chaos", table.page(results))
    return 1 if wrong else 0


def make(
    names: list[str], databases: list[str], options: argparse.Namespace, asked: dict[str, Any]
) -> list[dict[str, Any]]:
    """Make the experiments, ``--jobs`` at a time: what came of each, in their order."""
    wanted: SimpleQueue[Numbered] = SimpleQueue()
    # Those that go on for longest come first, lest all wait for the last of them.
    numbered = enumerate(variants(names, databases, options.backend))
    for one in sorted(numbered, key=lambda one: -one[1][0].length):
        wanted.put(one)
    results: dict[int, dict[str, Any]] = {}
    one_at_a_time, on_redis, running = Lock(), Lock(), Running()

    def work() -> None:
        with ExitStack() as stack:
            # Of its own: a server that is restarted is nobody else's.
            ours = asked | _servers(stack, databases)
            while (numbered := _next(wanted)) is not None:
                number, variant = numbered
                with on_redis if variant[-1] == "django-tasks-rq" else nullcontext():
                    result = _made(*variant, ours, running)
                with one_at_a_time:
                    results[number] = result
                    _tell(result, options.record)

    print(*table.HEAD, sep="\n", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        try:
            for job in [pool.submit(work) for _ in range(options.jobs)]:
                job.result()
        except BaseException:
            running.end()
            raise
    return [results[number] for number in sorted(results)]


def _next(wanted: SimpleQueue[Numbered]) -> Numbered | None:
    try:
        return wanted.get_nowait()
    except Empty:
        return None


def _servers(stack: ExitStack, databases: list[str]) -> dict[str, Any]:
    """Databases to copy from, and a PostgreSQL, until ``stack`` ends."""
    stock = stack.enter_context(tempfile.TemporaryDirectory(prefix="response-chaos-"))
    if "postgres" not in databases or not postgres.available():
        return {"stock": stock}
    found = stack.enter_context(postgres.cluster())
    return {"stock": stock, "cluster": {"folder": found.folder, "port": found.port}}


def _made(
    experiment: Experiment,
    database: str,
    backend: str,
    options: dict[str, Any],
    running: Running,
) -> dict[str, Any]:
    if reason := impossible(experiment, database, backend, options["redis"]):
        return dict(table.not_made(experiment, database, backend, reason))
    return measure(experiment, database, backend, options, running)


def _tell(result: dict[str, Any], record: Path | None) -> None:
    print(table.line(result), flush=True)
    if result.get("refusals"):
        print(f"  not acknowledged at first: {result['refusals']}", file=sys.stderr)
    if record:
        table.append(record, result)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("experiments", nargs="*", choices=[*BY_NAME, []], metavar="EXPERIMENT")
    parser.add_argument("--database", action="append", choices=["sqlite", "postgres"])
    parser.add_argument(
        "--backend",
        choices=[*EVERY_BACKEND, "all"],
        help="whose work the drain is (each experiment's own)",
    )
    parser.add_argument("--full", action="store_true", help="50 incidents, 70 kills, 10 min outage")
    parser.add_argument("--incidents", type=int, help="how many (6)")
    parser.add_argument("--kills", type=int, help="how often a process is killed (6)")
    parser.add_argument(
        "--restarts", type=int, help="of the database; also fillings of the disk (2)"
    )
    parser.add_argument("--outage", type=float, help="seconds that Slack is down, or slow (15)")
    parser.add_argument("--disk-full", type=float, default=5.0, help="seconds of no space (5)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=600.0, help="seconds until it gives up")
    parser.add_argument("--jobs", type=int, default=1, help="experiments at the same time")
    parser.add_argument("--at-once", type=int, default=8, help="people who act at the same time")
    parser.add_argument("--redis", default=os.environ.get("REDIS_URL") or REDIS)
    parser.add_argument(
        "--keep", action="store_true", help="keep databases and logs, and say where"
    )
    parser.add_argument("--record", type=Path, help="a file to which each result is added")
    parser.add_argument(
        "--recorded", type=Path, nargs="+", help="make no experiments: take these files"
    )
    parser.add_argument("--write", type=Path, help="a page with marks for the figures")
    options = parser.parse_args()
    quick = {"incidents": 6, "kills": 6, "restarts": 2, "outage": 15.0}
    full = {"incidents": 50, "kills": 70, "restarts": 5, "outage": 600.0}
    for name, value in (full if options.full else quick).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


if __name__ == "__main__":
    sys.exit(main())
