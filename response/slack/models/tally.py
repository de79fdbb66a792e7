"""What all processes have counted: see ``response.slack.meter``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from response import database


class TallyManager(models.Manager["Tally"]):
    """Sums, so that processes which count at once lose nothing."""

    def add(self, counted: Mapping[tuple[str, str, str], tuple[int, float]]) -> None:
        """Add to the rows of (name, label, outcome) numbers and seconds, in one statement."""
        # Sorted, so that two processes wait for each other's rows in one order.
        rows = [
            {"name": name, "label": label, "outcome": outcome, "number": number, "seconds": took}
            for (name, label, outcome), (number, took) in sorted(counted.items())
        ]
        database.add_up(Tally, rows, keys=("name", "label", "outcome"), sums=("number", "seconds"))


class Tally(models.Model):
    """How often something happened, by a label and an outcome, and how many seconds it took.

    Rows are as many as there are kinds, Slack methods and error codes: none is of an incident.
    """

    name = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    outcome = models.CharField(max_length=60)
    number = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0.0)

    objects: ClassVar[TallyManager] = TallyManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name", "label", "outcome"], name="response_tally_one_each"
            ),
        )
        verbose_name_plural = "tallies"
        permissions = (("view_metrics", "Can read the metrics"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name} of {self.label}: {self.outcome}"
