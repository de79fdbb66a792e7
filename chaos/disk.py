"""Whether a disk that was full led to clear errors, and to a file that is whole."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db import connection

# How SQLite says it.
SAYS = ("database or disk is full", "disk I/O error")
# What Slack may hear meanwhile: a failure, after which it sends again; or, late, nothing.
HEARD = {"http_error 500", "http_timeout", "connection_failed"}


def complaints(folder: Path, refusals: Mapping[str, int]) -> list[str]:
    """What is not as it should be, in words."""
    found = [f"Slack heard {error}" for error in sorted(set(refusals) - HEARD)]
    logs = [path.read_text(errors="replace") for path in folder.glob("*.log")]
    if not any(line in log for line in SAYS for log in logs):
        found.append("no log says that the disk was full")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found += [f"the file: {row[0]}" for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        found += [f"a row without its parent: {row}" for row in cursor.fetchall()]
    return found
