"""Threads are few, and work that no thread may do is done in the request, or left to the tick."""

from __future__ import annotations

import threading
from typing import Any

import after_response.store
import pytest
from django.core.signals import request_finished

from response import background
from response.slack import comms_channels, drain
from response.slack.models import CommsChannel
from tests.factories import make_comms_channel, make_incident


def test_more_interactions_than_there_is_room_for_are_left_to_the_drain(monkeypatch):
    monkeypatch.setattr(background, "run_after_response", lambda function: function())
    done: list[int] = []

    def one_more_meanwhile() -> None:
        done.append(1)
        background.run_interaction(one_more_meanwhile)

    background.run_interaction(one_more_meanwhile)
    assert len(done) == background.INTERACTIONS_AT_ONCE


def test_without_the_app_that_would_run_them_no_functions_are_kept(settings, monkeypatch):
    monkeypatch.setattr(background, "_manual", False)
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "after_response"]
    background.run_after_response(lambda: None)
    assert not after_response.store.function_queue


@pytest.mark.parametrize(
    "setting", [{"AFTER_RESPONSE_IMMEDIATE": True}, {"AFTER_RESPONSE_RUN_ASYNC": False}]
)
def test_a_drain_inside_the_request_does_what_is_due_and_does_not_stay(
    settings, monkeypatch, setting
):
    for name, value in setting.items():
        setattr(settings, name, value)
    rounds: list[int] = []
    monkeypatch.setattr(drain, "drain_once", lambda: rounds.append(1))
    monkeypatch.setattr(background, "run_after_response", lambda function: function())
    job = background.Job()
    job.start()
    job.start()
    assert len(rounds) == 2


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_the_drain_is_already_making_is_waited_for(monkeypatch):
    incident = make_incident()
    answers: list[Any] = [None, None, 1]

    class Sender:
        def send_lane(self, lane: str) -> int | None:
            if len(answers) == 1:
                make_comms_channel(incident)
            return answers.pop(0)

    monkeypatch.setattr(comms_channels, "Sender", Sender)
    monkeypatch.setattr(comms_channels, "LOOK_AGAIN", 0)
    made = CommsChannel.objects.create_comms_channel(incident)
    assert made.incident == incident


PRIVATE_CHANNEL = {"channel": {"id": "C0PRIVATE", "name": "inc-leak", "creator": "U0BOT"}}


@pytest.mark.django_db(transaction=True)
def test_the_headline_of_an_incident_that_becomes_private_is_taken_back(boxes):
    boxes.slack.will_answer("conversations.create", PRIVATE_CHANNEL)
    incident = make_incident("Layoffs leaked")
    boxes.send()
    ts = f"{len(boxes.slack.calls)}.000100"
    incident.private = True
    incident.save()
    incident.report = "Something else"
    incident.save()
    boxes.send()
    deleted = [arguments for method, arguments in boxes.slack.calls if method == "chat.delete"]
    assert deleted == [{"channel": "C0INCIDENTS", "ts": ts}]
    assert "chat.update" not in boxes.slack.methods()
    incident.private = False
    incident.save()
    boxes.send()
    assert len(boxes.slack.texts("C0INCIDENTS")) == 2


@pytest.mark.django_db(transaction=True)
def test_an_incident_that_was_private_from_its_birth_is_announced_when_it_no_longer_is(boxes):
    boxes.slack.will_answer("conversations.create", PRIVATE_CHANNEL)
    incident = make_incident(private=True)
    boxes.send()
    assert boxes.slack.texts("C0INCIDENTS") == []
    incident.private = False
    incident.save()
    boxes.send()
    assert len(boxes.slack.texts("C0INCIDENTS")) == 1


# Django closes connections at the end of a request.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("name", "value"),
    [("AFTER_RESPONSE_IMMEDIATE", True), ("AFTER_RESPONSE_RUN_ASYNC", False)],
)
def test_django_after_response_can_run_the_drain_in_its_other_ways(
    settings, monkeypatch, name, value
):
    setattr(settings, name, value)
    monkeypatch.setattr(f"after_response.{'decorators' if value else 'signals'}.{name}", value)
    monkeypatch.setattr(background, "_manual", False)
    rounds: list[int] = []
    monkeypatch.setattr(drain, "drain_once", lambda: rounds.append(1))
    job = background.Job()
    for _ in range(2):
        job.start()
        request_finished.send(sender=None)
    assert len(rounds) == 2


@pytest.mark.django_db(transaction=True)
def test_a_drain_whose_thread_could_not_be_started_is_started_by_a_later_request(monkeypatch):
    job, ran = background.Job(), threading.Event()
    monkeypatch.setattr(drain, "drain", lambda job: ran.set())
    monkeypatch.setattr(background, "_manual", False)

    class Watch:
        now = 0.0

        def monotonic(self) -> float:
            return self.now

    watch = Watch()
    monkeypatch.setattr(background, "time", watch)

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as exhausted:
        exhausted.setattr(threading.Thread, "start", refuse)
        job.start()
        with pytest.raises(RuntimeError):
            request_finished.send(sender=None)
    job.start()
    request_finished.send(sender=None)
    assert not after_response.store.function_queue
    watch.now += 31
    job.start()
    request_finished.send(sender=None)
    assert ran.wait(5)
