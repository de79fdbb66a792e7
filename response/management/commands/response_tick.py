"""``manage.py response_tick``: run it every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from response.slack import drain, hosts, tick


class Command(BaseCommand):
    """Sends due nudges and picks up what a dead process left behind in either box."""

    help = "Send due nudges and work off what is due in the inbox and the outbox; run every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick, then drain until nothing is due."""
        hosts.load_handlers()
        nudges = tick.tick(timezone.now())
        drain.drain_once()
        self.stdout.write(f"{nudges} nudge(s) due; both boxes worked off.")
