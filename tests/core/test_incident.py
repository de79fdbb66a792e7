"""What an incident says of itself."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from response import text
from response.exceptions import ResponseError
from response.models import CommsChannel, Event, Incident
from tests.core.factories import NINE, make_action, make_entry, make_incident, make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lasted", "words"),
    [
        (timedelta(), "0 secs"),
        (timedelta(seconds=1), "1 sec"),
        (timedelta(seconds=45), "45 secs"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=1, seconds=59), "1 min"),
        (timedelta(minutes=5), "5 mins"),
        (timedelta(hours=1), "1 hr"),
        (timedelta(hours=1, minutes=1), "1 hr 1 min"),
        (timedelta(hours=1, minutes=30), "1 hr 30 mins"),
        (timedelta(days=2, minutes=5), "48 hrs 5 mins"),
        (timedelta(seconds=-5), "0 secs"),
    ],
)
def test_duration_of_a_closed_incident(lasted, words):
    assert Incident(start_time=NINE, end_time=NINE + lasted).duration() == words


def test_duration_of_an_open_incident_goes_on():
    with time_machine.travel(NINE + timedelta(minutes=7), tick=False):
        assert Incident(start_time=NINE).duration() == "7 mins"


@pytest.mark.parametrize(
    ("report_only", "end_time", "status", "emoji"),
    [
        (False, None, "live", "🔥"),
        (True, None, "reported", "📓"),
        (False, NINE, "resolved", "💧"),
        (True, NINE, "resolved", "💧"),
    ],
)
def test_status(report_only, end_time, status, emoji):
    incident = Incident(report_only=report_only, end_time=end_time)

    assert incident.status_text() == status
    assert incident.status_emoji() == emoji
    assert incident.is_closed() is (end_time is not None)


@pytest.mark.parametrize(
    ("severity", "name", "emoji", "badge"),
    [
        (None, None, "☁️", "badge-warning"),
        ("1", "critical", "⛈️", "badge-danger"),
        ("2", "major", "🌧️", "badge-danger"),
        ("3", "minor", "🌦️", "badge-warning"),
        ("4", "trivial", "🌤️", "badge-warning"),
        # Could be stored through the API of 0.5.1, and broke every page from then on.
        ("critical", None, "☁️", "badge-warning"),
    ],
)
def test_severity(severity, name, emoji, badge):
    incident = Incident(severity=severity)

    assert incident.severity_text() == name
    assert incident.severity_emoji() == emoji
    assert incident.badge_type() == badge


def test_a_closed_incident_has_the_badge_of_success():
    assert Incident(severity="1", end_time=NINE).badge_type() == "badge-success"


def test_an_unknown_severity_is_refused_with_those_that_are_allowed():
    incident = make_incident()
    incident.severity = "critical"

    with pytest.raises(ValueError, match=r"'critical' is no severity.*1 \(critical\), 2") as raised:
        incident.save()

    assert isinstance(raised.value, ResponseError)
    assert Incident.objects.get().severity is None


def test_a_new_incident_with_an_unknown_severity_is_refused():
    with pytest.raises(ValueError, match="is no severity"):
        make_incident(severity="5")

    assert not Incident.objects.exists()


@pytest.mark.parametrize("nothing", [None, ""])
def test_a_severity_cannot_be_unset(nothing):
    incident = make_incident(severity="2")
    incident.severity = nothing

    with pytest.raises(ValueError, match=r"severity \(major\) cannot be unset"):
        incident.save()


def test_a_broken_severity_of_0_5_1_can_be_saved_around_and_repaired():
    pk = make_incident().pk
    Incident.objects.filter(pk=pk).update(severity="critical")
    incident = Incident.objects.get(pk=pk)
    incident.summary = "still works"
    incident.save()

    incident.severity = "1"
    incident.save()

    assert Incident.objects.get(pk=pk).severity == "1"


def test_two_hundred_ampersands_are_a_title():
    title = text.from_plain("&" * 200)

    incident = make_incident(report=title)

    assert Incident.objects.get(pk=incident.pk).report == title


def test_it_is_called_by_its_title_as_it_was_typed():
    assert str(Incident(report=text.from_plain("a < b & c"))) == "a < b & c"


def test_create_incident_takes_what_0_5_1_took_in_its_order():
    ana, bob = make_person("U0ANA"), make_person("U0BOB")

    incident = Incident.objects.create_incident(
        "Title", ana, NINE, True, True, "Summary", "Impact", bob, "3"
    )

    stored = Incident.objects.get(pk=incident.pk)
    assert stored.start_time == NINE
    assert (stored.report, stored.reporter, stored.report_time) == ("Title", ana, NINE)
    assert (stored.report_only, stored.private) == (True, True)
    assert (stored.summary, stored.impact) == ("Summary", "Impact")
    assert (stored.lead, stored.severity) == (bob, "3")


def test_without_a_channel_there_is_none():
    assert make_incident().comms_channel() is None


def test_the_channel_is_found():
    incident = make_incident()
    channel = CommsChannel.objects.create(incident=incident, channel_id="C1", channel_name="inc")

    assert Incident.objects.get(pk=incident.pk).comms_channel() == channel


def test_the_timeline_is_in_order():
    incident = make_incident()
    late = make_entry(incident, timestamp=NINE + timedelta(hours=2))
    early = make_entry(incident, timestamp=NINE)
    make_entry(make_incident())

    assert list(incident.timeline_events()) == [early, late]


def test_actions_are_in_order():
    incident = make_incident()
    actions = [make_action(incident) for _ in range(3)]
    make_action()

    assert list(incident.action_items()) == actions


def test_which_incidents():
    open_one = make_incident(report="open")
    closed = make_incident(report="closed", end_time=NINE)
    secret = make_incident(report="secret", private=True)

    assert set(Incident.objects.open()) == {open_one, secret}
    assert set(Incident.objects.visible()) == {open_one, closed}
    assert set(Incident.objects.visible().open()) == {open_one}


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_with_people_channels_and_actions_costs_two_queries(
    count, django_assert_num_queries
):
    for number in range(count):
        incident = make_incident(lead=make_person(f"U0LEAD{number}"))
        make_action(incident, user=make_person(f"U0DOER{number}"))
        CommsChannel.objects.create(
            incident=incident, channel_id=f"C{number}", channel_name=f"inc-{number}"
        )

    with django_assert_num_queries(2):
        for incident in Incident.objects.with_people().with_actions():
            assert incident.lead.display_name
            assert incident.reporter.display_name
            assert incident.comms_channel().channel_name
            assert [action.user.display_name for action in incident.action_items()]


def test_a_project_with_naive_times(settings):
    settings.USE_TZ = False
    nine = NINE.replace(tzinfo=None)
    incident = Incident.objects.create_incident("Title", make_person(), nine, False)
    incident.start_time = nine - timedelta(minutes=30)
    incident.save()

    assert incident.close(nine + timedelta(hours=1)) is True

    stored = Incident.objects.get()
    assert (stored.end_time, stored.duration()) == (nine + timedelta(hours=1), "1 hr 30 mins")
    assert [entry.text for entry in stored.timeline_events()] == [
        "Incident start time updated from 2026-03-02 09:00 to 2026-03-02 08:30",
        "Incident closed",
    ]
    payload = json.loads(Event.objects.latest("pk").payload)
    assert payload["end_time"] == "2026-03-02T10:00:00"
    assert Incident(start_time=timezone.now()).duration() == "0 secs"
