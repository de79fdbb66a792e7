"""Which nudges an incident has had."""

from __future__ import annotations

from django.db import models

from response.core.models import Incident


class Notification(models.Model):
    """How often, and when last, a notification handler nudged an incident."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    time = models.DateTimeField()
    repeat_count = models.IntegerField(default=0)
    completed = models.BooleanField(default=False)

    class Meta:
        unique_together = (("incident", "key"),)

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S} - {self.incident} - {self.key}"
