"""Who may do what through the REST API, and as whom they do it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.views import APIView

from response.conf import conf
from response.core.actor import Actor, acting_as
from response.core.models import ExternalUser, Incident
from response.core.permissions import IsSignedIn

#: The model permission that each of a view set's actions needs under ``ModelPermissions``.
VERBS = {
    "list": "view",
    "retrieve": "view",
    "metadata": "view",
    "partial_update": "change",
    "create": "add",
}

CLOSING = "response.close_incident"


class ResponseAPIPermission(IsSignedIn):
    """The rule of the REST API, unless ``RESPONSE_API_PERMISSION`` names another.

    Whoever is signed in may read and change what 0.5.1 let them. Creating, closing, reopening
    and exporting need the permission that the view names for it; so does a change of
    ``end_time`` that closes an incident, or reopens it.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether they may do that at all; the refusal names what is missing."""
        if not super().has_permission(request, view):
            return False
        missing = [name for name in self.required(request, view) if not _holds(request.user, name)]
        if missing:
            self.message = f"You need the permission {missing[0]}."
        return not missing

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Whether they may do it to this row: a change that closes it needs what closing needs."""
        if not _ends_or_begins_again(request, view, obj) or _holds(request.user, CLOSING):
            return True
        self.message = f"You need the permission {CLOSING}."
        return False

    def required(self, request: Request, view: APIView) -> list[str]:
        """The permissions that this request needs; a host's own rule may ask for more."""
        named: dict[str, str] = getattr(view, "permission_of_action", {})
        wanted = named.get(getattr(view, "action", None) or "")
        return [wanted] if wanted else []


class ModelPermissions(ResponseAPIPermission):
    """The stricter rule: reading and changing need Django's permissions, on the pages as well.

    ``RESPONSE_API_PERMISSION = "response.core.access.ModelPermissions"``. To change the
    end of an incident is to close or to reopen it.
    """

    closing_fields: ClassVar[frozenset[str]] = frozenset({"end_time"})

    def required(self, request: Request, view: APIView) -> list[str]:
        """``response.view_…``, ``change_…`` or ``add_…``, and what the view names itself."""
        wanted = super().required(request, view)
        action, model = getattr(view, "action", None) or "", getattr(view, "model_name", "")
        if model:
            wanted.append(f"response.{VERBS.get(action, 'view')}_{model}")
        if action == "partial_update" and model == "incident":
            data = request.data
            if hasattr(data, "keys") and self.closing_fields & set(data.keys()):
                wanted.append(CLOSING)
        return wanted


def missing_to_read(request: HttpRequest) -> list[str]:
    """What who asks lacks to list incidents by the API's rule, by which the pages go as well.

    A rule that is no ``ResponseAPIPermission`` knows of nothing but requests to the API.
    """
    rule: Any = conf.api_permission
    # One of DRF's compositions, such as `A & B`, is no class.
    if not isinstance(rule, type) or not issubclass(rule, ResponseAPIPermission):
        return []
    as_listed: Any = SimpleNamespace(action="list", model_name="incident")
    asked: Any = request
    wanted = rule().required(asked, as_listed)
    return [name for name in wanted if not _holds(request.user, name)]


def person_of(user: Any) -> ExternalUser | None:
    """Who this account of the site is in the chat, if it is known."""
    if not isinstance(user, get_user_model()) or user.pk is None:
        return None
    people = ExternalUser.objects.filter(owner=user, superseded=False)
    return people.order_by("pk").first()


def acting(request: Request) -> AbstractContextManager[Actor]:
    """Changes made inside are recorded as made by who sent the request."""
    user = request.user
    name = user.get_username() if getattr(user, "is_authenticated", False) else ""
    return acting_as(person_of(user), name=str(name)[:255])


def _holds(user: Any, permission: str) -> bool:
    has_perm = getattr(user, "has_perm", None)
    return bool(has_perm and has_perm(permission))


def _ends_or_begins_again(request: Request, view: APIView, row: Any) -> bool:
    """Whether the request gives an open incident an end, or takes it from a closed one."""
    if getattr(view, "action", None) != "partial_update" or not isinstance(row, Incident):
        return False
    data = request.data
    if not isinstance(data, Mapping) or "end_time" not in data:
        return False
    return (data["end_time"] in (None, "")) == row.is_closed()
