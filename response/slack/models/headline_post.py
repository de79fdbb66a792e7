"""The message that announces an incident and follows it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from response.core.models import Incident
from response.slack.models.comms_channel import CommsChannel


class HeadlinePostManager(models.Manager["HeadlinePost"]):
    """Announces incidents."""

    def create_headline_post(self, incident: Incident) -> HeadlinePost:
        """The incident's headline post; asks for it to be posted, or brought up to date."""
        post, _ = self.get_or_create(incident=incident, superseded=False)
        post.update_in_slack()
        return post


class HeadlinePost(models.Model):
    """An incident's headline post.

    ``channel_id`` is the channel it was posted in and ``sent_digest`` the fingerprint of what
    Slack shows; both are empty in rows of 0.5.1. ``superseded`` marks second posts of one
    incident, which 0.5.1 could make.
    """

    EDIT_INCIDENT_BUTTON = "edit-incident-button"
    CLOSE_INCIDENT_BUTTON = "close-incident-button"
    REOPEN_INCIDENT_BUTTON = "reopen-incident-button"
    CREATE_COMMS_CHANNEL_BUTTON = "create-comms-channel-button"
    PAGE_ON_CALL_BUTTON = "page-on-call-button"

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    message_ts = models.CharField(max_length=20, null=True, blank=True)
    comms_channel = models.OneToOneField(
        CommsChannel, on_delete=models.SET_NULL, null=True, blank=True
    )
    channel_id = models.CharField(max_length=20, blank=True, default="", db_default="")
    sent_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    superseded = models.BooleanField(default=False, db_default=False, editable=False)

    objects: ClassVar[HeadlinePostManager] = HeadlinePostManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident"],
                condition=Q(superseded=False),
                name="response_headlinepost_one_live",
            ),
        )

    def __str__(self) -> str:
        return f"Headline post of incident {self.incident_id}"

    def update_in_slack(self) -> None:
        """Ask for the post to say what is true when it is sent; a burst is one update."""
        # Operations need the models to be loaded.
        from response.slack.operations import refresh_headline

        refresh_headline(self.incident)

    def post_to_thread(self, message: str) -> None:
        """Have ``message`` (mrkdwn) posted in the thread of the headline, once it is there."""
        from response.slack import outbox

        lane = f"headline:{self.incident_id}"
        arguments = {"text": message}
        outbox.enqueue(
            "", arguments, lane=lane, operation="headline_thread", incident=self.incident
        )
