"""Who takes part in an incident, and how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar

from django.db import models
from django.utils import timezone

from response import database
from response.core.models import ExternalUser, Incident

_counted: ContextVar[Counter[tuple[int, int]] | None] = ContextVar("response_counted", default=None)


class UserStatsManager(models.Manager["UserStats"]):
    """Counts, so that no message is lost between two processes that count at once."""

    def count_message(self, incident: Incident, user: ExternalUser) -> None:
        """One more message of ``user``."""
        counted = _counted.get()
        if counted is None:
            self._add(Counter({(incident.pk, user.pk): 1}))
        else:
            counted[incident.pk, user.pk] += 1

    @contextmanager
    def counting_together(self) -> Iterator[None]:
        """What is counted within is written at its end, in one statement however much it is.

        To be used in a transaction; nothing is written after an error.
        """
        counted: Counter[tuple[int, int]] = Counter()
        token = _counted.set(counted)
        try:
            yield
        finally:
            _counted.reset(token)
        self._add(counted)

    def _add(self, counted: Counter[tuple[int, int]]) -> None:
        """Add to the counts of (incident, person), who takes part from now on, if not before."""
        now = timezone.now()
        rows = [
            {"incident_id": pair[0], "user_id": pair[1], "join_time": now, "message_count": number}
            # In the same order in each process, so that no two wait for each other.
            for pair, number in sorted(counted.items())
        ]
        database.add_up(UserStats, rows, keys=("incident_id", "user_id"), sums=("message_count",))

    def join(self, incident: Incident, user: ExternalUser) -> None:
        """``user`` takes part from now on; nothing changes for who does already."""
        self._join(incident.pk, user.pk)

    def _join(self, incident_id: int, user_id: int) -> tuple[UserStats, bool]:
        values = {"join_time": timezone.now()}
        return self.get_or_create(incident_id=incident_id, user_id=user_id, defaults=values)


class UserStats(models.Model):
    """A person's part in an incident's comms channel."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    user = models.ForeignKey(ExternalUser, on_delete=models.CASCADE)
    join_time = models.DateTimeField(null=True, blank=True)
    message_count = models.IntegerField(default=0)

    objects: ClassVar[UserStatsManager] = UserStatsManager()

    class Meta:
        unique_together = (("incident", "user"),)
        verbose_name = "participant"

    def __str__(self) -> str:
        return f"{self.user.display_name} - {self.incident}"

    @staticmethod
    def increment_message_count(incident: Incident, user_id: str) -> None:
        """One more message of the person with this Slack id."""
        user, _ = ExternalUser.objects.get_or_create_slack(external_id=user_id)
        UserStats.objects.count_message(incident, user)
