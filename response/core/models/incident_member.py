"""Who is in the channel of an incident: they see it, too, when it is private."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django.db import models, router, transaction
from django.utils import timezone

from response.core.models.external_user import ExternalUser

if TYPE_CHECKING:
    from response.core.models.incident import Incident


class IncidentMemberManager(models.Manager["IncidentMember"]):
    """Keeps the members as whoever owns the channel tells of them; each call may be repeated."""

    def join(self, incident: Incident, user: ExternalUser) -> None:
        """``user`` is in the channel from now on."""
        self.get_or_create(incident=incident, user=user)

    def leave(self, incident: Incident, user: ExternalUser) -> None:
        """``user`` is not in the channel any more."""
        self.filter(incident=incident, user=user).delete()

    def replace(self, incident: Incident, users: Iterable[ExternalUser]) -> None:
        """``users`` are in the channel, and nobody else."""
        wanted = {user.pk: user for user in users}
        with transaction.atomic(using=router.db_for_write(self.model)):
            self.filter(incident=incident).exclude(user__in=wanted).delete()
            rows = [self.model(incident=incident, user=user) for user in wanted.values()]
            self.bulk_create(rows, ignore_conflicts=True)


class IncidentMember(models.Model):
    """One person in the channel of one incident, wherever that channel is.

    core does not know what a channel is: the package that owns it (today ``response.slack``)
    keeps these rows. ``response.core.permissions`` reads them.
    """

    incident = models.ForeignKey(
        "response.Incident", on_delete=models.CASCADE, related_name="members"
    )
    user = models.ForeignKey(ExternalUser, on_delete=models.CASCADE, related_name="+")
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[IncidentMemberManager] = IncidentMemberManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "user"], name="response_incidentmember_once"
            ),
        )

    def __str__(self) -> str:
        return f"Member {self.user_id} of incident {self.incident_id}"
