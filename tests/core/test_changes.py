"""What save() compares, and what it writes."""

import copy
import pickle

import pytest
from django.core import serializers
from django.db import DatabaseError, connection
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.db.models.signals import post_save, pre_save
from django.test.utils import CaptureQueriesContext

from response.core import changes
from response.core.signals import incident_changed, incident_declared
from response.models import Action, Event, Incident, TimelineEvent
from tests.core.factories import NINE, make_action, make_incident, make_person

pytestmark = pytest.mark.django_db


def writes(captured):
    return [
        q["sql"] for q in captured.captured_queries if q["sql"].startswith(("UPDATE", "INSERT"))
    ]


def everything():
    return [Event.objects.count(), TimelineEvent.objects.count()]


def test_saving_without_a_change_asks_nothing_and_writes_nothing(django_assert_num_queries):
    incident = Incident.objects.get(pk=make_incident().pk)
    before = everything()

    with django_assert_num_queries(0):
        incident.save()

    assert everything() == before


def test_only_changed_columns_are_written():
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary = "Certificate expired"

    with CaptureQueriesContext(connection) as captured:
        incident.save()

    update = writes(captured)[0]
    assert '"summary"' in update
    assert '"report"' not in update
    assert '"severity"' not in update


def test_the_comparison_costs_no_query(django_assert_num_queries):
    incident = Incident.objects.select_related("lead", "reporter", "commschannel").get(
        pk=make_incident().pk
    )
    incident.summary = "Certificate expired"

    # Savepoint, the incident, its timeline, the feed, release.
    with django_assert_num_queries(5):
        incident.save()


def test_many_changes_cost_as_many_queries_as_one(django_assert_num_queries):
    incident = Incident.objects.select_related("lead", "reporter", "commschannel").get(
        pk=make_incident().pk
    )
    incident.summary, incident.impact, incident.report = "Summary", "Impact", "Title"
    incident.severity, incident.report_only, incident.start_time = "1", True, NINE.replace(hour=8)

    with django_assert_num_queries(5):
        incident.save()

    assert TimelineEvent.objects.count() == 6


def test_two_people_who_change_different_fields_both_keep_their_change():
    pk = make_incident().pk
    ana, bob = Incident.objects.get(pk=pk), Incident.objects.get(pk=pk)
    ana.summary = "from Ana"
    bob.impact = "from Bob"

    ana.save()
    bob.save()

    stored = Incident.objects.get(pk=pk)
    assert (stored.summary, stored.impact) == ("from Ana", "from Bob")


def test_update_fields_writes_exactly_those_columns():
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary, incident.impact = "written", "not written"

    incident.save(update_fields=["summary"])

    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.summary, stored.impact) == ("written", None)
    assert [entry.metadata["update_type"] for entry in TimelineEvent.objects.all()] == [
        "incident_summary"
    ]
    incident.save()
    assert Incident.objects.get(pk=incident.pk).impact == "not written"


def test_update_fields_overwrites_what_a_stale_instance_does_not_know():
    pk = make_incident(summary="first").pk
    stale = Incident.objects.get(pk=pk)
    Incident.objects.filter(pk=pk).update(summary="second")

    stale.save(update_fields=["summary"])

    assert Incident.objects.get(pk=pk).summary == "first"


def test_update_fields_may_name_the_column_of_a_person():
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.lead = make_person("U0BOB")

    incident.save(update_fields=["lead_id"])

    assert Incident.objects.get(pk=incident.pk).lead == make_person("U0BOB")
    assert TimelineEvent.objects.count() == 1


def test_no_update_fields_writes_nothing(django_assert_num_queries):
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary = "kept for later"

    with django_assert_num_queries(0):
        incident.save(update_fields=[])


def test_a_field_that_was_not_loaded_is_not_written():
    incident = Incident.objects.defer("summary", "impact").get(pk=make_incident().pk)
    incident.report = "New title"

    with CaptureQueriesContext(connection) as captured:
        incident.save()

    assert '"summary"' not in writes(captured)[0]
    assert Incident.objects.get(pk=incident.pk).report == "New title"


