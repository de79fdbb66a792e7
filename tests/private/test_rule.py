"""For whom a private incident exists: core's one rule, asked by every page, list and box."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from response.core import permissions
from response.core.models import Incident, IncidentMember
from response.models import Event
from response.slack import permissions as slack_permissions
from tests.factories import make_action, make_incident, make_person, make_timeline_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> Any:
    return User.objects.create_user("somebody")


@pytest.fixture
def secret() -> Incident:
    """With an action, an entry of the timeline, and one of the feed from when it was public."""
    incident = make_incident("The payroll leaked", lead=make_person())
    make_action(incident)
    make_timeline_event(incident)
    incident.private = True
    incident.save()
    assert Event.objects.filter(incident=incident).exists()
    return incident


def seen(viewer: Any) -> list[int]:
    """How many incidents, actions, entries and events exist for somebody."""
    return [
        permissions.visible_incidents(viewer).count(),
        permissions.visible_actions(viewer).count(),
        permissions.visible_timeline_events(viewer).filter(event_type="text").count(),
        permissions.visible_events(viewer).filter(verb="declared").count(),
    ]


def test_it_exists_for_nobody_who_has_no_part_in_it(user: User, secret: Incident) -> None:
    make_person(owner=user)
    for viewer in (user, AnonymousUser(), None):
        assert seen(viewer) == [0, 0, 0, 0]


def test_it_exists_for_who_holds_the_permission(user: User, secret: Incident) -> None:
    user.user_permissions.add(Permission.objects.get(codename="view_private_incident"))
    assert seen(User.objects.get()) == [1, 1, 1, 1]


@pytest.mark.parametrize("part", ["reporter", "lead"])
def test_it_exists_for_its_reporter_and_its_lead(user: User, secret: Incident, part: str) -> None:
    setattr(secret, part, make_person(owner=user))
    secret.save()
    assert seen(user) == [1, 1, 1, 1]


def test_it_exists_for_a_member_of_its_channel_until_they_leave(
    user: User, secret: Incident
) -> None:
    person = make_person(owner=user)
    IncidentMember.objects.join(secret, person)
    IncidentMember.objects.join(secret, person)
    assert seen(user) == [1, 1, 1, 1]
    IncidentMember.objects.leave(secret, person)
    assert seen(user) == [0, 0, 0, 0]


def test_to_have_a_part_in_one_shows_no_other(user: User, secret: Incident) -> None:
    person = make_person(owner=user)
    other = make_incident(private=True, reporter=person)
    IncidentMember.objects.join(other, person)
    assert list(permissions.visible_incidents(user)) == [other]


def test_no_row_is_there_twice_for_who_has_every_part(user: User, secret: Incident) -> None:
    """Somebody may be known by several identities, and each of them have a part."""
    one, other = make_person(owner=user), make_person(owner=user)
    secret.reporter, secret.lead = one, other
    secret.save()
    for person in (one, other):
        IncidentMember.objects.join(secret, person)
    assert seen(user) == [1, 1, 1, 1]


def test_whose_identity_has_no_account_gives_nothing_away(secret: Incident) -> None:
    IncidentMember.objects.join(secret, make_person(owner=None))
    assert seen(AnonymousUser()) == [0, 0, 0, 0]


def test_the_members_are_replaced_as_a_whole(secret: Incident) -> None:
    gone, stays, comes = make_person(), make_person(), make_person()
    IncidentMember.objects.join(secret, gone)
    IncidentMember.objects.join(secret, stays)
    IncidentMember.objects.replace(secret, [stays, comes, stays])
    assert {row.user for row in secret.response_members.select_related("user")} == {stays, comes}


def test_rows_of_no_incident_exist_for_everybody(user: User) -> None:
    Event.objects.create(timestamp="2026-01-05T09:00Z", event_type="other", payload="{}")
    assert permissions.visible_events(user).count() == 1


def test_what_the_feed_held_of_it_does_not_come_back_when_it_is_deleted(
    user: User, secret: Incident
) -> None:
    kept = make_incident("Not private")
    Incident.objects.filter(pk__in=[secret.pk, kept.pk]).delete()
    left = permissions.visible_events(user).values_list("payload", flat=True)
    assert [json.loads(payload)["report"] for payload in left] == ["Not private"]


def test_slack_asks_the_same_rule(user: User, secret: Incident) -> None:
    reporter, lead, member, other = secret.reporter, secret.lead, make_person(), make_person()
    boss = make_person(owner=User.objects.create_superuser("boss"))
    IncidentMember.objects.join(secret, member)
    assert reporter
    assert lead
    may_see = {
        name: slack_permissions.may_see(person.external_id, secret)
        for name, person in locals().items()
        if name in ("reporter", "lead", "member", "other", "boss")
    }
    assert may_see == {
        "reporter": True,
        "lead": True,
        "member": True,
        "other": False,
        "boss": True,
    }
    assert not slack_permissions.may_see("U0STRANGER", secret)


def test_the_rule_costs_no_query_of_its_own(user: User) -> None:
    counts = []
    for number in (1, 49):
        for _ in range(number):
            person = make_person(owner=user)
            make_incident(private=True, reporter=person)
            IncidentMember.objects.join(make_incident(private=True), person)
        viewer = User.objects.get()
        with CaptureQueriesContext(connection) as captured:
            assert len(list(permissions.visible_incidents(viewer))) >= 2 * number
        counts.append(len(captured))
    # Two are Django's, for the permissions of the person.
    assert counts == [3, 3]
