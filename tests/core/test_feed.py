"""The change feed."""

import json
from datetime import timedelta

import pytest

from response.core import signals
from response.core.actor import acting_as
from response.models import CommsChannel, Event, Incident
from tests.core.factories import NINE, make_action, make_incident, make_person

pytestmark = pytest.mark.django_db


class RecordingHandler(signals.IncidentEventHandler):
    """A host's handler: writes as core does, and something of its own."""

    calls: list = []  # noqa: RUF012  # emptied by the test that uses it

    @staticmethod
    def handle(sender, instance, **kwargs):
        RecordingHandler.calls.append((sender, instance, kwargs["created"]))
        signals.IncidentEventHandler.handle(sender, instance, **kwargs)


class SilentActionHandler:
    """A host's handler that keeps actions out of the feed."""

    @staticmethod
    def handle(sender, instance, **kwargs):
        """Write nothing."""


def payload(event):
    return json.loads(event.payload)


def test_declaring_has_the_shape_of_0_5_1():
    ana = make_person("U0ANA", full_name="Ana Lima", email="ana@example.test")
    incident = make_incident(reporter=ana, severity="1", summary="a &lt; b")

    event = Event.objects.get()
    assert (event.event_type, event.verb, event.changes) == ("incident_event", "declared", {})
    assert event.incident == incident
    assert payload(event) == {
        "comms_channel": None,
        "end_time": None,
        "impact": None,
        "is_closed": False,
        "lead": None,
        "id": incident.pk,
        "report": "Cards are declined",
        "report_time": "2026-03-02T09:00:00Z",
        "report_only": False,
        "reporter": {
            "app_id": "slack",
            "external_id": "U0ANA",
            "display_name": "ana",
            "full_name": "Ana Lima",
            "email": "ana@example.test",
            "deleted": False,
        },
        "severity": "1",
        "start_time": "2026-03-02T09:00:00Z",
        "summary": "a &lt; b",
    }


def test_a_change_tells_what_changed_and_who_did_it():
    incident = make_incident(severity="1")
    bob = make_person("U0BOB")
    incident.severity, incident.start_time = "2", NINE - timedelta(hours=1)

    with acting_as(bob):
        incident.save()

    event = Event.objects.latest("pk")
    assert (event.verb, event.actor, event.actor_name) == ("changed", bob, "bob")
    assert event.changes == {
        "severity": {"old": "1", "new": "2"},
        "start_time": {"old": "2026-03-02T09:00:00Z", "new": "2026-03-02T08:00:00Z"},
    }
    assert payload(event)["severity"] == "2"


def test_the_channel_is_in_the_payload():
    incident = make_incident()
    CommsChannel.objects.create(incident=incident, channel_id="C1", channel_name="inc-1")
    incident.summary = "Summary"
    incident.save()

    assert payload(Event.objects.latest("pk"))["comms_channel"] == {
        "channel_id": "C1",
        "channel_name": "inc-1",
    }


def test_an_incident_without_a_reporter_has_a_payload():
    make_incident(reporter=None)

    assert payload(Event.objects.get())["reporter"] is None


def test_an_action_has_the_shape_of_0_5_1():
    action = make_action(priority="1", type="2", due_date=NINE)

    event = Event.objects.latest("pk")
    assert (event.event_type, event.verb) == ("action_event", "created")
    assert event.incident == action.incident
    found = payload(event)
    assert found.pop("created_date").endswith("Z")
    assert found == {
        "id": action.pk,
        "details": "Rotate the certificate",
        "done": False,
        "user": make_person().as_metadata(),
        "done_date": None,
        "due_date": "2026-03-02T09:00:00Z",
        "priority": "1",
        "type": "2",
        "incident_id": action.incident_id,
    }


def test_nothing_of_a_private_incident_is_in_the_feed():
    incident = make_incident(private=True)
    incident.summary = "secret"
    incident.save()
    make_action(incident)
    incident.close()

    assert not Event.objects.exists()


def test_saving_an_event_again_leaves_its_payload_alone():
    event = Event(timestamp=NINE, event_type="custom", payload={"a": ["é", None]})
    event.save()
    event = Event.objects.get()
    assert json.loads(event.payload) == {"a": ["é", None]}

    event.save()

    assert json.loads(Event.objects.get().payload) == {"a": ["é", None]}


def test_the_host_s_handler_class_writes_the_feed(settings):
    settings.INCIDENT_EVENT_HANDLER_CLASS = "tests.core.test_feed.RecordingHandler"
    RecordingHandler.calls.clear()

    incident = make_incident()
    incident.severity = "1"
    incident.save()

    assert RecordingHandler.calls == [(Incident, incident, True), (Incident, incident, False)]
    assert [event.verb for event in Event.objects.order_by("pk")] == ["declared", "changed"]


def test_the_host_s_handler_class_may_keep_actions_out(settings):
    settings.ACTION_EVENT_HANDLER_CLASS = "tests.core.test_feed.SilentActionHandler"

    make_action()

    assert not Event.objects.filter(event_type="action_event").exists()


def test_deleting_an_incident_keeps_its_events():
    make_incident().delete()

    assert Event.objects.get().incident is None


def test_the_feed_is_read_by_time_from_an_index():
    plan = Event.objects.filter(timestamp__gt=NINE).order_by("timestamp", "pk").explain()

    assert "response_event_feed" in plan or "Seq Scan" in plan


def test_an_entry_that_a_host_writes_belongs_to_the_incident_in_its_payload():
    incident = make_incident()
    action = make_action(incident)
    for event_type, payload in (
        (Event.INCIDENT_EVENT_TYPE, {"id": incident.pk}),
        (Event.ACTION_EVENT_TYPE, {"id": action.pk, "incident_id": incident.pk}),
    ):
        event = Event(timestamp=NINE, event_type=event_type, payload=payload)
        event.save()
        assert event.incident_id == incident.pk


@pytest.mark.parametrize(
    "payload", [{"id": 10**12}, {"id": "x"}, {"id": True}, ["id"], "no JSON", {}]
)
def test_an_entry_about_no_incident_of_ours_is_kept(payload):
    event = Event(timestamp=NINE, event_type=Event.INCIDENT_EVENT_TYPE, payload=payload)
    event.save()
    assert Event.objects.get(pk=event.pk).incident_id is None