def test_a_field_that_was_loaded_later_is_compared_with_what_was_loaded(django_assert_num_queries):
    incident = Incident.objects.defer("summary").get(pk=make_incident(summary="old").pk)
    assert incident.summary == "old"

    with django_assert_num_queries(0):
        incident.save()


def test_a_field_that_was_assigned_without_being_loaded_tells_its_old_value():
    incident = Incident.objects.only("pk").get(pk=make_incident(severity="1").pk)
    incident.severity = "2"

    incident.save()

    assert TimelineEvent.objects.get().text == "Incident severity updated from critical to major"


def test_refresh_from_db_forgets_what_was_assigned(django_assert_num_queries):
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary = "assigned"
    incident.refresh_from_db()

    with django_assert_num_queries(0):
        incident.save()

    assert incident.summary is None


def test_refreshing_one_field_keeps_the_changes_of_the_others():
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary = "assigned"
    Incident.objects.filter(pk=incident.pk).update(impact="from elsewhere")
    incident.refresh_from_db(fields=["impact"])

    incident.save()

    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.summary, stored.impact) == ("assigned", "from elsewhere")
    assert TimelineEvent.objects.count() == 1


def test_a_change_is_told_once():
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary = "Certificate expired"
    incident.save()

    incident.save()

    assert TimelineEvent.objects.count() == 1


def test_an_expression_is_written_and_told_with_the_value_it_came_to():
    incident = Incident.objects.get(pk=make_incident(report="Cards").pk)
    incident.report = Concat(F("report"), Value(" are declined"))

    incident.save()

    assert incident.report == "Cards are declined"
    entry = TimelineEvent.objects.get()
    assert entry.metadata["new_value"] == "Cards are declined"
    assert entry.text == 'Incident report updated from "Cards" to "Cards are declined"'


def test_values_of_another_type_that_mean_the_same_are_no_change(django_assert_num_queries):
    incident = Incident.objects.get(pk=make_incident(lead=make_person()).pk)
    incident.lead_id = str(incident.lead_id)
    incident.start_time = incident.start_time.isoformat()

    with django_assert_num_queries(0):
        incident.save()

    assert incident.start_time == NINE


def test_a_time_in_text_is_a_time_after_saving():
    incident = make_incident()
    incident.end_time = "2026-03-02T10:30:00Z"

    incident.save()

    assert incident.duration() == "1 hr 30 mins"


