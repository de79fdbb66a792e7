"""Who is in the channel of an incident: they see it, too, when it is private."""

from __future__ import annotations

from collections.abc import Collection, Iterable
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

    def replace(
        self,
        incident: Incident,
        users: Iterable[ExternalUser],
        before: Collection[int] | None = None,
    ) -> None:
        """``users`` are in the channel, and nobody else.

        ``before`` are the keys of those who were when that was asked: who came or went since
        then stays so, since what told us of it is newer.
        """
        wanted = {user.pk for user in users}
        with transaction.atomic(using=router.db_for_write(self.model)):
            present = set(self.filter(incident=incident).values_list("user_id", flat=True))
            if before is not None:
                came, went = present.difference(before), set(before) - present
                wanted = (wanted | came) - went
            self.filter(incident=incident, user__in=present - wanted).delete()
            rows = [self.model(incident=incident, user_id=key) for key in wanted - present]
            self.bulk_create(rows, ignore_conflicts=True)


class IncidentMember(models.Model):
    """One person in the channel of one incident, wherever that channel is.

    core does not know what a channel is: the package that owns it (today ``response.slack``)
    keeps these rows. ``response.core.permissions`` reads them.
    """

    incident = models.ForeignKey(
        "response.Incident", on_delete=models.CASCADE, related_name="response_members"
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
