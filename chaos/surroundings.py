"""Where an experiment takes place: its environment, its databases, its disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import catalogue
import chaos_clock
from servers import free_port


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system of its own for the app's SQLite file, so that it can be full."""
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "chaos", str(folder)], check=True
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def database(
    options: dict[str, Any],
    experiment: catalogue.Experiment,
    folder: Path,
    stock: Path,
    cluster: Any,
) -> str:
    """The URL of a database with all tables: one is migrated, and copied for each experiment."""
    if not (stock / "workspace.sqlite3").exists():
        _migrate("sandbox", stock, "")
    shutil.copy(stock / "workspace.sqlite3", folder)
    if cluster is not None:
        if not cluster.has("stock"):
            cluster.sql("CREATE DATABASE stock")
            _migrate("default", stock, cluster.url("stock"))
        name = f"chaos_{experiment.name.replace('-', '_')}_{os.getpid()}"
        cluster.sql(f"CREATE DATABASE {name} TEMPLATE stock")
        return str(cluster.url(name))
    if not (stock / "app.sqlite3").exists():
        _migrate("default", stock, f"sqlite:///{stock / 'app.sqlite3'}")
    place = folder / "disk" if experiment.disturbance == "fill_disk" else folder
    shutil.copy(stock / "app.sqlite3", place)
    return f"sqlite:///{place / 'app.sqlite3'}"


def _migrate(alias: str, stock: Path, url: str) -> None:
    """In a process of its own, after which nobody has the database open."""
    # The tables of the queue are there whether or not an experiment has one.
    more = {"DEMO_VAR": str(stock), "DATABASE_URL": url, "RESPONSE_TASK_BACKEND": "database"}
    command = [sys.executable, "-m", "django", "migrate", f"--database={alias}", "--verbosity=0"]
    subprocess.run(command, env={**os.environ, **more}, check=True)


def set_environment(
    options: dict[str, Any], experiment: catalogue.Experiment, folder: Path
) -> None:
    """What the settings of all processes read."""
    from response.sandbox.credentials import load_or_create

    options["slack_port"], options["app_port"] = free_port(), free_port()
    ours = load_or_create(folder / "workspace.json")
    app, slack = (f"http://127.0.0.1:{options[name]}" for name in ("app_port", "slack_port"))
    os.environ |= {
        "APP_URL": app,
        "SITE_URL": app,
        "PORT": str(options["slack_port"]),
        "SLACK_API_URL": f"{slack}/sandbox/api/",
        "SLACK_TOKEN": ours.token,
        "SLACK_SIGNING_SECRET": ours.signing_secret,
        "RESPONSE_TASK_BACKEND": catalogue.BACKENDS[options["backend"]],
        "REDIS_URL": options["redis"],
        "DJANGO_SETTINGS_MODULE": "chaos_here",
    }
    if experiment.disturbance == "step_back":
        os.environ["CHAOS_CLOCK"] = str(folder / "clock")
        chaos_clock.step(os.environ["CHAOS_CLOCK"], 0.0)
