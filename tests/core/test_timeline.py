"""What the timeline says of changes, and by whom."""

from datetime import timedelta

import pytest
from django.db import connection

from response import text
from response.core.actor import acting_as
from response.core.models import add_incident_update_event
from response.models import Incident, TimelineEvent
from tests.core.factories import NINE, make_entry, make_incident, make_person

pytestmark = pytest.mark.django_db


def change(incident, **values):
    """The only entry that the change makes."""
    for name, value in values.items():
        setattr(incident, name, value)
    incident.save()
    return TimelineEvent.objects.get(incident=incident)


def told_of(entry):
    return (entry.metadata["update_type"], entry.metadata["old_value"], entry.metadata["new_value"])


def test_declaring_makes_no_entry():
    incident = make_incident(lead=make_person("U0BOB"), severity="1", summary="Summary")

    assert not incident.timeline_events().exists()


def test_a_lead():
    bob = make_person("U0BOB")

    entry = change(make_incident(), lead=bob)

    assert entry.event_type == "incident_update"
    assert entry.text == "<@U0BOB> was added as incident lead"
    assert told_of(entry) == ("incident_lead", None, bob.as_metadata())


def test_another_lead():
    bob, chidi = make_person("U0BOB"), make_person("W0CHIDI", display_name="chidi")

    entry = change(make_incident(lead=bob), lead=chidi)

    assert entry.text == "Incident lead changed from <@U0BOB> to <@W0CHIDI>"
    assert told_of(entry) == ("incident_lead", bob.as_metadata(), chidi.as_metadata())


def test_no_lead_any_more():
    entry = change(make_incident(lead=make_person("U0BOB")), lead=None)

    assert entry.text == "<@U0BOB> was removed as incident lead"


def test_a_person_of_another_system_is_called_by_an_escaped_name():
    outsider = make_person("U0EVE")
    outsider.app_id, outsider.display_name = "pager", "<!channel> & co"
    outsider.save()

    entry = change(make_incident(), lead=outsider)

    assert entry.text == "&lt;!channel&gt; &amp; co was added as incident lead"


@pytest.mark.parametrize(
    ("field", "old", "new", "words"),
    [
        ("report", "Old", "New", 'Incident report updated from "Old" to "New"'),
        ("summary", None, "New", 'Incident summary added: "New"'),
        ("summary", "", "New", 'Incident summary added: "New"'),
        ("summary", "Old", "New", 'Incident summary updated from "Old" to "New"'),
        ("summary", "Old", "", "Incident summary removed"),
        ("impact", None, "New", 'Incident impact added: "New"'),
        ("impact", "Old", "New", 'Incident impact updated from "Old" to "New"'),
    ],
)
def test_a_text(field, old, new, words):
    entry = change(make_incident(**({field: old} if old is not None else {})), **{field: new})

    assert entry.text == words
    assert told_of(entry) == (f"incident_{field}", old, new)


def test_a_text_stays_in_wire_form():
    entry = change(make_incident(), summary=text.from_plain("a < b, <!channel>"))

    assert entry.text == 'Incident summary added: "a &lt; b, &lt;!channel&gt;"'


def test_a_severity():
    entry = change(make_incident(), severity="1")

    assert entry.text == "Incident severity set to critical"
    assert told_of(entry) == (
        "incident_severity",
        {"id": None, "text": None},
        {"id": "1", "text": "critical"},
    )


def test_another_severity():
    entry = change(make_incident(severity="1"), severity="2")

    assert entry.text == "Incident severity updated from critical to major"


def test_another_start():
    entry = change(make_incident(), start_time=NINE - timedelta(hours=1))

    assert entry.text == (
        "Incident start time updated from 2026-03-02 09:00 UTC to 2026-03-02 08:00 UTC"
    )
    assert told_of(entry) == (
        "incident_start_time",
        "2026-03-02T09:00:00Z",
        "2026-03-02T08:00:00Z",
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("report_only", True, "Incident turned into a report"),
        ("report_only", False, "Report turned into a live incident"),
        ("private", True, "Incident made private"),
        ("private", False, "Incident made public"),
    ],
)
def test_a_switch(field, value, words):
    entry = change(make_incident(**{field: not value}), **{field: value})

    assert entry.text == words
    assert told_of(entry) == (f"incident_{field}", not value, value)


def test_several_changes_are_several_entries_at_one_time():
    incident = make_incident()
    incident.severity, incident.summary = "1", "Summary"
    incident.save()

    entries = list(incident.timeline_events())
    assert [entry.metadata["update_type"] for entry in entries] == [
        "incident_severity",
        "incident_summary",
    ]
    assert entries[0].timestamp == entries[1].timestamp


def test_who_did_it_is_recorded():
    bob = make_person("U0BOB")
    with acting_as(bob):
        entry = change(make_incident(), severity="1")

    assert (entry.actor, entry.actor_name) == (bob, "bob")


def test_who_did_it_keeps_the_name_when_the_person_is_deleted():
    bob = make_person("U0BOB")
    with acting_as(bob):
        entry = change(make_incident(), severity="1")

    bob.delete()

    entry.refresh_from_db()
    assert (entry.actor, entry.actor_name) == (None, "bob")


def test_a_signed_in_user_of_the_site_has_a_name_only():
    with acting_as(None, "admin"):
        entry = change(make_incident(), severity="1")

    assert (entry.actor, entry.actor_name) == (None, "admin")


def test_an_entry_of_its_own_is_told_and_says_who_made_it(told):
    incident = make_incident()
    told.clear()
    bob = make_person("U0BOB")

    with acting_as(bob):
        entry = make_entry(incident)

    assert entry.actor == bob
    assert [(name, kwargs["timeline_event"]) for name, kwargs in told] == [
        ("timeline_event_added", entry)
    ]


def test_changing_an_entry_is_told_and_keeps_who_made_it(told):
    entry = make_entry(make_incident())
    told.clear()

    with acting_as(make_person("U0BOB")):
        entry.text = "Corrected"
        entry.save()

    ((name, kwargs),) = told
    assert (name, kwargs["actor"].name) == ("timeline_event_changed", "bob")
    assert TimelineEvent.objects.get().actor is None


@pytest.mark.parametrize("value", [None, {"sha": "abc", "n": [1, None, "é"]}, ["x"], "text", 1.5])
def test_metadata_is_any_json_value(value):
    entry = make_entry(make_incident(), metadata=value)

    assert TimelineEvent.objects.get(pk=entry.pk).metadata == value


def test_metadata_that_is_no_json_is_read_as_it_stands():
    entry = make_entry(make_incident())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE response_timelineevent SET metadata = %s WHERE id = %s", ["{broken", entry.pk]
        )

    assert TimelineEvent.objects.get(pk=entry.pk).metadata == "{broken"


def test_add_incident_update_event_of_0_5_1():
    incident = make_incident()

    add_incident_update_event(incident, "deploy", "v1", "v2", "Deployed v2", timestamp=NINE)

    entry = TimelineEvent.objects.get()
    assert (entry.incident, entry.timestamp, entry.text) == (incident, NINE, "Deployed v2")
    assert told_of(entry) == ("deploy", "v1", "v2")


def test_the_texts_are_read_by_people():
    incident = Incident.objects.get(pk=make_incident(report="a &lt; b").pk)

    entry = change(incident, report="b &lt; c")

    assert str(entry) == 'Incident report updated from "a < b" to "b < c"'
