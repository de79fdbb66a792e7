"""Staff with all permissions of the app but that to see private incidents, and a superuser."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client


def staff_with(*codenames: str, name: str = "staff") -> Any:
    """A member of staff with these permissions of the app's."""
    user = User.objects.create_user(name, is_staff=True)
    found = Permission.objects.filter(content_type__app_label="response", codename__in=codenames)
    assert {permission.codename for permission in found} == set(codenames)
    user.user_permissions.set(found)
    return user


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def root(db: None) -> Client:
    """Somebody who may do everything."""
    return signed_in(User.objects.create_superuser("root"))


@pytest.fixture
def staff(db: None) -> Client:
    """Somebody who may do everything but see private incidents."""
    user = User.objects.create_user("staff", is_staff=True)
    rights = Permission.objects.filter(content_type__app_label="response")
    user.user_permissions.set(rights.exclude(codename="view_private_incident"))
    return signed_in(user)
