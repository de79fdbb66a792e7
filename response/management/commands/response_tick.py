"""``manage.py response_tick``: run it every minute."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from response.slack import drain, hosts, retention, tick


class Command(BaseCommand):
    """Sends due nudges, picks up what a dead process left in either box, deletes what is old."""

    help = "Send due nudges, work off what is due in both boxes, delete what is old; every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        """Tick, then drain until nothing is due, then delete what was kept for long enough."""
        hosts.load_handlers()
        nudges = tick.tick(timezone.now())
        drain.drain_once()
        removed = retention.prune(timezone.now())
        self.stdout.write(
            f"{nudges} nudge(s) due; both boxes worked off; {removed} old row(s) removed."
        )
