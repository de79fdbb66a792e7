"""Processes die, and processes work by themselves: nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from response import background
from response.background import Job
from response.core.models import Incident, TimelineEvent
from response.models import ExternalUser
from response.sandbox.models import Message
from response.slack.models import Call, CommsChannel, HandlerRun, UserStats
from tests.scenarios.child import serving, until
from tests.scenarios.others import at_once
from tests.scenarios.story import Story, said

MANY = 50


@pytest.fixture
def headlines(live_story: Story) -> list[Message]:
    """The headline posts of ``MANY`` incidents."""
    reporter, _ = ExternalUser.objects.get_or_create_slack(external_id=live_story.ana.id)
    for number in range(MANY):
        Incident.objects.create_incident(
            f"Incident {number}", reporter, timezone.now(), report_only=False
        )
    live_story.settle()
    posts = live_story.workspace.messages("incidents")
    assert len(posts) == MANY
    return posts


def close_all(story: Story, headlines: list[Message]) -> None:
    """Every Close button is pressed, eight at a time; each press is acknowledged."""

    def press(mine: list[Message]) -> None:
        for headline in mine:
            story.ana.clicks(headline, "close-incident-button")

    at_once([partial(press, headlines[start::8]) for start in range(8)])


def the_next_process_takes_over(story: Story) -> None:
    """Half a minute later: the dead process's leases have run out."""
    story.forward(31)
    story.settle()


def assert_every_incident_is_closed_once(story: Story) -> None:
    assert not Incident.objects.filter(end_time=None).exists()
    assert TimelineEvent.objects.filter(text="Incident closed").count() == MANY
    assert not HandlerRun.objects.exclude(state="done").exists()
    assert not Call.objects.exclude(state__in=["sent", "dropped"]).exists()
    asked = [message.text for message in story.ana.direct_messages()]
    # What was being sent when the process died may have arrived already; it is sent again.
    assert MANY <= len(asked) <= MANY + 1
    assert len(set(asked)) == MANY


def test_a_process_killed_after_the_200_and_before_the_handler_loses_none_of_fifty_closes(
    live_story: Story, headlines: list[Message], tmp_path: Path
):
    with serving(tmp_path, only_acknowledges=True) as child:
        close_all(live_story, headlines)
        child.kill()
    assert HandlerRun.objects.filter(state="pending").count() == MANY
    assert Incident.objects.filter(end_time=None).count() == MANY
    the_next_process_takes_over(live_story)
    assert_every_incident_is_closed_once(live_story)


def test_a_process_killed_in_the_middle_of_its_work_loses_none_of_fifty_closes(
    live_story: Story, headlines: list[Message], tmp_path: Path
):
    with serving(tmp_path, workers=2) as child:
        close_all(live_story, headlines)
        child.kill()
    the_next_process_takes_over(live_story)
    assert_every_incident_is_closed_once(live_story)


def test_incidents_declared_to_a_process_that_is_killed_get_their_headlines(
    live_story: Story, tmp_path: Path
):
    with serving(tmp_path, only_acknowledges=True) as child:
        for number in range(10):
            live_story.ana.command("/incident", f"Incident {number}")
            assert not live_story.ana.submits({}).errors
        child.kill()
    assert not live_story.workspace.messages("incidents")
    the_next_process_takes_over(live_story)
    assert Incident.objects.count() == 10
    assert len(live_story.bot_says("incidents")) == 10
    assert len(live_story.ana.ephemerals("general")) == 10


# -- by itself -------------------------------------------------------------------------------------


def test_the_web_processes_do_all_the_work_themselves_and_end_when_told_to(
    live_story: Story, tmp_path: Path
):
    story = live_story
    with serving(tmp_path, workers=2) as child:
        story.ana.command("/incident", "The database is down")
        assert not story.ana.submits({}).errors
        until(lambda: story.bot_says("incidents"))
        incident = Incident.objects.get()
        headline = until(lambda: story.workspace.messages("incidents"))[0]
        story.ana.clicks(headline, "create-comms-channel-button")
        channel = until(lambda: CommsChannel.objects.first())
        until(lambda: story.bot_says(channel.channel_name))
        message = story.ana.says(channel.channel_name, "@incident lead")
        story.ana.says(channel.channel_name, "It is the cache.")
        story.workspace.deliver()
        until(lambda: story.reactions(message) == ["white_check_mark"])
        until(lambda: _counted(story.ana.id) == 2)
        until(lambda: f"<@{story.ana.id}>" in said(story.headline(incident)))
        story.ana.clicks(headline, "close-incident-button")
        until(lambda: Incident.objects.get().is_closed())
        until(lambda: not Call.objects.filter(state__in=["pending", "sending"]).exists())
        assert not Call.objects.filter(state="parked").exists()
        assert child.terminate() == 0


def _counted(user_id: str) -> int:
    row = UserStats.objects.filter(user__external_id=user_id).first()
    return row.message_count if row else 0


@pytest.fixture
def by_itself(monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """This process works its boxes off as a web process does; no thread outlives the test."""
    job = Job()
    monkeypatch.setattr(background, "job", job)
    monkeypatch.setattr(background, "_manual", False)
    before = set(threading.enumerate())
    yield job
    monkeypatch.setattr(background, "_manual", True)
    until(lambda: not _drains(before))


def _drains(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads begun since that are not of the live server."""
    began = set(threading.enumerate()) - before
    return [thread for thread in began if "process_request" not in thread.name]


def test_the_thread_ends_when_nothing_is_left_and_the_next_delivery_starts_another(
    live_story: Story, by_itself: Any
):
    before = set(threading.enumerate())
    story = live_story
    for number in (1, 2):
        story.ana.command("/incident", f"Incident {number}")
        assert not story.ana.submits({}).errors
        until(lambda number=number: len(story.bot_says("incidents")) == number)
        until(lambda: not _drains(before))
        assert not Call.objects.filter(state__in=["pending", "sending"]).exists()


def test_a_process_that_is_told_to_end_does_not_stay_for_what_falls_due_later(
    live_story: Story, tmp_path: Path
):
    story = live_story
    story.fault(rate_limit_methods=["chat.postMessage"], rate_limit_count=1, retry_after=20)
    with serving(tmp_path) as child:
        story.ana.command("/incident", "The database is down")
        assert not story.ana.submits({}).errors
        until(lambda: Call.objects.filter(operation="headline", state="pending", attempts=1))
        assert child.terminate() == 0
    assert Call.objects.get(operation="headline").state == "pending"
    the_next_process_takes_over(story)
    assert len(story.bot_says("incidents")) == 1
