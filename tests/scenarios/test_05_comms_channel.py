"""The comms channel: one per incident, with a good name, and all that it comes with.

Faults at each step are told in ``test_faults_slack``, presses at the same time in
``test_faults_crowds``.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.signals import post_save
from django.utils import timezone

from response.core.models import ExternalUser, Incident
from response.sandbox import channels as sandbox_channels
from response.sandbox.models import Channel
from response.slack.models import CommsChannel
from tests.scenarios.story import Story, buttons, said

CREATE = "create-comms-channel-button"


def channels_of_incidents(story: Story) -> list[Channel]:
    ours = ("general", "incidents", "incident-reports")
    return [channel for channel in story.workspace.channels() if channel.name not in ours]


def in_slack(story: Story, channel: CommsChannel) -> Channel:
    return story.workspace.channel(channel.channel_id)


def members(story: Story, channel: CommsChannel) -> set[str]:
    rows = in_slack(story, channel).memberships.all()
    return {membership.user_id for membership in rows} - {story.workspace.bot.id}


# -- the name ------------------------------------------------------------------------------------


def test_it_is_named_after_the_day_and_the_title(story: Story):
    channel = story.begins("The database is DOWN!")
    assert channel.channel_name == "inc-2026-11-23-the-database-is-down"
    assert in_slack(story, channel).name == channel.channel_name


def test_the_day_is_that_of_the_project(story: Story, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    story.forward(hours=8)
    assert story.begins("Slow").channel_name == "inc-2026-11-24-slow"


def test_the_name_follows_the_template_of_the_settings(story: Story, settings):
    settings.RESPONSE_COMMS_CHANNEL_NAME = "ops_{severity}_{pk}_{slug}"
    channel = story.begins("Slow", severity="2")
    assert channel.channel_name == f"ops_major_{channel.incident.pk}_slow"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("x" * 200, "inc-2026-11-23-" + "x" * 65),
        ("Café & Größe: 50% <off>", "inc-2026-11-23-cafe-grosse-50-off"),
        ("名前", "inc-2026-11-23"),
        ("🔥: db/cache down", "inc-2026-11-23-fire-db-cache-down"),
        ("-- __ --", "inc-2026-11-23"),
    ],
)
def test_any_title_gives_a_name_that_slack_takes(story: Story, title: str, name: str):
    assert story.begins(title).channel_name == name


def test_a_title_without_a_letter_for_a_name_leaves_the_number(story: Story, settings):
    settings.RESPONSE_COMMS_CHANNEL_NAME = "{slug}"
    channel = story.begins("名前")
    assert channel.channel_name == f"inc-{channel.incident_id}"


def test_a_name_that_is_taken_gets_a_number(story: Story):
    longest = "inc-2026-11-23-" + "x" * 65
    story.bob.creates_channel(longest)
    assert story.begins("x" * 200).channel_name == longest[:-2] + "-2"
    assert story.begins("x" * 200).channel_name == longest[:-2] + "-3"


def test_a_channel_of_an_earlier_incident_is_never_adopted(story: Story, settings):
    """0.5.1 took it over and unarchived it."""
    settings.RESPONSE_COMMS_CHANNEL_NAME = "inc-{slug}"
    before = story.begins("Slow")
    story.ana.archives(before.channel_name)
    after = story.begins("Slow")
    assert after.channel_name == "inc-slow-2"
    assert in_slack(story, before).is_archived
    assert CommsChannel.objects.get(pk=before.pk).incident_id == before.incident_id


# -- what it comes with --------------------------------------------------------------------------


def test_its_topic_is_title_and_link(story: Story):
    channel = story.begins("Cards & <more> fail")
    topic = in_slack(story, channel).topic
    assert topic.startswith("Cards &amp; &lt;more&gt; fail - http")
    assert topic.endswith(f"/incident/{channel.incident.pk}/")


def test_a_long_title_is_cut_so_that_the_topic_fits_and_its_link_is_whole(story: Story):
    """In 0.5.1 it raised after the channel was there, and each retry made another."""
    channel = story.begins("& long " * 28)
    topic = in_slack(story, channel).topic
    assert len(topic) <= 250
    assert topic.endswith(f"… - http://{topic.partition('http://')[2]}")
    assert topic.endswith(f"/incident/{channel.incident.pk}/")
    assert len(channels_of_incidents(story)) == 1


def test_reporter_lead_and_who_opened_it_are_invited(story: Story):
    incident = story.declares(story.ana, lead="bob")
    channel = story.opens_channel(story.chidi, incident)
    assert members(story, channel) == {story.ana.id, story.bob.id, story.chidi.id}


def test_a_reporter_who_leads_is_invited_once(story: Story):
    assert members(story, story.begins(lead="ana")) == {story.ana.id}
    [call] = story.workspace.calls("conversations.invite")
    assert call.params["users"] == story.ana.id


def test_the_bot_that_people_mention_is_invited_if_the_token_is_of_another(story: Story, settings):
    """0.5.1 had the setting and read it nowhere."""
    bot = story.workspace.add_user("helper", is_bot=True)
    settings.INCIDENT_BOT_ID = bot.id
    assert members(story, story.begins()) == {story.ana.id, bot.id}


def test_somebody_who_cannot_be_invited_keeps_nobody_else_out(story: Story):
    incident = story.declares(story.ana, lead="bob")
    story.workspace.change_user("bob", deleted=True)
    channel = story.opens_channel(story.chidi, incident)
    assert members(story, channel) == {story.ana.id, story.chidi.id}
    assert "👋" in story.answer(channel)
    assert story.given_up() == []


def test_a_welcome_says_how_to_drive_the_incident(story: Story):
    channel = story.begins("Card payments fail")
    welcome = story.answer(channel)
    assert "*Card payments fail*" in welcome
    assert "Pin the messages that matter" in welcome
    for command in ("lead", "severity", "status", "summary", "action", "close", "help"):
        assert f"`@incident {command}`" in welcome


def test_the_headline_links_to_it_and_no_longer_offers_one(story: Story):
    channel = story.begins()
    headline = story.headline(channel.incident)
    assert f"*Comms channel:* <#{channel.channel_id}>" in said(headline)
    assert CREATE not in buttons(headline)


def test_the_channel_of_a_private_incident_is_private(story: Story):
    """In 0.5.1 it was public. Host code that opens it gets the one that is there."""
    reporter = ExternalUser.objects.create(app_id="slack", external_id=story.ana.id)
    incident = Incident.objects.create_incident(
        report="Payroll",
        reporter=reporter,
        report_time=timezone.now(),
        report_only=False,
        private=True,
    )
    channel = CommsChannel.objects.create_comms_channel(incident)
    story.settle()
    assert in_slack(story, channel).is_private
    assert members(story, channel) == {story.ana.id}
    assert story.bot_says("incidents") == []


# -- once ----------------------------------------------------------------------------------------


def test_pressing_again_before_it_is_there_makes_one(story: Story):
    incident = story.declares(story.ana)
    for person in (story.ana, story.bob, story.ana):
        person.clicks(story.headline(incident), CREATE)
    story.settle()
    assert len(channels_of_incidents(story)) == 1
    assert CommsChannel.objects.count() == 1
    assert len(story.workspace.calls("conversations.create")) == 1


def test_who_presses_when_it_is_there_is_told_where_it_is(story: Story):
    incident = story.declares(story.ana)
    headline = story.headline(incident)
    shown_before = headline.blocks
    channel = story.opens_channel(story.ana, incident)
    # Bob's screen still shows the button.
    headline.refresh_from_db()
    headline.blocks = shown_before
    headline.save()
    story.bob.clicks(headline, CREATE)
    story.settle()
    assert story.told(story.bob) == [f"The comms channel is there already: <#{channel.channel_id}>"]
    assert len(channels_of_incidents(story)) == 1


def test_a_closed_incident_gets_none_and_who_asks_is_told(story: Story):
    incident = story.declares(story.ana)
    headline = story.headline(incident)
    shown_before = headline.blocks
    incident.close()
    story.settle()
    headline.refresh_from_db()
    headline.blocks = shown_before
    headline.save()
    story.bob.clicks(headline, CREATE)
    story.settle()
    assert channels_of_incidents(story) == []
    assert "already closed" in story.told(story.bob)[0]


def test_a_workspace_that_forbids_it_tells_who_asked_and_asking_again_works(story: Story):
    incident = story.declares(story.ana)
    story.fault(
        error_code="restricted_action", error_methods=["conversations.create"], error_count=1
    )
    story.bob.clicks(story.headline(incident), CREATE)
    story.settle()
    [told] = story.told(story.bob)
    assert "could not be created: this workspace does not let the bot do that" in told
    story.bob.clicks(story.headline(incident), CREATE)
    story.settle()
    assert len(channels_of_incidents(story)) == 1


# -- later ---------------------------------------------------------------------------------------


def test_somebody_who_takes_the_lead_is_invited(story: Story):
    channel = story.begins()
    story.says(story.ana, channel, "@incident lead @dana")
    assert story.dana.id in members(story, channel)


def test_somebody_who_takes_the_lead_in_the_channel_is_not_invited_again(story: Story):
    channel = story.begins()
    before = story.methods().count("conversations.invite")
    story.says(story.bob, channel, "@incident lead")
    assert Incident.objects.get().lead.external_id == story.bob.id
    assert story.methods().count("conversations.invite") == before


def test_a_channel_renamed_in_slack_is_known_by_its_new_name(story: Story):
    channel = story.begins()
    sandbox_channels.rename(story.workspace.bot, in_slack(story, channel), "inc-cards")
    story.settle()
    channel.refresh_from_db()
    assert channel.channel_name == "inc-cards"
    assert story.reactions(story.says(story.ana, channel, "@incident status")) == [
        "white_check_mark"
    ]


def test_a_rename_in_slack_is_told_by_django_s_signal(story: Story):
    channel = story.begins()
    told = []

    def note(instance: CommsChannel, **kwargs: Any) -> None:
        told.append(instance.channel_name)

    post_save.connect(note, sender=CommsChannel)
    try:
        sandbox_channels.rename(story.workspace.bot, in_slack(story, channel), "inc-cards")
        story.settle()
    finally:
        post_save.disconnect(note, sender=CommsChannel)
    assert told == ["inc-cards"]


def test_in_an_archived_channel_nothing_is_said_and_nothing_breaks(story: Story):
    channel = story.begins()
    story.ana.archives(channel.channel_name)
    story.settle()
    story.bob.clicks(story.headline(channel.incident), "close-incident-button")
    story.settle()
    assert Incident.objects.get().is_closed()
    assert "💧 *Status:* Resolved" in said(story.headline(channel.incident))
    [asked] = story.ana.direct_messages()
    assert "complete its report" in asked.text


def test_a_channel_whose_row_is_deleted_leaves_a_headline_that_offers_another(story: Story):
    """In 0.5.1 the row could not be deleted."""
    channel = story.begins()
    incident = Incident.objects.get()
    channel.delete()
    incident.headlinepost_set.get().update_in_slack()
    story.settle()
    assert buttons(story.headline(incident))[0] == CREATE
    again = story.opens_channel(story.bob, incident)
    assert again.channel_name == "inc-2026-11-23-the-database-is-down-2"
