"""A PostgreSQL server of our own, to be restarted whenever we like."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# Behind everything else: its packages have names that others may want.
sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

import psycopg
from with_postgres import find_programs, free_port, server_user

# More than the default: two sites' worth of threads, workers and ticks.
SETTINGS = "-c listen_addresses=127.0.0.1 -c max_connections=200"


class Cluster:
    """The server; it must be started."""

    def __init__(self, programs: Path, folder: str, port: int) -> None:
        self._programs, self._data, self.folder, self.port = (
            programs,
            f"{folder}/data",
            folder,
            port,
        )
        self._start = ["-w", "-l", f"{folder}/log", "-o", f"-p {port} -k {folder} {SETTINGS}"]
        self._options: dict[str, Any] = {
            "check": True,
            "stdout": subprocess.DEVNULL,
            "cwd": folder,
        }
        if user := server_user():
            shutil.chown(folder, user)
            self._options["user"] = user

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def has(self, database: str) -> bool:
        with psycopg.connect(self.url("postgres")) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
            return found.fetchone() is not None

    def make(self) -> None:
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        self._run("pg_ctl", *self._start, "start")

    def stop(self, mode: str) -> None:
        """``immediate`` is a crash: what was committed is recovered from the log."""
        self._run("pg_ctl", "-w", "-m", mode, "stop")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [f"{self._programs}/{program}", "-D", self._data, *arguments], **self._options
        )


def available() -> bool:
    return find_programs() is not None


def found_again(place: Mapping[str, Any]) -> Cluster:
    """The running server that another process has made: its folder and its port."""
    programs = find_programs()
    assert programs is not None
    return Cluster(programs, str(place["folder"]), int(place["port"]))


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A running server that nobody else reaches or needs."""
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's programs initdb and pg_ctl are needed.")
    folder = tempfile.mkdtemp(prefix="response-chaos-postgres-")
    found = Cluster(programs, folder, free_port())
    try:
        found.make()
        yield found
    finally:
        with suppress(subprocess.CalledProcessError):
            found.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)
