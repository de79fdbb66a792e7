"""The channel in which an incident is worked on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from response.core.models import Incident


class CommsChannelManager(models.Manager["CommsChannel"]):
    """Opens channels, and keeps their names."""

    def create_comms_channel(self, incident: Incident) -> CommsChannel:
        """Create the incident's channel in Slack now, and answer its row.

        For host code that wants to wait for Slack; raises ``SlackError``. The button asks for
        it with ``response.slack.operations.open_comms_channel`` instead and does not wait.
        """
        # Operations need the models to be loaded.
        from response.slack.comms_channels import create_comms_channel_now

        return create_comms_channel_now(incident)

    def keep_name(self, incident: Incident, name: str) -> None:
        """What Slack calls the incident's channel now; in a transaction, and with signals."""
        channel = self.select_for_update().filter(incident=incident, superseded=False).first()
        if channel is not None:
            channel.channel_name = name
            channel.save(update_fields=["channel_name"])


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
    # Whether Slack keeps it to its members; and which one it was while the incident was public.
    is_private = models.BooleanField(default=False, db_default=False, editable=False)
    public_channel_id = models.CharField(
        max_length=20, blank=True, default="", db_default="", editable=False
    )
    superseded = models.BooleanField(default=False, db_default=False, editable=False)

    objects: ClassVar[CommsChannelManager] = CommsChannelManager()

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

    def post_in_channel(self, message: str) -> None:
        """Have ``message`` (mrkdwn) posted, in order after what was asked for before."""
        from response.slack import outbox

        outbox.post(self.channel_id, message, incident=self.incident)

    def rename(self, new_name: str) -> None:
        """Rename the channel in Slack now; raises ``SlackError`` if Slack refuses."""
        from response.slack import answers
        from response.slack.client import get_client

        if new_name:
            answer = get_client().rename_channel(self.channel_id, new_name)
            self.channel_name = answers.name(answer, "channel.name", "conversations.rename")
            self.save(update_fields=["channel_name"])
