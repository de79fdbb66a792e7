"""From 0.5.1: who took part in a private incident still sees it, and nobody else does."""

from response.models import Incident, IncidentMember
from tests.upgrade.databases import migrate


def test_who_wrote_in_the_channel_of_a_private_incident_is_a_member_of_it(old):
    old.run("UPDATE response_incident SET private = true WHERE id = 1;")

    migrate()

    members = IncidentMember.objects.values_list("incident", "user")
    assert sorted(members) == [(1, 1), (1, 2)]
    assert Incident.objects.get(pk=1).private


def test_of_a_public_one_nobody_is_until_slack_says_so(old):
    migrate()

    assert not IncidentMember.objects.exists()
