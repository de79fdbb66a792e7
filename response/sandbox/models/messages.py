"""What is said, what is pinned, who reacted with what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from response.sandbox.models.channels import Channel
from response.sandbox.models.people import User


class Message(models.Model):
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    ts = models.CharField(max_length=20)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The other workspace of its author, if that is where they are from.
    author_team_id = models.CharField(max_length=20, blank=True)
    bot_id = models.CharField(max_length=20, blank=True)
    username = models.CharField(max_length=80, blank=True)
    subtype = models.CharField(max_length=30, blank=True)
    text = models.TextField(blank=True)
    blocks = models.JSONField(default=list)
    attachments = models.JSONField(default=list)
    metadata = models.JSONField(default=dict)
    # Members that only some subtypes have: inviter, topic, name and old_name, ...
    extra = models.JSONField(default=dict)
    thread_ts = models.CharField(max_length=20, blank=True)
    client_msg_id = models.CharField(max_length=40, blank=True)
    edited_by = models.CharField(max_length=20, blank=True)
    edited_ts = models.CharField(max_length=20, blank=True)
    # The one person who sees an ephemeral message; nobody for all others.
    only_for = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )

    class Meta:
        app_label = "response_sandbox"
        ordering = ("ts",)
        constraints = (
            models.UniqueConstraint(fields=["channel", "ts"], name="sandbox_message_ts_once"),
        )
        indexes = (
            models.Index(
                fields=["channel", "thread_ts"],
                name="sandbox_message_thread",
                condition=~Q(thread_ts=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel_id} {self.ts}"


class Reaction(models.Model):
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "response_sandbox"
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["message", "user", "name"], name="sandbox_reaction_once"
            ),
        )

    def __str__(self) -> str:
        return f":{self.name}: of {self.user_id}"


class Pin(models.Model):
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="pin")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created = models.BigIntegerField()

    class Meta:
        app_label = "response_sandbox"
        ordering = ("-created", "-id")

    def __str__(self) -> str:
        return f"pin of {self.message_id}"
