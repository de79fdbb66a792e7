"""What is to be done because of an incident."""

from __future__ import annotations

from django.db import models

from response import text
from response.core import consequences
from response.core.changes import Changes, TrackedModel
from response.core.models.external_user import ExternalUser
from response.core.models.incident import Incident
from response.exceptions import InvalidValue


class Action(TrackedModel):
    """Something to do, by ``user``; ``details`` is in Slack's wire form.

    ``save()`` writes what changed, with the change feed and signals, in one transaction. A
    priority or type that is none is an ``InvalidValue`` (a ``ValueError``).
    """

    PRIORITIES = (("1", "high"), ("2", "medium"), ("3", "low"))
    TYPES = (("1", "detective"), ("2", "preventative"), ("3", "corrective"))

    created_date = models.DateTimeField(null=True, auto_now_add=True)
    details = models.TextField(blank=True, default="")
    done = models.BooleanField(default=False)
    done_date = models.DateTimeField(null=True, blank=True)
    due_date = models.DateTimeField(null=True, blank=True)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE)
    user = models.ForeignKey(ExternalUser, on_delete=models.PROTECT)
    priority = models.CharField(max_length=10, blank=True, null=True, choices=PRIORITIES)
    type = models.CharField(max_length=10, blank=True, null=True, choices=TYPES)

    def __str__(self) -> str:
        return text.to_plain(self.details)

    def icon(self) -> str:
        """The emoji of an action."""
        return "🔜️"

    def _check(self, changes: Changes | None) -> None:
        for name, choices in (("priority", self.PRIORITIES), ("type", self.TYPES)):
            value = getattr(self, name)
            concerned = changes is None or name in changes
            if concerned and isinstance(value, str) and value and value not in dict(choices):
                allowed = ", ".join(f"{key} ({label})" for key, label in choices)
                raise InvalidValue(f"{value!r} is no {name}. Choose one of: {allowed}.")

    def _after_create(self, using: str) -> None:
        consequences.of_action(self, {}, using, created=True)

    def _after_change(self, changes: Changes, using: str) -> None:
        consequences.of_action(self, changes, using, created=False)
