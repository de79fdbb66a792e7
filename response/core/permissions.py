"""Who may see what, for the REST API, the browser pages, the admin and Slack alike.

A private incident exists for those with the permission ``response.view_private_incident``, and
for whom ``ExternalUser.owner`` says to be its reporter, its lead or a member of its channel. It
is in no answer to anybody else: whoever asks for it gets what one gets for an incident that
does not exist.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, Q, QuerySet
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from response.core.models import (
    Action,
    Event,
    ExternalUser,
    Incident,
    IncidentMember,
    TimelineEvent,
)
from response.core.models.incident_queryset import IncidentQuerySet

Viewer = AbstractBaseUser | AnonymousUser
Row = TypeVar("Row", bound=Model)


class IsSignedIn(BasePermission):
    """Any signed-in user, whatever the host's DRF defaults are."""

    message = "Sign in to use this API."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the host's authentication knows who asks."""
        # A host may have no object at all for who is not signed in (UNAUTHENTICATED_USER).
        return bool(getattr(request.user, "is_authenticated", False))


def visible_incidents(viewer: Viewer) -> IncidentQuerySet:
    """The incidents that exist for this person, newest report first."""
    return Incident.objects.filter(_exists_for(viewer)).order_by("-report_time", "-pk")


def visible_actions(viewer: Viewer) -> QuerySet[Action]:
    """The actions of incidents that exist for this person, in the order they were added."""
    actions = visible_rows(viewer, Action.objects.all())
    return actions.select_related("user").order_by("pk")


def visible_timeline_events(viewer: Viewer) -> QuerySet[TimelineEvent]:
    """The timeline entries of incidents that exist for this person, oldest first."""
    return visible_rows(viewer, TimelineEvent.objects.all()).order_by("timestamp", "pk")


def visible_events(viewer: Viewer) -> QuerySet[Event]:
    """The change feed without what concerns incidents that do not exist for them, oldest first.

    An entry that was written while its incident was still public disappears with it.
    """
    return visible_rows(viewer, Event.objects.all()).order_by("timestamp", "pk")


def visible_rows(viewer: Viewer, rows: QuerySet[Row], incident: str = "incident") -> QuerySet[Row]:
    """Of any ``rows``, those of no incident, or of one that exists for this person.

    ``incident`` is the path to it, such as ``"delivery__incident"``.
    """
    if may_see_private_incidents(viewer):
        return rows
    return rows.filter(Q((f"{incident}__isnull", True)) | _exists_for(viewer, f"{incident}__"))


def may_see_private_incidents(viewer: Any) -> bool:
    """Whether every private incident exists for this person, whoever is in it."""
    return _has_perm(viewer, "response.view_private_incident")


def may_see(person: ExternalUser | None, incident: Incident) -> bool:
    """The same rule for somebody as another system knows them, and one incident.

    A private incident exists for who reported it, leads it or is in its channel, and for
    whose account here may see all of them. Nobody known sees what is public.
    """
    if not incident.private:
        return True
    if person is None:
        return False
    if person.pk in (incident.reporter_id, incident.lead_id):
        return True
    is_member = IncidentMember.objects.filter(incident=incident, user=person).exists()
    return is_member or may_see_private_incidents(person.owner)


def _exists_for(viewer: Viewer, path: str = "") -> Q:
    """The condition for rows whose incident is at ``path``; costs no query and no join more."""
    if may_see_private_incidents(viewer):
        return Q()
    public = Q((f"{path}private", False))
    # Whose account is no row here (some token authentications) is nobody in another system.
    if not isinstance(viewer, get_user_model()) or viewer.pk is None:
        return public
    known_as = ExternalUser.objects.filter(owner=viewer).order_by().values("pk")
    member_of = IncidentMember.objects.filter(user__owner=viewer).values("incident")
    return (
        public
        | Q((f"{path}reporter__in", known_as))
        | Q((f"{path}lead__in", known_as))
        | Q((f"{path}pk__in", member_of))
    )


def may_see_email_addresses(viewer: Any) -> bool:
    """Whether people's e-mail addresses are shown to this person."""
    return _has_perm(viewer, "response.view_externaluser")


def _has_perm(viewer: Any, permission: str) -> bool:
    has_perm = getattr(viewer, "has_perm", None)
    return bool(has_perm and has_perm(permission))
