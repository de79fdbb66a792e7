"""What goes over the wire between the workspace and the app, and how it is disturbed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from response.sandbox.models.channels import Channel
from response.sandbox.models.people import User


class Trigger(models.Model):
    """A ``trigger_id``: three seconds, one use."""

    id = models.CharField(primary_key=True, max_length=60)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # The modal that it was issued from, if any: where ``views.push`` pushes onto.
    view_id = models.CharField(max_length=20, blank=True)
    issued_at = models.FloatField()
    used = models.BooleanField(default=False)

    class Meta:
        app_label = "response_sandbox"

    def __str__(self) -> str:
        return self.id


class ResponseUrl(models.Model):
    """Where the app may answer a command or a click: 30 minutes, five uses."""

    token = models.CharField(primary_key=True, max_length=60)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    # The message that was clicked on; empty for a command.
    message_ts = models.CharField(max_length=20, blank=True)
    issued_at = models.FloatField()
    uses = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "response_sandbox"

    def __str__(self) -> str:
        return self.token


class Delivery(models.Model):
    """Something sent to the app; an event's row is its place in the queue, too."""

    class State(models.TextChoices):
        PENDING = "pending"
        SENDING = "sending"
        DELIVERED = "delivered"
        FAILED = "failed"

    kind = models.CharField(max_length=20)  # event, slash_command, interaction
    name = models.CharField(max_length=120)
    event_id = models.CharField(max_length=20, blank=True)
    path = models.CharField(max_length=40)
    content_type = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Further deliveries of what was delivered well: the fault "duplicate deliveries".
    copies = models.PositiveSmallIntegerField(default=0)
    due_at = models.FloatField()
    # While SENDING: from then on the sender counts as dead.
    claimed_until = models.FloatField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.FloatField()
    ms = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "response_sandbox"
        verbose_name_plural = "deliveries"
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=["due_at"],
                name="sandbox_delivery_due",
                condition=Q(state__in=["pending", "sending"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class ApiCall(models.Model):
    """One call of the app's, kept for the page's log and for a test's assertions."""

    method = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    answer = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField()
    # The work was done or not, but the app never heard: the connection was dropped.
    dropped = models.BooleanField(default=False)
    at = models.FloatField()
    ms = models.PositiveIntegerField(default=0)

    class Meta:
        app_label = "response_sandbox"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.method


class FaultSettings(models.Model):
    """What is switched on of ``faults.Faults``: one row."""

    values = models.JSONField(default=dict)

    class Meta:
        app_label = "response_sandbox"

    def __str__(self) -> str:
        return "faults"
