"""The outbox: one row for each call that we want Slack to get."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils import timezone

from response.core.models import Incident


class Call(models.Model):
    """A call of Slack's Web API that is wanted, under way, or made.

    ``operation`` names the class in ``response.slack.operations`` that makes the request and
    deals with the answer; empty means: send ``method`` with ``arguments``, no more. ``key``
    says what the call is for: at most one row a key waits (``headline:42`` coalesces a burst
    of refreshes so). ``memo`` is what an operation must remember from one try to the next.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        SENT = "sent"
        PARKED = "parked"
        DROPPED = "dropped"

    id = models.BigAutoField(primary_key=True)
    lane = models.CharField(max_length=140)
    operation = models.CharField(max_length=50, blank=True, default="")
    method = models.CharField(max_length=60, blank=True, default="")
    arguments = models.TextField(blank=True, default="")
    key = models.CharField(max_length=150, null=True, blank=True, unique=True)
    memo = models.TextField(blank=True, default="")
    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    strikes = models.PositiveIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["lane", "id"],
                name="response_call_lane",
                condition=models.Q(state__in=["pending", "sending"]),
            ),
            models.Index(
                fields=["finished_at"],
                name="response_call_sent",
                condition=models.Q(state="sent"),
            ),
            models.Index(
                fields=["id"], name="response_call_parked", condition=models.Q(state="parked")
            ),
        )
        verbose_name = "Slack call"
        verbose_name_plural = "outbox: Slack calls"
        permissions = (("operate_outbox", "Can run again, or give up, what is in the outbox"),)

    def __str__(self) -> str:
        return f"{self.operation or self.method} in {self.lane}"

    @property
    def args(self) -> dict[str, Any]:
        """The arguments of the call as Slack's method takes them."""
        args: dict[str, Any] = json.loads(self.arguments) if self.arguments else {}
        return args

    @property
    def notes(self) -> dict[str, Any]:
        """What the operation remembered from its earlier tries."""
        notes: dict[str, Any] = json.loads(self.memo) if self.memo else {}
        return notes
