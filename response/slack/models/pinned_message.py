"""Messages that people pinned to the timeline."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from response.core.models import ExternalUser, Incident, TimelineEvent


class PinnedMessage(models.Model):
    """A message pinned in a comms channel, and its entry in the timeline.

    ``superseded`` marks second rows of one message, which 0.5.1 could make.
    """

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    author = models.ForeignKey(ExternalUser, on_delete=models.PROTECT)
    message_ts = models.CharField(max_length=50)
    text = models.TextField()
    timestamp = models.DateTimeField()
    timeline_event = models.ForeignKey(TimelineEvent, on_delete=models.CASCADE, null=True)
    superseded = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "message_ts"],
                condition=Q(superseded=False),
                name="response_pinnedmessage_one_live",
            ),
        )

    def __str__(self) -> str:
        return self.text
