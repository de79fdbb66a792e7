"""Clients of the REST API."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from rest_framework.test import APIClient


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
