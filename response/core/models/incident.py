"""The incident."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, router
from django.utils import timezone

from response import text
from response.core import consequences
from response.core import severity as severities
from response.core.changes import Changes, TrackedModel
from response.core.models.external_user import ExternalUser
from response.core.models.incident_queryset import IncidentManager

if TYPE_CHECKING:
    from response.core.models.action import Action
    from response.core.models.timeline import TimelineEvent


class Incident(TrackedModel):
    """Something that goes wrong, from the report to the end.

    ``report`` (the title), ``summary`` and ``impact`` are in Slack's wire form: plain text
    comes in through ``response.text.from_plain``. ``save()`` writes what changed, with
    timeline, change feed and signals, in one transaction; an unknown severity, or the removal
    of one, is an ``InvalidValue`` (a ``ValueError``). Nobody ends an incident that somebody
    else has ended: of two who set ``end_time``, the first does, and the second is given the
    time of the first.
    """

    SEVERITIES = severities.SEVERITIES

    # Wire form: 200 characters as a person counts them may take 1,000 (`&` is stored as `&amp;`).
    report = models.CharField(max_length=1200)
    reporter = models.ForeignKey(
        ExternalUser, related_name="reporter", on_delete=models.PROTECT, null=True
    )
    report_time = models.DateTimeField()
    report_only = models.BooleanField(default=False)
    private = models.BooleanField(default=False)
    start_time = models.DateTimeField()
    end_time = models.DateTimeField(blank=True, null=True)
    summary = models.TextField(blank=True, null=True, help_text="What's the high level summary?")
    impact = models.TextField(blank=True, null=True, help_text="What impact is this having?")
    lead = models.ForeignKey(
        ExternalUser,
        related_name="lead",
        on_delete=models.PROTECT,
        blank=True,
        null=True,
        help_text="Who is leading?",
    )
    severity = models.CharField(max_length=10, blank=True, null=True, choices=SEVERITIES)

    objects: ClassVar[IncidentManager] = IncidentManager()

    class Meta:
        # A page of each of the lists is read from one of these.
        indexes = (
            models.Index(fields=["-report_time", "-id"], name="response_incident_latest"),
            models.Index(
                fields=["-report_time", "-id"],
                name="response_incident_live",
                condition=models.Q(end_time=None, report_only=False),
            ),
            models.Index(
                fields=["-report_time", "-id"],
                name="response_incident_closed",
                condition=models.Q(end_time__isnull=False),
            ),
            models.Index(
                fields=["-report_time", "-id"],
                name="response_incident_reports",
                condition=models.Q(report_only=True),
            ),
        )
        permissions = (
            ("close_incident", "Can close and reopen incidents"),
            ("export_incidents", "Can export incidents"),
            ("view_private_incident", "Can view every private incident"),
        )

    def __str__(self) -> str:
        return text.to_plain(self.report)

    # -- verbs ------------------------------------------------------------------------

    def close(self, at: datetime | None = None) -> bool:
        """End the incident, now or ``at`` that time; whether it was this call that did.

        Other unsaved changes stay unsaved. Afterwards ``end_time`` is the time that counts.
        """
        self._loaded = {**self._loaded, "end_time": None}
        self.end_time = at or timezone.now()
        self._clean_values()
        return "end_time" in self._write_end_time()

    def reopen(self) -> bool:
        """Take the end back; whether it was this call that did."""
        self.refresh_from_db(fields=["end_time"])
        if self.end_time is None:
            return False
        self.end_time = None
        return "end_time" in self._write_end_time()

    def _write_end_time(self) -> Changes:
        using = router.db_for_write(type(self), instance=self)
        return self._update(using, force_update=False, update_fields=["end_time"])

    # -- what others are told of it -----------------------------------------------------

    def duration(self) -> str:
        """How long it has been going on, or went on: ``"1 hr 30 mins"``, ``"45 secs"``."""
        lasted = (self.end_time or timezone.now()) - self.start_time
        seconds = int(max(lasted, timedelta()).total_seconds())
        hours, minutes = seconds // 3600, seconds // 60 % 60
        parts = [
            _count(number, unit) for number, unit in ((hours, "hr"), (minutes, "min")) if number
        ]
        return " ".join(parts) or _count(seconds, "sec")

    def is_closed(self) -> bool:
        """Whether it has an end."""
        return self.end_time is not None

    def severity_text(self) -> str | None:
        """``"critical"``, …; ``None`` while nobody has said."""
        return severities.name_of(self.severity)

    def severity_emoji(self) -> str:
        """The weather: the worse, the worse."""
        return severities.emoji_of(self.severity)

    def status_text(self) -> str:
        """``"live"``, ``"resolved"``, or ``"reported"`` (an open report)."""
        if self.is_closed():
            return "resolved"
        return "reported" if self.report_only else "live"

    def status_emoji(self) -> str:
        """The emoji of ``status_text``."""
        return {"live": "🔥", "resolved": "💧", "reported": "📓"}[self.status_text()]

    def badge_type(self) -> str:
        """The CSS class of 0.5.1's pages for an incident in this state."""
        if self.is_closed():
            return "badge-success"
        return "badge-danger" if self.severity in ("1", "2") else "badge-warning"

    # -- what belongs to it -------------------------------------------------------------

    def action_items(self) -> models.QuerySet[Action]:
        """The actions, oldest first; no query where ``with_actions()`` was asked for."""
        actions: models.QuerySet[Action] = self.action_set.all()
        prefetched = "action_set" in getattr(self, "_prefetched_objects_cache", {})
        return actions if prefetched else actions.order_by("pk")

    def timeline_events(self) -> models.QuerySet[TimelineEvent]:
        """The timeline, earliest first."""
        events: models.QuerySet[TimelineEvent] = self.timelineevent_set.order_by("timestamp", "pk")
        return events

    def comms_channel(self) -> Any:
        """The ``CommsChannel``, or ``None``; no query where ``with_people()`` was asked for."""
        return getattr(self, "commschannel", None)

    # -- hooks of TrackedModel ----------------------------------------------------------

    def _check(self, changes: Changes | None) -> None:
        change = None if changes is None else changes.get("severity")
        if (changes is None or change) and isinstance(self.severity, str):
            severities.require_known(self.severity)
        if change and not self.severity:
            severities.require_kept(change.old, self.severity)

    def _settle(self, changes: Changes, using: str) -> None:
        """Of all who end (or reopen) at once, one does: the one whose UPDATE finds it open."""
        change = changes.get("end_time")
        if change is None:
            return
        rows = type(self)._base_manager.using(using).filter(pk=self.pk)
        if not rows.filter(end_time__isnull=change.old is None).update(end_time=change.new):
            del changes["end_time"]
            self.refresh_from_db(using=using, fields=["end_time"])

    def _after_create(self, using: str) -> None:
        consequences.of_new_incident(self, using)

    def _after_change(self, changes: Changes, using: str) -> None:
        consequences.of_changed_incident(self, changes, using)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
