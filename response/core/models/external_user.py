"""People as other systems know them; today that system is Slack."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

SLACK = "slack"


class ExternalUserManager(models.Manager["ExternalUser"]):
    """Finds a person by the id that the other system gave them, and by nothing else."""

    def get_or_create_slack(
        self, *, external_id: str, defaults: dict[str, Any] | None = None, **values: Any
    ) -> tuple[ExternalUser, bool]:
        """The person with this Slack id (``U…`` or ``W…``), and whether they are new.

        Other arguments are what a new row gets. Safe to call from many processes at once.
        """
        values = {"display_name": external_id, **values, **(defaults or {})}
        return self.get_or_create(
            app_id=SLACK, external_id=external_id, superseded=False, defaults=values
        )

    def update_or_create_slack(
        self, *, external_id: str, defaults: dict[str, Any] | None = None, **values: Any
    ) -> tuple[ExternalUser, bool]:
        """As ``get_or_create_slack``, and a known person's row gets the values, too."""
        values = {**values, **(defaults or {})}
        return self.update_or_create(
            app_id=SLACK,
            external_id=external_id,
            superseded=False,
            defaults=values,
            create_defaults={"display_name": external_id, **values},
        )


class ExternalUser(models.Model):
    """A person in another system.

    ``superseded`` marks rows that 0.5.1 stored twice for one person: they stay, because other
    rows may point at them, and no look-up finds them.
    """

    app_id = models.CharField(max_length=50)
    external_id = models.CharField(max_length=50)
    display_name = models.CharField(max_length=255)
    full_name = models.CharField(max_length=255, blank=True, null=True)
    email = models.CharField(max_length=254, blank=True, null=True)
    deleted = models.BooleanField(default=False)
    owner = models.ForeignKey(get_user_model(), on_delete=models.PROTECT, null=True, blank=True)
    superseded = models.BooleanField(default=False, db_default=False, editable=False)

    objects: ClassVar[ExternalUserManager] = ExternalUserManager()

    class Meta:
        unique_together = (("owner", "app_id", "external_id"),)
        constraints = (
            models.UniqueConstraint(
                fields=["app_id", "external_id"],
                condition=Q(superseded=False),
                name="response_externaluser_one_live",
            ),
        )

    def __str__(self) -> str:
        return f"{self.display_name or self.external_id} ({self.app_id})"

    def as_metadata(self) -> dict[str, Any]:
        """The person as the API, the change feed and the timeline's ``metadata`` show them."""
        return {
            "app_id": self.app_id,
            "external_id": self.external_id,
            "display_name": self.display_name,
            "full_name": self.full_name,
            "email": self.email,
            "deleted": self.deleted,
        }
