"""The incident."""

from __future__ import annotations

from django.db import models

from response.core.models.external_user import ExternalUser


class Incident(models.Model):
    """Something that goes wrong, from the report to the end."""

    SEVERITIES = (("1", "critical"), ("2", "major"), ("3", "minor"), ("4", "trivial"))

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

    def __str__(self) -> str:
        return self.report
