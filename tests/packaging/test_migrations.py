"""Models and migrations agree, with the test's host app installed."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db(databases=["default", "sandbox"])
def test_no_model_differs_from_its_migrations():
    call_command("makemigrations", check=True, dry_run=True)
