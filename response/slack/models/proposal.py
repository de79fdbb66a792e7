"""Texts that somebody proposed and nobody has accepted yet."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from response.core.models import Incident


class Proposal(models.Model):
    """A new summary or impact, waiting for a Yes.

    Kept here, not in the button: a button's value holds 2,000 characters, and what was typed
    is not lost if nobody presses it.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=10, choices=(("summary", "summary"), ("impact", "impact")))
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.field} of incident {self.incident_id}"
