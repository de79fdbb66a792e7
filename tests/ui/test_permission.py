"""Who may read the pages, besides being signed in."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from rest_framework.permissions import IsAdminUser, IsAuthenticated

from tests.factories import make_incident

STRICTER = "response.core.access.ModelPermissions"


@pytest.fixture
def paths(db: None) -> list[str]:
    return ["/", f"/incident/{make_incident('planted').pk}/"]


def statuses(browser: Client, paths: list[str]) -> list[int]:
    return [browser.get(path).status_code for path in paths]


def test_the_rule_of_the_api_is_that_of_the_pages(
    browser: Client, paths: list[str], settings: Any
) -> None:
    assert statuses(browser, paths) == [200, 200]
    settings.RESPONSE_API_PERMISSION = STRICTER
    for path in paths:
        refused = browser.get(path)
        assert refused.status_code == 403
        assert "planted" not in refused.content.decode()
    permission = Permission.objects.get(codename="view_incident")
    User.objects.get().user_permissions.add(permission)
    assert statuses(browser, paths) == [200, 200]


def test_who_is_not_signed_in_is_sent_to_do_so(
    client: Client, paths: list[str], settings: Any
) -> None:
    settings.RESPONSE_API_PERMISSION = STRICTER
    assert statuses(client, paths) == [302, 302]


def test_pages_that_are_open_are_open(client: Client, paths: list[str], settings: Any) -> None:
    settings.RESPONSE_API_PERMISSION = STRICTER
    settings.RESPONSE_LOGIN_REQUIRED = False
    assert statuses(client, paths) == [200, 200]


@pytest.mark.parametrize("rule", [IsAdminUser, IsAdminUser & IsAuthenticated])
def test_a_rule_that_drf_brings_is_about_the_api_alone(
    browser: Client, paths: list[str], settings: Any, rule: Any
) -> None:
    settings.RESPONSE_API_PERMISSION = rule
    assert browser.get("/core/incidents/").status_code == 403
    assert statuses(browser, paths) == [200, 200]
