"""What core tells the world."""

import pytest
from django.db import connection, transaction

from response.core import signals
from response.core.actor import Actor, acting_as
from response.core.changes import FieldChange
from response.models import Action, Incident, TimelineEvent
from tests.core.factories import make_action, make_incident, make_person

pytestmark = pytest.mark.django_db


def test_declaring(told):
    bob = make_person("U0BOB")
    with acting_as(bob):
        incident = make_incident()

    assert told == [
        (
            "incident_declared",
            {"sender": Incident, "incident": incident, "actor": Actor(bob, "bob")},
        )
    ]


def test_changing(told):
    bob = make_person("U0BOB")
    incident = make_incident(severity="1")
    told.clear()
    incident.severity, incident.lead = "2", bob
    incident.save()

    assert told[0] == (
        "incident_changed",
        {
            "sender": Incident,
            "incident": incident,
            "changes": {
                "severity": FieldChange("severity", "1", "2"),
                "lead": FieldChange("lead", None, bob.pk),
            },
            "actor": Actor(),
        },
    )
    assert [name for name, _ in told[1:]] == ["timeline_event_added"] * 2


def test_it_is_told_inside_the_transaction_after_everything_is_written():
    seen = []

    def receive(incident, **kwargs):
        entries = TimelineEvent.objects.filter(incident=incident).count()
        seen.append((connection.in_atomic_block, entries))

    incident = make_incident()
    signals.incident_changed.connect(receive)
    incident.summary = "Summary"
    incident.save()

    assert seen == [(True, 1)]


def test_a_receiver_that_fails_undoes_the_declaration():
    def fail(**kwargs):
        raise RuntimeError("no")

    signals.incident_declared.connect(fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        make_incident()

    assert not Incident.objects.exists()


def test_actions(told):
    action = make_action()
    assert told[-1] == (
        "action_created",
        {"sender": Action, "action": action, "changes": {}, "actor": Actor()},
    )
    told.clear()

    action.done = True
    action.save()
    action.save()

    assert told == [
        (
            "action_changed",
            {
                "sender": Action,
                "action": action,
                "changes": {"done": FieldChange("done", False, True)},
                "actor": Actor(),
            },
        )
    ]
