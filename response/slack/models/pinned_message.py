"""Messages that people pinned to the timeline."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from response import database, text
from response.core import feed
from response.core.models import ExternalUser, Incident, TimelineEvent


def time_of(ts: str) -> datetime:
    """The time in a message's ``ts``, aware or naive as the project's times are."""
    moment = datetime.fromtimestamp(float(ts), tz=UTC)
    return moment if timezone.is_aware(timezone.now()) else timezone.make_naive(moment)


class PinnedMessageManager(models.Manager["PinnedMessage"]):
    """Keeps the timeline's entries in step with the channel's pins."""

    def add_pin(
        self, incident: Incident, message_ts: str, author_id: str, text: str
    ) -> PinnedMessage:
        """Enter a message in the timeline at its own time; a second pin of it changes nothing.

        ``text`` is Slack's wire form. Rows are made under a lock on the incident, and one of
        them must be unique: of two deliveries at once one enters it.
        """
        with database.atomic():
            Incident.objects.select_for_update().only("pk").get(pk=incident.pk)
            present = self.filter(incident=incident, message_ts=message_ts, superseded=False)
            return present.first() or self._enter(incident, message_ts, author_id, text)

    def _enter(
        self, incident: Incident, message_ts: str, author_id: str, wire: str
    ) -> PinnedMessage:
        author, _ = ExternalUser.objects.get_or_create_slack(external_id=author_id)
        wire = text.from_slack(wire)
        entry = TimelineEvent.objects.create(
            incident=incident,
            timestamp=time_of(message_ts),
            text=wire,
            event_type="slack_pin",
            metadata={
                "author": feed.person(author),
                "message_ts": message_ts,
                "channel_id": getattr(incident.comms_channel(), "channel_id", None),
            },
        )
        return self.create(
            incident=incident,
            message_ts=message_ts,
            author=author,
            text=wire,
            timestamp=entry.timestamp,
            timeline_event=entry,
        )

    def remove_pin(self, incident: Incident, message_ts: str) -> None:
        """Take a message, and its entry only, out of the timeline again."""
        with database.atomic():
            pins = self.filter(incident=incident, message_ts=message_ts)
            entries = list(pins.values_list("timeline_event_id", flat=True))
            pins.delete()
            TimelineEvent.objects.filter(pk__in=[pk for pk in entries if pk]).delete()

    def edit_pin(self, incident: Incident, message_ts: str, wire: str) -> None:
        """A message was edited: its entry follows, if it is pinned."""
        with database.atomic():
            for pin in self.filter(incident=incident, message_ts=message_ts):
                pin.text = text.from_slack(wire)
                pin.save(update_fields=["text"])
                if pin.timeline_event is not None:
                    pin.timeline_event.text = pin.text
                    pin.timeline_event.save(update_fields=["text"])


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

    objects: ClassVar[PinnedMessageManager] = PinnedMessageManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "message_ts"],
                condition=Q(superseded=False),
                name="response_pinnedmessage_one_live",
            ),
        )

    def __str__(self) -> str:
        return text.to_plain(self.text)
