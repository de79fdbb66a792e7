"""``manage.py sandbox_reset``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from response.sandbox.workspace import Workspace


class Command(BaseCommand):
    help = "Empty the sandbox workspace and make it anew. The app's own database is not touched."

    def handle(self, *args: Any, **options: Any) -> None:
        team = Workspace().reset().team
        self.stdout.write(f"The sandbox workspace {team.name} begins again.")
