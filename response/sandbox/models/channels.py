"""Conversations: public and private channels, direct messages; who is in them."""

from __future__ import annotations

from django.db import models

from response.sandbox.models.people import User


class Channel(models.Model):
    id = models.CharField(primary_key=True, max_length=20)
    # A direct message's says whose it is, with a character that no channel's name may have.
    name = models.CharField(max_length=80, unique=True)
    is_private = models.BooleanField(default=False)
    is_im = models.BooleanField(default=False)
    is_general = models.BooleanField(default=False)
    is_archived = models.BooleanField(default=False)
    # In wire form: 250 characters at most as the app sent them, more with their entities.
    topic = models.TextField(blank=True)
    purpose = models.TextField(blank=True)
    created = models.BigIntegerField()
    creator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    members = models.ManyToManyField(User, through="Membership", related_name="channels")

    class Meta:
        app_label = "response_sandbox"
        ordering = ("name",)

    def __str__(self) -> str:
        return f"#{self.name}"

    @property
    def kind(self) -> str:
        """Slack's ``channel_type``."""
        if self.is_im:
            return "im"
        return "group" if self.is_private else "channel"


class Membership(models.Model):
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    last_read = models.CharField(max_length=20, default="0")

    class Meta:
        app_label = "response_sandbox"
        constraints = (
            models.UniqueConstraint(fields=["channel", "user"], name="sandbox_member_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.channel_id}"


class Bookmark(models.Model):
    id = models.CharField(primary_key=True, max_length=20)
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="bookmarks")
    title = models.CharField(max_length=256)
    link = models.CharField(max_length=2048)
    emoji = models.CharField(max_length=100, blank=True)
    created = models.BigIntegerField()

    class Meta:
        app_label = "response_sandbox"

    def __str__(self) -> str:
        return self.title
