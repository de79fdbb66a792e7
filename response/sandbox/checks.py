"""System checks: a misplaced sandbox stops the project from starting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags
from django.core.checks import register as register_check

from response.sandbox import safety


def register() -> None:
    register_check(check_place, Tags.security)


def check_place(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [
        Error(found.problem, hint=found.hint, id=f"response_sandbox.{found.code}")
        for found in safety.misplacements()
    ]
