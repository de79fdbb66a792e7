"""Models, fields and methods, as a host uses them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import ProtectedError
from django.utils import timezone
from lighthouse.models import StatusPage

from response.models import (
    Action,
    CommsChannel,
    Event,
    ExternalUser,
    HeadlinePost,
    Incident,
    Notification,
    PinnedMessage,
    TimelineEvent,
    UserStats,
)
from tests.factories import make_comms_channel, make_incident, make_person

pytestmark = pytest.mark.django_db

FIELDS = {
    Incident: """pk id report summary impact reporter lead start_time report_time end_time
        severity report_only private""",
    ExternalUser: "app_id external_id display_name full_name email deleted owner",
    Action: "details done done_date due_date created_date incident user priority type",
    TimelineEvent: "incident timestamp text event_type metadata",
    Event: "timestamp event_type payload",
    CommsChannel: "incident channel_id channel_name",
    HeadlinePost: "incident message_ts comms_channel",
    PinnedMessage: "incident author message_ts text timestamp timeline_event",
    UserStats: "incident user join_time message_count",
    Notification: "incident key time repeat_count completed",
}


@pytest.mark.parametrize("model", FIELDS, ids=lambda model: model.__name__)
def test_fields_are_there(model):
    named = {field.name for field in model._meta.get_fields()} | {"pk"}
    assert set(FIELDS[model].split()) <= named


@pytest.mark.parametrize("model", FIELDS, ids=lambda model: model.__name__)
def test_tables_and_keys_are_those_of_then(model):
    assert model._meta.db_table == f"response_{model.__name__.lower()}"
    assert model._meta.pk.get_internal_type() == "AutoField"


def create_incident(**more):
    ana, _ = ExternalUser.objects.get_or_create_slack(external_id="U0ANA", display_name="ana")
    return Incident.objects.create_incident(
        report="The lamp is out",
        reporter=ana,
        report_time=timezone.now(),
        report_only=False,
        **more,
    )


def test_a_host_declares_an_incident():
    incident = create_incident()
    assert (incident.pk, incident.private, incident.severity) == (incident.id, False, None)
    assert incident.start_time == incident.report_time
    bob = make_person("bob")
    full = create_incident(private=False, summary="Dark", impact="Ships", lead=bob, severity="2")
    assert (full.summary, full.impact, full.lead, full.severity) == ("Dark", "Ships", bob, "2")


def test_a_host_declares_an_incident_by_position():
    ana = make_person("ana")
    incident = Incident.objects.create_incident("Out", ana, timezone.now(), True)
    assert (incident.report, incident.reporter, incident.report_only) == ("Out", ana, True)


def test_what_an_incident_says_of_itself():
    incident = create_incident(severity="1")
    assert incident.SEVERITIES == (
        ("1", "critical"),
        ("2", "major"),
        ("3", "minor"),
        ("4", "trivial"),
    )
    assert (incident.severity_text(), incident.severity_emoji()) == ("critical", "⛈️")
    assert (incident.status_text(), incident.badge_type()) == ("live", "badge-danger")
    assert incident.status_emoji()
    assert not incident.is_closed()
    assert incident.comms_channel() is None
    assert list(incident.action_items()) == []


def test_duration_is_told_as_ever():
    now = timezone.now()
    incident = create_incident()
    incident.start_time = now - timedelta(hours=2, minutes=1, seconds=5)
    incident.end_time = now
    assert incident.duration() == "2 hrs 1 min"


def test_a_host_closes_an_incident_by_its_end_time():
    incident = create_incident()
    incident.end_time = timezone.now()
    incident.save()
    incident.refresh_from_db()
    assert (incident.is_closed(), incident.status_text()) == (True, "resolved")


def test_actions_and_timeline_of_an_incident():
    incident = create_incident()
    action = Action(incident=incident, details="Buy oil", user=incident.reporter)
    action.save()
    entry = TimelineEvent(
        incident=incident, text="It went dark", event_type="text", metadata={"a": 1}
    )
    entry.save()
    entry.refresh_from_db()
    assert list(incident.action_items()) == [action]
    assert entry in incident.timeline_events()
    assert entry.metadata == {"a": 1}


def test_update_or_create_slack():
    person, created = ExternalUser.objects.update_or_create_slack(
        external_id="U0NEW", defaults={"display_name": "new", "full_name": "New One"}
    )
    assert created
    again, created = ExternalUser.objects.update_or_create_slack(
        external_id="U0NEW", defaults={"display_name": "newer"}
    )
    assert (again, created, again.display_name) == (person, False, "newer")
    assert (again.app_id, again.deleted, again.owner) == ("slack", False, None)


def test_pins():
    incident = make_incident()
    make_comms_channel(incident)
    author = make_person("ana")
    PinnedMessage.objects.add_pin(incident, "1795200000.000100", author.external_id, "Found it")
    pin = PinnedMessage.objects.get(incident=incident)
    assert (pin.author, pin.text, pin.timeline_event.text) == (author, "Found it", "Found it")
    PinnedMessage.objects.remove_pin(incident, "1795200000.000100")
    assert not PinnedMessage.objects.exists()


def test_buttons_of_the_headline():
    assert HeadlinePost.CLOSE_INCIDENT_BUTTON == "close-incident-button"
    assert HeadlinePost.EDIT_INCIDENT_BUTTON == "edit-incident-button"
    assert HeadlinePost.CREATE_COMMS_CHANNEL_BUTTON == "create-comms-channel-button"
    assert HeadlinePost.PAGE_ON_CALL_BUTTON == "page-on-call-button"


def test_a_page_of_the_host_protects_its_incident():
    incident = make_incident()
    StatusPage.objects.create(incident=incident, statuspage_incident_id="sp1")
    assert incident.statuspage_set.get().statuspage_incident_id == "sp1"
    with pytest.raises(ProtectedError):
        incident.delete()


def test_event_of_the_change_feed_is_stored_once_encoded():
    event = Event(timestamp=timezone.now(), event_type="lamp", payload={"lit": True})
    event.save()
    event.save()
    event.refresh_from_db()
    assert event.payload == '{"lit": true}'


def test_user_stats_and_notifications():
    incident = make_incident()
    UserStats.increment_message_count(incident, "U0ANA")
    UserStats.increment_message_count(incident, "U0ANA")
    assert UserStats.objects.get().message_count == 2
    Notification.objects.create(incident=incident, key="take_a_break", time=timezone.now())
    assert Notification.objects.get().repeat_count == 0
