"""Who may see what, for the REST API and the browser pages alike.

A private incident is in no answer at all: whoever asks for it gets what one gets for an
incident that does not exist.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q, QuerySet
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from response.core.models import Action, Event, Incident, TimelineEvent
from response.core.models.incident_queryset import IncidentQuerySet

Viewer = AbstractBaseUser | AnonymousUser


class IsSignedIn(BasePermission):
    """Any signed-in user, whatever the host's DRF defaults are."""

    message = "Sign in to use this API."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the host's authentication knows who asks."""
        # A host may have no object at all for who is not signed in (UNAUTHENTICATED_USER).
        return bool(getattr(request.user, "is_authenticated", False))


def visible_incidents(viewer: Viewer) -> IncidentQuerySet:
    """The incidents that exist for this person, newest report first."""
    return Incident.objects.visible().order_by("-report_time", "-pk")


def visible_actions(viewer: Viewer) -> QuerySet[Action]:
    """The actions of incidents that exist for this person, in the order they were added."""
    return Action.objects.filter(incident__private=False).select_related("user").order_by("pk")


def visible_timeline_events(viewer: Viewer) -> QuerySet[TimelineEvent]:
    """The timeline entries of incidents that exist for this person, oldest first."""
    return TimelineEvent.objects.filter(incident__private=False).order_by("timestamp", "pk")


def visible_events(viewer: Viewer) -> QuerySet[Event]:
    """The change feed without what concerns private incidents, oldest first.

    An entry that was written while its incident was still public disappears with it.
    """
    public = Q(incident__isnull=True) | Q(incident__private=False)
    return Event.objects.filter(public).order_by("timestamp", "pk")


def may_see_email_addresses(viewer: Any) -> bool:
    """Whether people's e-mail addresses are shown to this person."""
    has_perm = getattr(viewer, "has_perm", None)
    return bool(has_perm and has_perm("response.view_externaluser"))