def test_a_time_without_a_zone_is_in_the_project_s_zone(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    incident = make_incident()
    incident.start_time = NINE.replace(tzinfo=None)

    incident.save()

    assert Incident.objects.get(pk=incident.pk).start_time == NINE.replace(hour=8)


def test_a_new_instance_with_the_key_of_a_row_updates_that_row(told):
    incident = make_incident()
    told.clear()
    twin = Incident(
        pk=incident.pk,
        report=incident.report,
        reporter=incident.reporter,
        report_time=NINE,
        start_time=NINE,
        summary="new",
    )

    twin.save()

    assert Incident.objects.count() == 1
    assert [(name, list(kwargs["changes"])) for name, kwargs in told if "changes" in kwargs] == [
        ("incident_changed", ["summary"])
    ]


def test_a_copy_without_a_key_is_a_new_incident():
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.pk = None
    incident.save()

    assert Incident.objects.count() == 2


def test_a_copy_of_an_instance_does_not_share_what_was_loaded():
    incident = Incident.objects.get(pk=make_incident().pk)
    twin = copy.copy(incident)
    incident.summary = "Certificate expired"
    incident.save()
    twin.summary = "Certificate expired"

    twin.save()

    assert TimelineEvent.objects.count() == 2


def test_an_instance_can_be_pickled():
    incident = pickle.loads(pickle.dumps(Incident.objects.get(pk=make_incident().pk)))  # noqa: S301
    incident.summary = "Certificate expired"

    incident.save()

    assert TimelineEvent.objects.count() == 1


def test_saving_a_row_that_is_gone_says_so():
    incident = Incident.objects.get(pk=make_incident().pk)
    Incident.objects.filter(pk=incident.pk).delete()
    incident.summary = "too late"

    with pytest.raises(DatabaseError):
        incident.save()


def test_a_failing_receiver_undoes_the_change_and_the_next_save_makes_it(nobody_listens):
    incident = Incident.objects.get(pk=make_incident().pk)
    incident.summary = "Certificate expired"

    def fail(**kwargs):
        raise RuntimeError("no")

    incident_changed.connect(fail)
    before = everything()
    with pytest.raises(RuntimeError):
        incident.save()
    assert everything() == before
    assert Incident.objects.get(pk=incident.pk).summary is None

    incident_changed.disconnect(fail)
    incident.save()
    assert Incident.objects.get(pk=incident.pk).summary == "Certificate expired"
    assert TimelineEvent.objects.count() == 1


def test_a_declaration_that_failed_can_be_made_again():
    def fail(**kwargs):
        raise RuntimeError("no")

    incident = Incident(report="Title", report_time=NINE, start_time=NINE)
    incident_declared.connect(fail)
    with pytest.raises(RuntimeError):
        incident.save()
    incident_declared.disconnect(fail)

    incident.save()

    assert Incident.objects.get().report == "Title"


def test_a_receiver_may_save_the_incident_again():
    def add_impact(incident, changes, **kwargs):
        if "summary" in changes:
            incident.impact = "unknown yet"
            incident.save()

    incident = make_incident()
    incident_changed.connect(add_impact)
    incident.summary = "Certificate expired"

    incident.save()

    stored = Incident.objects.get()
    assert (stored.summary, stored.impact) == ("Certificate expired", "unknown yet")
    assert TimelineEvent.objects.count() == 2


@pytest.fixture
def on():
    """Connects a receiver of one of Django's signals for this test."""
    connected = []

    def connect(signal, sender, receiver):
        signal.connect(receiver, sender=sender, weak=False)
        connected.append((signal, sender, receiver))

    yield connect
    for signal, sender, receiver in connected:
        signal.disconnect(receiver, sender=sender)


def test_what_a_receiver_sets_before_a_save_is_written_and_told(on, told):
    def complete(instance, **kwargs):
        instance.impact = "Nobody can pay"
        instance.severity = 2
        instance.end_time = instance.end_time or NINE.replace(hour=10)

    incident = Incident.objects.get(pk=make_incident().pk)
    told.clear()
    on(pre_save, Incident, complete)
    incident.summary = "Certificate expired"

    incident.save()

    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.summary, stored.impact) == ("Certificate expired", "Nobody can pay")
    assert (stored.severity, stored.end_time) == ("2", NINE.replace(hour=10))
    [changes] = [kwargs["changes"] for name, kwargs in told if name == "incident_changed"]
    assert set(changes) == {"summary", "impact", "severity", "end_time"}
    assert TimelineEvent.objects.filter(text__contains="Nobody can pay").count() == 1


def test_what_a_receiver_sets_is_written_where_nothing_else_changed(on):
    def complete(instance, **kwargs):
        instance.details = "Renew it"

    action = Action.objects.get(pk=make_action(make_incident()).pk)
    on(pre_save, Action, complete)

    action.save()

    assert Action.objects.get(pk=action.pk).details == "Renew it"
    assert Event.objects.filter(event_type="action_event").count() == 2


def test_a_receiver_s_new_text_for_the_field_that_changes_is_told_once(on):
    def shorten(instance, **kwargs):
        instance.summary = "Short"

    incident = Incident.objects.get(pk=make_incident().pk)
    on(pre_save, Incident, shorten)
    incident.summary = "Too long"

    incident.save()

    assert Incident.objects.get(pk=incident.pk).summary == "Short"
    assert TimelineEvent.objects.get().metadata["new_value"] == "Short"


def test_named_fields_are_all_that_is_written_whatever_a_receiver_sets(on):
    def complete(instance, **kwargs):
        instance.impact = "not named"

    incident = Incident.objects.get(pk=make_incident().pk)
    on(pre_save, Incident, complete)
    incident.summary = "named"

    incident.save(update_fields=["summary"])

    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.summary, stored.impact) == ("named", None)


def test_a_receiver_before_a_save_finds_in_the_database_what_was_there(on):
    seen = []

    def look(instance, **kwargs):
        seen.append((instance.is_closed(), Incident.objects.get(pk=instance.pk).is_closed()))

    incident = Incident.objects.get(pk=make_incident().pk)
    on(pre_save, Incident, look)

    incident.close()

    assert seen == [(True, False)]


