"""The environment, and `.env` at the top of the repository, as typed values.

An empty value counts as none: `env.example` and compose files leave names empty.
"""

import os
import secrets
from pathlib import Path

from environs import Env

ROOT = Path(__file__).resolve().parents[2]
_env = Env()
_env.read_env(ROOT / ".env", recurse=False)


def text(name: str, default: str = "") -> str:
    return _env.str(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    return _env.bool(name) if text(name) else default


def words(name: str) -> list[str]:
    """The parts of a comma-separated value."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


# What an installation keeps for itself: databases, keys. Not in the repository.
VAR = Path(text("DEMO_VAR", str(ROOT / "demo" / "var")))


def kept_secret(name: str) -> str:
    """A random secret, made once and kept in a file that only its owner reads."""
    path = VAR / name
    if not path.exists():
        VAR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(24))
    return path.read_text(encoding="utf-8")
