"""Run a command with TEST_DATABASE_URL naming a PostgreSQL server.

    python tests/with_postgres.py pytest …

In this order: the URL that is set already; a server of our own in a temporary folder, ended
afterwards, which need not keep anything and so is twice as fast; a server on
127.0.0.1:5432 that lets `postgres` in without a password.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

RUNNING = "postgres://postgres@127.0.0.1:5432/postgres"
# What is lost with the machine nobody misses.
FAST = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
NEEDED = """\
The tests on PostgreSQL need one of:
  - TEST_DATABASE_URL=postgres://user:password@host:port/name, a user who may create databases;
  - PostgreSQL's programs initdb and pg_ctl (Debian: apt-get install postgresql);
  - a server on 127.0.0.1:5432 that lets the user postgres in without a password.
"""


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the path, or where Debian keeps each version's."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda found: int(found.parent.parent.name),
    )
    return versions[-1].parent if versions else None


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def server_user() -> str | None:
    """PostgreSQL refuses to run as root: the account to run it as instead."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in accounts else "nobody"


@contextmanager
def own_server(programs: Path) -> Iterator[str]:
    """A server that nobody else reaches or needs, for the time of the block."""
    user, port = server_user(), free_port()
    folder = tempfile.mkdtemp(prefix="response-postgres-")
    options: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    if user:
        shutil.chown(folder, user)
        options["user"] = user
    data = f"{folder}/data"
    pg_ctl = [f"{programs}/pg_ctl", "-D", data, "-w"]
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {FAST}"
    try:
        subprocess.run(
            [f"{programs}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
            **options,
        )
        subprocess.run([*pg_ctl, "-l", f"{folder}/log", "-o", settings, "start"], **options)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*pg_ctl, "-m", "immediate", "stop"], **options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database_url() -> Iterator[str]:
    configured = os.environ.get("TEST_DATABASE_URL")
    programs = find_programs()
    if configured:
        yield configured
    elif programs is not None:
        with own_server(programs) as url:
            yield url
    elif answers(RUNNING):
        yield RUNNING
    else:
        raise SystemExit(NEEDED)


def main(command: list[str]) -> int:
    with database_url() as url:
        return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
