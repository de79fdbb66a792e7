"""Leases on conversations, and the heartbeat of the minute tick."""

from __future__ import annotations

from django.db import models


class Conversation(models.Model):
    """A lane of either box, worked off by one process at a time.

    ``key`` is ``in:<lane>`` or ``out:<lane>``: the boxes have leases of their own, so that a
    Slack that takes seconds to answer never delays what handlers do. The holder's
    ``lease_token`` is named by every done mark (see ``response.slack.leases``).
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=150, unique=True)
    lease_token = models.CharField(max_length=32, null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class Heartbeat(models.Model):
    """When something that must happen regularly last happened."""

    # Of a tick, be it of the scheduler or of a drain that stands in for it.
    TICK = "tick"
    # Of the scheduler alone, so that it is noticed when there is none.
    SCHEDULER = "scheduler"
    # When a worker has been asked to come back to what falls due soon.
    DRAIN = "drain"
    # When people were last asked for: see ``response.slack.tick``.
    USERS = "users"
    # When conversations that nobody needs were removed: see ``response.slack.retention``.
    LANES = "lanes"

    name = models.CharField(max_length=30, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"
