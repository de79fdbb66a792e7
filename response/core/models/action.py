"""What is to be done because of an incident."""

from __future__ import annotations

from django.db import models

from response.core.models.external_user import ExternalUser
from response.core.models.incident import Incident


class Action(models.Model):
    """Something to do, by ``user``; ``details`` is in Slack's wire form."""

    PRIORITIES = (("1", "high"), ("2", "medium"), ("3", "low"))
    TYPES = (("1", "detective"), ("2", "preventative"), ("3", "corrective"))

    created_date = models.DateTimeField(null=True, auto_now_add=True)
    details = models.TextField(blank=True, default="")
    done = models.BooleanField(default=False)
    done_date = models.DateTimeField(null=True, blank=True)
    due_date = models.DateTimeField(null=True, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    user = models.ForeignKey(ExternalUser, on_delete=models.PROTECT)
    priority = models.CharField(max_length=10, blank=True, null=True, choices=PRIORITIES)
    type = models.CharField(max_length=10, blank=True, null=True, choices=TYPES)

    def __str__(self) -> str:
        return self.details

    def icon(self) -> str:
        """The emoji of an action."""
        return "🔜️"