def test_an_unknown_severity_of_a_receiver_is_refused(on):
    def spoil(instance, **kwargs):
        instance.severity = "huge"

    incident = Incident.objects.get(pk=make_incident().pk)
    on(pre_save, Incident, spoil)
    incident.summary = "Certificate expired"

    with pytest.raises(ValueError, match="huge"):
        incident.save()

    assert Incident.objects.get(pk=incident.pk).summary is None


@pytest.mark.parametrize("new", [True, False])
def test_a_receiver_that_saves_again_after_a_save_tells_nothing_twice(on, new):
    def again(instance, **kwargs):
        if instance.impact is None:
            instance.impact = "unknown yet"
            instance.save()

    def once_more(instance, **kwargs):
        if not seen:
            seen.append(instance)
            instance.save()

    seen = []
    incident = make_incident()
    if new:
        incident = Incident(report="Title", report_time=NINE, start_time=NINE)
    before = everything()
    on(post_save, Incident, again)
    on(post_save, Incident, once_more)
    incident.summary = "Certificate expired"

    incident.save()

    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.summary, stored.impact) == ("Certificate expired", "unknown yet")
    entries = [entry.metadata["update_type"] for entry in TimelineEvent.objects.all()]
    assert sorted(entries) == ["incident_impact", *([] if new else ["incident_summary"])]
    assert everything()[0] == before[0] + 2


def test_saving_without_a_change_sends_django_s_signals(on, django_assert_num_queries):
    calls = []

    def note(signal, instance, **kwargs):
        calls.append((signal, kwargs.get("created"), kwargs["update_fields"]))

    stale = Incident.objects.get(pk=make_incident().pk)
    Incident.objects.filter(pk=stale.pk).update(summary="from elsewhere")
    on(post_save, Incident, note)
    before = everything()

    with django_assert_num_queries(0):
        stale.save()
    on(pre_save, Incident, note)
    stale.save()

    assert calls == [(post_save, False, None), (pre_save, None, None), (post_save, False, None)]
    assert Incident.objects.get(pk=stale.pk).summary == "from elsewhere"
    assert everything() == before


def test_the_timeline_entries_of_a_change_have_django_s_signals(on, django_assert_num_queries):
    calls = []

    def note(signal, instance, **kwargs):
        if signal is pre_save:
            instance.metadata["by"] = "the host"
        calls.append((signal, instance.pk is None, kwargs.get("created")))

    incident = Incident.objects.select_related("lead", "reporter", "commschannel").get(
        pk=make_incident().pk
    )
    on(pre_save, TimelineEvent, note)
    on(post_save, TimelineEvent, note)
    incident.summary, incident.impact = "Certificate expired", "Nobody can pay"

    with django_assert_num_queries(5):
        incident.save()

    assert calls == [(pre_save, True, None)] * 2 + [(post_save, False, True)] * 2
    assert [entry.metadata["by"] for entry in TimelineEvent.objects.all()] == ["the host"] * 2


def test_loading_a_fixture_has_no_consequences(told):
    incident = make_incident(summary="from the fixture")
    action = make_action(incident)
    fixture = serializers.serialize("json", [incident, action])
    Action.objects.all().delete()
    Incident.objects.all().delete()
    Event.objects.all().delete()
    told.clear()

    for row in serializers.deserialize("json", fixture):
        row.save()

    assert Incident.objects.get().summary == "from the fixture"
    assert Action.objects.get().details == action.details
    assert everything() == [0, 0]
    assert told == []


def test_update_or_create_and_bulk_paths_of_django_work():
    incident = make_incident()
    Incident.objects.update_or_create(pk=incident.pk, defaults={"summary": "by Django"})

    assert TimelineEvent.objects.count() == 1
    Incident.objects.filter(pk=incident.pk).update(summary="quietly")
    assert TimelineEvent.objects.count() == 1


def test_values_that_can_be_changed_in_place_are_remembered_as_copies():
    """No field of ours holds such a value; those of a host's subclass may."""
    value = {"list": [1]}
    remembered = changes._frozen(value)
    value["list"].append(2)

    assert remembered == {"list": [1]}
