"""Who takes part in an incident, and how much."""

from __future__ import annotations

from django.db import models

from response.core.models import ExternalUser, Incident


class UserStats(models.Model):
    """A person's part in an incident's comms channel."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    user = models.ForeignKey(ExternalUser, on_delete=models.CASCADE)
    join_time = models.DateTimeField(null=True, blank=True)
    message_count = models.IntegerField(default=0)

    class Meta:
        unique_together = (("incident", "user"),)

    def __str__(self) -> str:
        return f"{self.user.display_name} - {self.incident}"
