"""Clients of the REST API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient

from response.models import Incident
from tests.factories import make_incident, moment


@pytest.fixture
def user(db: None) -> Any:
    """Somebody who can sign in and holds no permission at all."""
    return User.objects.create_user("somebody")


@pytest.fixture
def api(user: User) -> APIClient:
    """Their client, signed in with a session as a browser is."""
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def may_see_addresses(user: User) -> None:
    user.user_permissions.add(Permission.objects.get(codename="view_externaluser"))


@pytest.fixture
def grant(user: User) -> Callable[..., None]:
    """Gives the client's user permissions: ``grant("close_incident", …)``."""

    def give(*codenames: str) -> None:
        permissions = Permission.objects.filter(
            content_type__app_label="response", codename__in=codenames
        )
        assert len(permissions) == len(codenames)
        user.user_permissions.add(*permissions)

    return give


@pytest.fixture
def incident(db: None) -> Incident:
    """One that is open."""
    return make_incident("Cards declined", severity="2", report_time=moment())
