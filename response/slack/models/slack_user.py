"""What Slack says of a person beyond their name."""

from __future__ import annotations

from django.db import models

from response.core.models import ExternalUser


class SlackUser(models.Model):
    """Standing of a person in the workspace; who has no row was never asked about."""

    user = models.OneToOneField(
        ExternalUser, on_delete=models.CASCADE, related_name="response_slack"
    )
    team_id = models.CharField(max_length=30, blank=True, default="")
    is_bot = models.BooleanField(default=False)
    is_restricted = models.BooleanField(default=False)
    is_ultra_restricted = models.BooleanField(default=False)
    fetched_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_guest(self) -> bool:
        """A single- or multi-channel guest, or a person of another workspace seen as one."""
        return self.is_restricted or self.is_ultra_restricted
