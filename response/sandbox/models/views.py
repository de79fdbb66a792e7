"""Modals: a stack for each person."""

from __future__ import annotations

from django.db import models

from response.sandbox.models.people import User


class View(models.Model):
    id = models.CharField(primary_key=True, max_length=20)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    root_id = models.CharField(max_length=20)
    previous_id = models.CharField(max_length=20, blank=True)
    # 1 is the root of the stack.
    depth = models.PositiveSmallIntegerField(default=1)
    # The definition that the app sent: title, submit, close, blocks, private_metadata, ...
    definition = models.JSONField()
    external_id = models.CharField(max_length=255, blank=True)
    # What the person has entered so far: {block_id: {action_id: {...}}}.
    values = models.JSONField(default=dict)
    hash = models.CharField(max_length=40)
    is_open = models.BooleanField(default=True)

    class Meta:
        app_label = "response_sandbox"
        ordering = ("depth",)
        indexes = (models.Index(fields=["user", "is_open"], name="sandbox_view_open"),)

    def __str__(self) -> str:
        return self.id
