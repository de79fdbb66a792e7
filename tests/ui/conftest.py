"""A browser of somebody signed in, and what it reads of a page."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def browser(client: Client, db: None) -> Any:
    client.force_login(User.objects.create_user("somebody"))
    return client
