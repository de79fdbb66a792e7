"""The workspace itself: one row, which every change locks and counts."""

from __future__ import annotations

from django.db import models

from response.sandbox import manifest


class Team(models.Model):
    id = models.CharField(primary_key=True, max_length=20)
    domain = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    app_id = models.CharField(max_length=20)
    bot_id = models.CharField(max_length=20)
    bot_user_id = models.CharField(max_length=20)
    scopes = models.JSONField(default=manifest.scopes)
    subscriptions = models.JSONField(default=manifest.events)
    commands = models.JSONField(default=manifest.commands)
    # Grows with every change: what the page asks "anything new since?" with.
    version = models.BigIntegerField(default=1)
    # The newest ts given out, in microseconds: each one is unique and greater than the last.
    last_ts = models.BigIntegerField(default=0)
    sequence = models.BigIntegerField(default=0)

    class Meta:
        app_label = "response_sandbox"

    def __str__(self) -> str:
        return self.name
