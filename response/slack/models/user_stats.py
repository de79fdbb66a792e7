"""Who takes part in an incident, and how much."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils import timezone

from response.core.models import ExternalUser, Incident


class UserStatsManager(models.Manager["UserStats"]):
    """Counts, so that no message is lost between two processes that count at once."""

    def count_message(self, incident: Incident, user: ExternalUser) -> None:
        """One more message of ``user``."""
        rows = self.filter(incident=incident, user=user)
        if not rows.update(message_count=F("message_count") + 1):
            self.join(incident, user)
            rows.update(message_count=F("message_count") + 1)

    def join(self, incident: Incident, user: ExternalUser) -> None:
        """``user`` takes part from now on; nothing changes for who does already."""
        values = {"join_time": timezone.now()}
        self.get_or_create(incident=incident, user=user, defaults=values)


class UserStats(models.Model):
    """A person's part in an incident's comms channel."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    user = models.ForeignKey(ExternalUser, on_delete=models.CASCADE)
    join_time = models.DateTimeField(null=True, blank=True)
    message_count = models.IntegerField(default=0)

    objects: ClassVar[UserStatsManager] = UserStatsManager()

    class Meta:
        unique_together = (("incident", "user"),)

    def __str__(self) -> str:
        return f"{self.user.display_name} - {self.incident}"

    @staticmethod
    def increment_message_count(incident: Incident, user_id: str) -> None:
        """One more message of the person with this Slack id."""
        user, _ = ExternalUser.objects.get_or_create_slack(external_id=user_id)
        UserStats.objects.count_message(incident, user)
