"""A page of the latest incidents is read from an index, however many there are."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection

from response.core.permissions import visible_incidents
from response.ui.matches import STATUSES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["anybody", "who may see all"])
@pytest.mark.parametrize(
    ("status", "index"),
    [("all", "latest"), ("open", "live"), ("closed", "closed"), ("reports", "reports")],
)
def test_no_page_of_incidents_sorts_all_of_them(kind: str, status: str, index: str) -> None:
    user = User.objects.create(username="ana", is_superuser=kind == "who may see all")
    page = visible_incidents(user).filter(STATUSES[status]).with_people()[:50]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # There are too few rows here for an index to be worth it.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = page.explain()
    assert f"response_incident_{index}" in plan, plan
    assert "Sort" not in plan
    assert "TEMP B-TREE FOR ORDER" not in plan
