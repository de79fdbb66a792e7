"""Which incidents, and what to load with them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from response.core.models.external_user import ExternalUser
    from response.core.models.incident import Incident


class IncidentQuerySet(models.QuerySet["Incident"]):
    """``Incident.objects.visible().open().with_people()`` and the like."""

    def open(self) -> Self:
        """Those that have no end yet."""
        return self.filter(end_time__isnull=True)

    def visible(self) -> Self:
        """Those that anybody may see: private ones exist for nobody here."""
        return self.filter(private=False)

    def with_people(self) -> Self:
        """With lead, reporter and comms channel, in the same query."""
        return self.select_related("lead", "reporter", "commschannel")

    def with_actions(self) -> Self:
        """With their actions, oldest first, and whose they are, in one more query."""
        action = apps.get_model("response", "Action")
        actions = action._default_manager.select_related("user").order_by("pk")
        return self.prefetch_related(models.Prefetch("action_set", queryset=actions))


_Manager = models.Manager.from_queryset(IncidentQuerySet)


class IncidentManager(_Manager["Incident"]):
    """``Incident.objects``."""

    def create_incident(
        self,
        report: str,
        reporter: ExternalUser | None,
        report_time: datetime,
        report_only: bool,
        private: bool = False,
        summary: str | None = None,
        impact: str | None = None,
        lead: ExternalUser | None = None,
        severity: str | None = None,
    ) -> Incident:
        """Declare an incident that began when it was reported; texts are in wire form."""
        return self.create(
            report=report,
            reporter=reporter,
            report_time=report_time,
            report_only=report_only,
            private=private,
            start_time=report_time,
            summary=summary,
            impact=impact,
            lead=lead,
            severity=severity,
        )
