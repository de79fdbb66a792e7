"""Nudges: reminders while an incident is open, by the minute tick."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from response.background import Job
from response.core.models import Incident
from response.slack import drain, registry, tick
from response.slack.decorators import recurring_notification, single_notification
from response.slack.models import CommsChannel, Delivery, HandlerRun, Notification
from tests.scenarios.story import Story

NO_SEVERITY = "doesn't have a severity"
NO_LEAD = "doesn't have a lead"
STILL_OPEN = "Can it be closed now?"


@pytest.fixture
def only() -> Iterator[None]:
    """Only the nudges that a test registers."""
    with registry.notifications.temporarily():
        for handler in list(registry.notifications):
            registry.notifications.discard(handler)
        yield


def nudges(story: Story, channel: CommsChannel, words: str) -> int:
    return len([text for text in story.bot_says(channel.channel_id) if words in text])


# -- nobody has said how bad it is, nobody leads -------------------------------------------------


def test_a_missing_severity_is_asked_for_every_five_minutes_five_times(story: Story):
    channel = story.begins(lead="bob")
    for minutes, wanted in ((4, 0), (1, 1), (4, 1), (1, 2), (25, 5)):
        story.pass_minutes(minutes)
        assert nudges(story, channel, NO_SEVERITY) == wanted
    assert nudges(story, channel, NO_LEAD) == 0
    assert "`@incident severity major`" in story.answer(channel)


def test_a_missing_lead_is_asked_for_every_two_minutes_five_times(story: Story):
    channel = story.begins(severity="2")
    for minutes, wanted in ((1, 0), (1, 1), (2, 2), (12, 5)):
        story.pass_minutes(minutes)
        assert nudges(story, channel, NO_LEAD) == wanted
    assert nudges(story, channel, NO_SEVERITY) == 0
    assert "`@incident lead @person`" in story.answer(channel)


def test_it_ends_when_it_is_done(story: Story):
    channel = story.begins()
    story.pass_minutes(5)
    story.says(story.bob, channel, "@incident lead")
    story.says(story.bob, channel, "@incident severity minor")
    before = story.texts(channel.channel_id)
    story.pass_minutes(10)
    assert story.texts(channel.channel_id) == before


def test_a_lead_who_is_removed_again_is_missed_again(story: Story):
    """0.5.1 stopped for ever after five."""
    channel = story.begins(severity="2")
    story.pass_minutes(12, every=2)
    for lead, wanted in (("bob", 5), (None, 10)):
        story.dana.clicks(story.headline(channel.incident), "edit-incident-button")
        assert not story.dana.submits({"lead": lead}).errors
        story.pass_minutes(12, every=2)
        assert nudges(story, channel, NO_LEAD) == wanted


def test_the_texts_name_the_bot_as_people_call_it(story: Story, settings: Any):
    settings.INCIDENT_BOT_NAME = "firefighter"
    channel = story.begins(severity="2")
    story.pass_minutes(2)
    assert "`@firefighter lead`" in story.answer(channel)


def test_nobody_is_nudged_about_what_is_over_or_has_no_channel(story: Story):
    channel = story.begins("Over")
    story.says(story.ana, channel, "@incident close")
    story.declares(story.ana, "Without a channel")
    story.tick()
    before = len(story.workspace.calls())
    story.pass_minutes(10)
    assert len(story.workspace.calls()) == before


def test_the_time_counts_from_the_opening_of_the_channel(story: Story):
    """In 0.5.1 from the start of the incident: all at once in a channel that was opened late."""
    incident = story.declares(story.ana)
    story.forward(hours=3)
    channel = story.opens_channel(story.ana, incident)
    story.pass_minutes(1)
    assert len(story.bot_says(channel.channel_id)) == 1


# -- still open after a day ----------------------------------------------------------------------


def times_of_reminders(story: Story, channel: CommsChannel, days: float) -> list[str]:
    """The local time of each reminder, with a tick every three hours."""
    found = []
    for _ in range(int(days * 8)):
        story.forward(hours=3)
        before = nudges(story, channel, STILL_OPEN)
        story.tick()
        if nudges(story, channel, STILL_OPEN) > before:
            found.append(f"{timezone.localtime():%a %H:%M}")
    return found


def test_an_incident_still_open_after_a_day_is_asked_about_on_weekdays(story: Story):
    channel = story.begins(lead="bob", severity="2")
    story.forward(hours=3 * 24 + 2)
    found = times_of_reminders(story, channel, days=5)
    assert found == ["Thu 15:00", "Fri 15:00", "Mon 09:00", "Tue 09:00"]
    assert f"{story.bob.mention}, this incident has been running for" in story.answer(channel)


def test_a_night_does_not_eat_its_quota(story: Story):
    """In 0.5.1 an incident of the evening was never asked about."""
    story.forward(hours=11)
    channel = story.begins(lead="bob", severity="2")
    found = times_of_reminders(story, channel, days=9)
    assert found == ["Wed 09:00", "Thu 09:00", "Fri 09:00", "Mon 09:00", "Tue 09:00"]


def test_office_hours_are_those_of_the_project(story: Story, settings: Any):
    settings.TIME_ZONE = "America/New_York"
    settings.RESPONSE_OFFICE_HOURS = (8, 17)
    channel = story.begins(lead="bob", severity="2")
    assert times_of_reminders(story, channel, days=1.5) == ["Tue 08:00"]


# -- by whom they are sent -----------------------------------------------------------------------


def test_the_management_command_sends_them(story: Story, capsys: pytest.CaptureFixture[str]):
    channel = story.begins(severity="2")
    story.forward(minutes=2)
    call_command("response_tick")
    assert nudges(story, channel, NO_LEAD) == 1
    assert "1 nudge(s) due" in capsys.readouterr().out


def test_the_cron_url_sends_them_for_who_has_the_token(story: Story, live_server: Any):
    """In 0.5.1 anybody could call it."""
    channel = story.begins(severity="2")
    story.forward(minutes=2)
    for header in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}):
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(f"{live_server.url}/slack/cron_minute", headers=header))
        assert refused.value.code == 403
        assert b"RESPONSE_CRON_TOKEN" in refused.value.read()
        refused.value.close()
    story.settle()
    assert nudges(story, channel, NO_LEAD) == 0
    token = {"Authorization": "Bearer cron token of the tests"}
    with urlopen(Request(f"{live_server.url}/slack/cron_minute", headers=token)) as answer:
        assert answer.status == 200
    story.settle()
    assert nudges(story, channel, NO_LEAD) == 1


def test_without_a_scheduler_whoever_works_the_boxes_off_sends_them(story: Story):
    channel = story.begins(severity="2")
    story.tick()
    story.forward(minutes=2)
    drain.drain(Job())
    assert nudges(story, channel, NO_LEAD) == 1


def test_two_ticks_at_once_send_it_once(story: Story):
    """In 0.5.1 twice, and one of them failed."""
    channel = story.begins(severity="2")
    story.forward(minutes=2)

    def tick_and_work() -> None:
        tick.tick(timezone.now())
        story.work()

    story.at_once(tick_and_work, tick_and_work, tick_and_work)
    story.settle()
    assert nudges(story, channel, NO_LEAD) == 1
    assert story.given_up() == []


def test_a_tick_that_was_late_sends_what_was_missed_once(story: Story):
    channel = story.begins(severity="2")
    story.forward(hours=1)
    story.tick()
    story.tick()
    assert nudges(story, channel, NO_LEAD) == 1


# -- a host's ------------------------------------------------------------------------------------


def test_a_single_one_is_sent_once_with_and_without_parentheses(story: Story, only: None):
    """0.5.1 registered nothing, silently, without them."""

    @single_notification
    def bare(incident: Incident) -> None:
        incident.comms_channel().post_in_channel("bare")

    @single_notification(initial_delay_mins=10)
    def delayed(incident: Incident) -> None:
        incident.comms_channel().post_in_channel("delayed")

    channel = story.begins()
    story.pass_minutes(9)
    assert [nudges(story, channel, name) for name in ("bare", "delayed")] == [1, 0]
    story.pass_minutes(20)
    assert [nudges(story, channel, name) for name in ("bare", "delayed")] == [1, 1]


def test_one_that_fails_is_tried_again_and_spends_nothing(story: Story, only: None):
    """In 0.5.1 a failure counted as sent."""
    broken = [True]

    @recurring_notification(interval_mins=5, max_notifications=2)
    def remind(incident: Incident) -> None:
        if broken[0]:
            raise RuntimeError("the pager is down")
        incident.comms_channel().post_in_channel("remember")

    channel = story.begins()
    story.pass_minutes(6)
    assert not Notification.objects.exists()
    broken[0] = False
    story.pass_minutes(2)
    assert nudges(story, channel, "remember") == 1
    story.pass_minutes(20)
    assert nudges(story, channel, "remember") == 2


def test_one_that_slack_does_not_take_is_sent_later_and_counts_once(story: Story, only: None):
    @recurring_notification(interval_mins=30, max_notifications=2)
    def remind(incident: Incident) -> None:
        incident.comms_channel().post_in_channel("remember")

    channel = story.begins()
    story.fault(rate_limit_methods=["chat.postMessage"], rate_limit_count=2, retry_after=60)
    story.pass_minutes(40, every=5)
    assert nudges(story, channel, "remember") == 1
    story.pass_minutes(60, every=10)
    assert nudges(story, channel, "remember") == 2


def test_one_that_has_nothing_to_say_is_asked_again_and_spends_nothing(story: Story, only: None):
    quiet = [True]

    @single_notification(initial_delay_mins=5)
    def remind(incident: Incident) -> bool | None:
        if quiet[0]:
            return False
        return incident.comms_channel().post_in_channel("remember")

    channel = story.begins()
    story.pass_minutes(20)
    assert not Notification.objects.exists()
    quiet[0] = False
    story.pass_minutes(1)
    assert nudges(story, channel, "remember") == 1


def test_two_of_one_name_have_a_quota_each(story: Story, only: None):
    def of(host: str) -> Callable[[Incident], None]:
        def remind(incident: Incident) -> None:
            incident.comms_channel().post_in_channel(host)

        remind.__qualname__ = f"{host}.remind"
        return single_notification()(remind)

    of("payments"), of("mail")
    channel = story.begins()
    story.pass_minutes(3)
    assert [nudges(story, channel, host) for host in ("payments", "mail")] == [1, 1]


def test_one_with_a_very_long_name_is_sent_as_often_as_any(story: Story, only: None):
    """In 0.5.1 a name over 30 characters was posted every minute, for ever."""
    names = ("x" * 300 + "1", "x" * 300 + "2")
    for name in names:

        def remind(incident: Incident) -> None:
            incident.comms_channel().post_in_channel("remember")

        remind.__name__ = remind.__qualname__ = name
        recurring_notification(interval_mins=2, max_notifications=2)(remind)

    channel = story.begins()
    story.pass_minutes(10)
    assert nudges(story, channel, "remember") == 4


# -- what a tick costs ---------------------------------------------------------------------------


def open_incidents(number: int) -> None:
    now = timezone.now()
    Incident.objects.bulk_create(
        Incident(report=f"{n}", report_time=now, start_time=now, severity="2")
        for n in range(number)
    )
    CommsChannel.objects.bulk_create(
        CommsChannel(incident=incident, channel_id=f"C{incident.pk}", channel_name=f"{incident.pk}")
        for incident in Incident.objects.filter(commschannel=None)
    )


def queries_of_a_tick() -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        tick.tick(timezone.now())
    return len(queries)


def test_a_tick_with_nothing_due_costs_the_same_for_fifty_incidents(story: Story):
    story.tick()
    open_incidents(1)
    one = queries_of_a_tick()
    open_incidents(49)
    assert queries_of_a_tick() == one
    assert one <= 5


def test_a_tick_costs_the_same_for_each_nudge_that_is_due(story: Story):
    story.tick()
    open_incidents(1)
    none = queries_of_a_tick()
    story.forward(minutes=2)
    one = queries_of_a_tick()
    open_incidents(49)
    story.forward(minutes=2)
    fifty = queries_of_a_tick()
    assert HandlerRun.objects.count() == 50
    assert Delivery.objects.count() == 50
    assert fifty - none <= 50 * (one - none)
