"""The inbox: what Slack delivered, and one row for each handler that wants it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils import timezone

from response.core.models import Incident


class Delivery(models.Model):
    """One thing that Slack (or our own tick) delivered, stored before it is acknowledged.

    ``key`` makes a repeat recognisable: ``event_id``, ``trigger_id`` or ``view.id``. The
    payload is dropped once every run is done; the key stays.
    """

    class Kind(models.TextChoices):
        EVENT = "event"
        ACTION = "action"
        SHORTCUT = "shortcut"
        DIALOG = "dialog"
        SUBMISSION = "submission"
        NOTIFICATION = "notification"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    payload = models.TextField(blank=True, default="")
    received_at = models.DateTimeField(default=timezone.now)
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        verbose_name_plural = "inbox: deliveries"

    def __str__(self) -> str:
        # Not by the key, which may be a `trigger_id`.
        return f"Delivery {self.pk} ({self.kind})"

    @property
    def data(self) -> dict[str, Any]:
        """The payload as Slack's JSON object; empty once it was dropped."""
        data: dict[str, Any] = json.loads(self.payload) if self.payload else {}
        return data


class HandlerRun(models.Model):
    """The work of one handler on one delivery."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        PARKED = "parked"
        # An operator gave it up: it is over, as if done.
        DROPPED = "dropped"

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="runs")
    lane = models.CharField(max_length=140)
    handler = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    error = models.TextField(blank=True, default="")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["lane", "id"],
                name="response_run_lane",
                condition=models.Q(state="pending"),
            ),
            models.Index(
                fields=["next_try"],
                name="response_run_due",
                condition=models.Q(state="pending"),
            ),
            models.Index(
                fields=["id"], name="response_run_parked", condition=models.Q(state="parked")
            ),
        )
        verbose_name_plural = "inbox: handler runs"
        permissions = (("operate_inbox", "Can run again, or give up, what is in the inbox"),)

    def __str__(self) -> str:
        return f"{self.handler} on delivery {self.delivery_id}"
