"""The workspace's own signing secret and bot token, in a small file beside its database.

A file and not a row, so that a settings module can read them before Django is set up.
The prefixes are what the safety checks go by: a real workspace's secret has neither.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

SIGNING_PREFIX = "sandbox-"
BOT_PREFIX = "xoxb-sandbox-"


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What the app is configured with: ``SLACK_SIGNING_SECRET`` and ``SLACK_TOKEN``."""

    signing_secret: str
    token: str


def generate() -> Credentials:
    return Credentials(
        signing_secret=SIGNING_PREFIX + secrets.token_hex(16),
        token=BOT_PREFIX + secrets.token_hex(16),
    )


def load_or_create(path: str | Path) -> Credentials:
    """Read the file at ``path``; the first process to come makes it, for its owner's eyes only."""
    path = Path(path)
    if not path.exists():
        _create(path)
    return Credentials(**json.loads(path.read_text(encoding="utf-8")))


def _create(path: Path) -> None:
    """Write a complete file under another name and link it, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(generate()), file)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its file counts
    finally:
        draft.unlink()
