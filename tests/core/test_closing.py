"""Ends of incidents: whoever comes first makes the end, everybody else is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import close_old_connections, connection

from response.models import Event, Incident, TimelineEvent
from tests.core.factories import NINE, make_incident

TEN = NINE + timedelta(hours=1)


def entries():
    return [entry.text for entry in TimelineEvent.objects.order_by("pk")]


@pytest.mark.django_db
def test_close_ends_it_now(told):
    incident = make_incident()
    told.clear()

    with time_machine.travel(TEN, tick=False):
        assert incident.close() is True

    assert Incident.objects.get().end_time == TEN
    assert entries() == ["Incident closed"]
    assert [name for name, _ in told] == [
        "incident_changed",
        "incident_closed",
        "timeline_event_added",
    ]
    assert Event.objects.latest("pk").verb == "closed"


@pytest.mark.django_db
def test_close_at_a_given_time():
    incident = make_incident()

    incident.close(TEN)

    assert Incident.objects.get().end_time == TEN


@pytest.mark.django_db
def test_closing_twice_keeps_the_first_end_and_tells_once(told):
    incident = make_incident()
    incident.close(TEN)
    told.clear()

    assert incident.close(TEN + timedelta(hours=1)) is False

    assert incident.end_time == TEN
    assert entries() == ["Incident closed"]
    assert told == []


@pytest.mark.django_db
def test_the_second_of_two_who_close_is_given_the_end_of_the_first(told):
    pk = make_incident().pk
    first, second = Incident.objects.get(pk=pk), Incident.objects.get(pk=pk)
    first.close(TEN)
    told.clear()

    assert second.close(TEN + timedelta(minutes=1)) is False

    assert second.end_time == TEN
    assert told == []
    assert entries() == ["Incident closed"]


@pytest.mark.django_db
def test_setting_the_end_and_saving_is_guarded_in_the_same_way(told):
    pk = make_incident().pk
    first, second = Incident.objects.get(pk=pk), Incident.objects.get(pk=pk)
    first.end_time = TEN
    first.save()
    told.clear()
    second.end_time = TEN + timedelta(minutes=1)
    second.summary = "Certificate expired"

    second.save()

    stored = Incident.objects.get(pk=pk)
    assert (stored.end_time, stored.summary) == (TEN, "Certificate expired")
    assert second.end_time == TEN
    assert entries() == ["Incident closed", 'Incident summary added: "Certificate expired"']
    assert [list(kwargs["changes"]) for name, kwargs in told if name == "incident_changed"] == [
        ["summary"]
    ]


@pytest.mark.django_db
def test_closing_leaves_other_unsaved_changes_unsaved():
    incident = make_incident()
    incident.summary = "not yet"

    incident.close(TEN)

    assert Incident.objects.get().summary is None
    incident.save()
    assert Incident.objects.get().summary == "not yet"


@pytest.mark.django_db
def test_reopening_takes_the_end_back(told):
    incident = make_incident()
    incident.close(TEN)
    told.clear()

    assert incident.reopen() is True

    assert Incident.objects.get().end_time is None
    assert entries() == ["Incident closed", "Incident reopened"]
    assert [name for name, _ in told] == [
        "incident_changed",
        "incident_reopened",
        "timeline_event_added",
    ]
    assert Event.objects.latest("pk").verb == "reopened"


@pytest.mark.django_db
def test_an_open_incident_cannot_be_reopened(told):
    incident = make_incident()
    told.clear()

    assert incident.reopen() is False
    assert told == []


@pytest.mark.django_db
def test_reopening_knows_of_an_end_that_somebody_else_made():
    pk = make_incident().pk
    stale = Incident.objects.get(pk=pk)
    Incident.objects.get(pk=pk).close(TEN)

    assert stale.reopen() is True
    assert Incident.objects.get(pk=pk).end_time is None


@pytest.mark.django_db
def test_correcting_the_end_is_no_second_close(told):
    incident = make_incident()
    incident.close(TEN)
    told.clear()
    incident.end_time = TEN + timedelta(minutes=30)

    incident.save()

    assert [name for name, _ in told] == ["incident_changed", "timeline_event_added"]
    assert entries()[-1] == (
        "Incident end time updated from 2026-03-02 10:00 UTC to 2026-03-02 10:30 UTC"
    )


@pytest.mark.django_db
def test_correcting_the_end_of_an_incident_that_was_reopened_does_not_close_it():
    pk = make_incident().pk
    Incident.objects.get(pk=pk).close(TEN)
    stale = Incident.objects.get(pk=pk)
    Incident.objects.get(pk=pk).reopen()
    stale.end_time = TEN + timedelta(minutes=30)

    stale.save()

    assert Incident.objects.get(pk=pk).end_time is None


def meanwhile(monkeypatch, pk, end_time):
    """As soon as somebody has looked at the end, it is another one."""
    look = Incident.refresh_from_db

    def look_too_soon(self, *args, **kwargs):
        look(self, *args, **kwargs)
        Incident.objects.filter(pk=pk).update(end_time=end_time)

    monkeypatch.setattr(Incident, "refresh_from_db", look_too_soon)


@pytest.mark.django_db
def test_who_reopens_what_is_open_leaves_the_end_of_who_closes_in_that_moment(monkeypatch, told):
    incident = make_incident()
    meanwhile(monkeypatch, incident.pk, TEN)
    told.clear()

    assert incident.reopen() is False

    assert Incident.objects.get().end_time == TEN
    assert told == []


@pytest.mark.django_db
def test_who_closes_what_is_closed_leaves_the_work_of_who_reopens_in_that_moment(monkeypatch, told):
    pk = make_incident().pk
    stale = Incident.objects.get(pk=pk)
    Incident.objects.get(pk=pk).close(TEN)
    meanwhile(monkeypatch, pk, None)
    told.clear()

    assert stale.close() is False

    assert Incident.objects.get().end_time is None
    assert told == []


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_close_at_once_one_does():
    pk = make_incident().pk
    start = Barrier(20)

    def close(number):
        try:
            incident = Incident.objects.get(pk=pk)
            start.wait(30)
            return incident.close(TEN + timedelta(minutes=number))
        finally:
            connection.close()
            close_old_connections()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(close, range(20)))

    assert sorted(answers) == [False] * 19 + [True]
    assert entries() == ["Incident closed"]
    assert Event.objects.filter(verb="closed").count() == 1
    assert Incident.objects.get(pk=pk).end_time == TEN + timedelta(minutes=answers.index(True))
