"""The channel in which an incident is worked on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from response.core.models import Incident


class CommsChannel(models.Model):
    """An incident's Slack channel.

    ``superseded`` marks rows of 0.5.1 whose channel a later incident took over: the row stays,
    and what happens in the channel belongs to the later incident. ``created_date`` is empty in
    rows of 0.5.1.
    """

    incident = models.OneToOneField(Incident, on_delete=models.CASCADE)
    channel_id = models.CharField(max_length=20)
    channel_name = models.CharField(max_length=80)
    created_date = models.DateTimeField(null=True, blank=True, default=timezone.now)
    superseded = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["channel_id"],
                condition=Q(superseded=False),
                name="response_commschannel_one_live",
            ),
        )

    def __str__(self) -> str:
        return self.channel_name
