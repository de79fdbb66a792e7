"""People who edit different fields at the same moment all keep their change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from rest_framework.test import APIClient

from response.models import CommsChannel, ExternalUser, Incident, TimelineEvent
from response.slack import modals
from tests.concurrency.conftest import CROWD, Web
from tests.factories import make_incident
from tests.scenarios.others import at_once

Make = Callable[[], CommsChannel]


@pytest.fixture
def editor(db: None) -> User:
    user = User.objects.create_user("editor")
    user.user_permissions.add(Permission.objects.get(codename="change_incident"))
    return user


def patch(user: User, incident: Incident, **values: object) -> None:
    api = APIClient()
    api.force_authenticate(user)
    answer = api.patch(reverse("incident-detail", args=[incident.pk]), values, format="json")
    assert answer.status_code == 200, answer.content


def save(incident: Incident, **values: object) -> None:
    """A host's own code: what it has loaded before is old by now."""
    for name, value in values.items():
        setattr(incident, name, value)
    incident.save()


def test_twenty_edits_of_five_fields_in_five_ways_are_all_kept(
    web: Web, crowd: list[ExternalUser], begin: Make, editor: User
) -> None:
    channels = [begin() for _ in range(CROWD // 5)]
    lead = crowd[7]
    edits = []
    for number, channel in enumerate(channels):
        incident = channel.incident
        people = crowd[5 * number : 5 * number + 5]
        view = modals.edit_modal(incident)
        words = f"<@U0INCIDENT> impact Nobody can pay {number}"
        edits += [
            partial(web.submits, people[0], view, summary=f"The disk is full {number}"),
            partial(web.event, people[1], channel, type="app_mention", text=words),
            partial(patch, editor, incident, severity="2"),
            partial(save, Incident.objects.get(pk=incident.pk), lead=lead),
            partial(save, Incident.objects.get(pk=incident.pk), report=f"Cards declined {number}"),
        ]
    at_once(edits)
    at_once([web.drains] * 2)
    web.drains()
    for number, channel in enumerate(channels):
        incident = Incident.objects.get(pk=channel.incident_id)
        assert incident.summary == f"The disk is full {number}"
        assert incident.impact == f"Nobody can pay {number}"
        assert incident.severity == "2"
        assert incident.lead == lead
        assert incident.report == f"Cards declined {number}"
        told = TimelineEvent.objects.filter(incident=incident, event_type="incident_update")
        assert told.count() == 5


def test_twenty_edits_of_one_field_end_in_one_of_them_and_none_touches_another_field(
    editor: User,
) -> None:
    incident = make_incident(summary="As it was")
    texts = [f"As {number} sees it" for number in range(CROWD - 1)]
    at_once(
        [
            partial(patch, editor, incident, severity="1"),
            *(partial(patch, editor, incident, summary=text) for text in texts),
        ]
    )
    incident.refresh_from_db()
    assert incident.summary in texts
    assert incident.severity == "1"
    last = TimelineEvent.objects.filter(text__contains="summary").order_by("pk").last()
    assert last is not None
    assert incident.summary in last.text, "the timeline ends with what is stored"
