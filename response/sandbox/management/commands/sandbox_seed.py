"""``manage.py sandbox_seed``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from response.sandbox.workspace import Workspace


class Command(BaseCommand):
    help = "Make the sandbox's people and channels; what is there already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        team = Workspace().seed().team
        self.stdout.write(f"The sandbox workspace {team.name} is ready.")
