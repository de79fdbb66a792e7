"""Members of the workspace, its bot among them, and user groups."""

from __future__ import annotations

from django.db import models


class User(models.Model):
    id = models.CharField(primary_key=True, max_length=20)
    name = models.CharField(max_length=80, unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    real_name = models.CharField(max_length=80, blank=True)
    email = models.CharField(max_length=254, blank=True)
    color = models.CharField(max_length=6, default="9f69e7")
    tz = models.CharField(max_length=60, default="Europe/London")
    # Of somebody from another workspace, who is here through a shared channel; else empty.
    other_team_id = models.CharField(max_length=20, blank=True)
    is_bot = models.BooleanField(default=False)
    is_restricted = models.BooleanField(default=False)
    deleted = models.BooleanField(default=False)
    updated = models.BigIntegerField(default=0)

    class Meta:
        app_label = "response_sandbox"
        ordering = ("id",)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name that people see and type after ``@``."""
        return self.display_name or self.name


class UserGroup(models.Model):
    id = models.CharField(primary_key=True, max_length=20)
    handle = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    users = models.ManyToManyField(User, related_name="usergroups")

    class Meta:
        app_label = "response_sandbox"

    def __str__(self) -> str:
        return self.handle
