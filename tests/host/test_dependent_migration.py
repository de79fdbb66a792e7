"""A host's tables that hang on those of 0.5.1 keep working."""

import pytest
from django.utils import timezone

from response.models import ExternalUser, Incident
from tests.host.models import Postmortem


@pytest.mark.django_db
def test_host_whose_migration_depends_on_a_name_of_0_5_1_has_its_table():
    reporter = ExternalUser.objects.create(
        app_id="slack", external_id="U1", display_name="ana", full_name="Ana"
    )
    incident = Incident.objects.create_incident(
        report="Shop down", reporter=reporter, report_time=timezone.now(), report_only=False
    )
    Postmortem.objects.create(incident=incident, url="https://acme.example/1")
    assert incident.postmortems.get().url == "https://acme.example/1"
