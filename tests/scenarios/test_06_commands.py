"""``@incident …``: what people tell the bot in a comms channel, and what it does and answers."""

from __future__ import annotations

import pytest

from response.core.models import Action, Incident
from response.slack import registry
from response.slack.decorators import incident_command
from response.slack.models import CommsChannel, Delivery
from tests.scenarios.story import Story, buttons, said

YES, NO = ["white_check_mark"], ["question"]


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    return story.begins()


def incident_now() -> Incident:
    return Incident.objects.select_related("lead").get()


# -- help ----------------------------------------------------------------------------------------


def test_help_lists_every_command_the_hosts_included(story: Story, channel: CommsChannel):
    with registry.commands.temporarily():

        @incident_command(["status-page"], helptext="Say where our status page is")
        def status_page(incident: Incident, user_id: str, message: str) -> tuple[bool, str]:
            return True, f"https://status.acme.example/?{message}"

        assert story.reactions(story.says(story.bob, channel, "@incident help")) == YES
        listed = story.answer(channel)
        # In 0.5.1 a hyphen ended a command's name.
        story.says(story.bob, channel, "@incident status-page eu")
    assert story.answer(channel) == "https://status.acme.example/?eu"
    assert "`@incident status-page` - Say where our status page is" in listed
    assert "`@incident severity`, `@incident sev` - " in listed
    for command in ("action", "close", "duration", "help", "impact", "lead", "rename", "reopen"):
        assert f"`@incident {command}` - " in listed


# -- lead ----------------------------------------------------------------------------------------


def test_lead_alone_leads_it_yourself(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident lead")) == YES
    assert incident_now().lead.external_id == story.bob.id
    assert incident_now().lead.display_name == "bob"


def test_lead_with_a_mention_names_somebody(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident lead @dana please")) == YES
    assert incident_now().lead.external_id == story.dana.id
    assert incident_now().lead.display_name == "dana"


def test_lead_with_a_mere_name_asks_for_a_mention(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident lead dana")) == NO
    assert "mention the person" in story.answer(channel)
    assert incident_now().lead is None


# -- severity ------------------------------------------------------------------------------------


def test_a_severity_is_named_by_a_word_in_any_case_or_by_its_number(
    story: Story, channel: CommsChannel
):
    for words, severity in (
        ("severity critical", "1"),
        ("SEV Major", "2"),
        ("severity: minor, since 10:14", "3"),
        ("sev trivial!", "4"),
        ("sev 2", "2"),
    ):
        assert story.reactions(story.says(story.bob, channel, f"@incident {words}")) == YES
        assert incident_now().severity == severity, words


def test_anything_else_is_told_what_is_allowed(story: Story, channel: CommsChannel):
    """In 0.5.1 "not critical, minor" set critical."""
    story.says(story.bob, channel, "@incident severity major")
    for wrong in ("", "5", "hypercritical", "not critical, minor", "1 or 2"):
        assert story.reactions(story.says(story.bob, channel, f"@incident severity {wrong}")) == NO
        answer = story.answer(channel)
        assert "`critical` (1), `major` (2), `minor` (3), `trivial` (4)" in answer
        assert "It is major now." in answer
        assert incident_now().severity == "2", wrong


# -- status, duration, rename --------------------------------------------------------------------


def test_status_tells_how_it_stands(story: Story, channel: CommsChannel):
    story.says(story.bob, channel, "@incident lead")
    story.forward(minutes=90)
    assert story.reactions(story.says(story.bob, channel, "@incident status")) == YES
    answer = story.answer(channel)
    assert "🔥 Live: *The database is down*" in answer
    assert "Severity: Not set" in answer
    assert f"Lead: {story.bob.mention}" in answer
    assert "has been running for 1 hr 30 mins" in answer
    assert f"/incident/{channel.incident_id}/" in answer


def test_duration_stops_with_the_incident(story: Story, channel: CommsChannel):
    story.forward(minutes=5)
    story.says(story.bob, channel, "@incident duration")
    assert "has been running for 5 mins" in story.answer(channel)
    story.says(story.bob, channel, "@incident close")
    story.forward(hours=1)
    story.says(story.bob, channel, "@incident duration")
    assert "went on for 5 mins" in story.answer(channel)


def test_rename_renames_the_channel_in_slack(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident rename DB outage!")) == YES
    assert story.workspace.channel(channel.channel_id).name == "inc-db-outage"
    channel.refresh_from_db()
    assert channel.channel_name == "inc-db-outage"


def test_a_name_that_slack_refuses_is_told(story: Story, channel: CommsChannel):
    story.bob.creates_channel("inc-taken")
    story.says(story.bob, channel, "@incident rename taken")
    assert "couldn't be renamed: another channel has that name already" in story.answer(channel)
    assert story.reactions(story.says(story.bob, channel, "@incident rename !!")) == NO
    assert "letters, digits and hyphens" in story.answer(channel)
    channel.refresh_from_db()
    assert channel.channel_name == "inc-2026-11-23-the-database-is-down"


# -- close, reopen -------------------------------------------------------------------------------


def test_close_closes_and_announces_it(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident close")) == YES
    assert incident_now().is_closed()
    assert f"has been closed by {story.bob.mention}" in story.answer(channel)
    assert len(story.ana.direct_messages()) == 1


def test_close_twice_replies_with_closing_time(story: Story, channel: CommsChannel):
    story.says(story.bob, channel, "@incident close")
    ended = incident_now().end_time
    story.forward(minutes=5)
    story.says(story.dana, channel, "@incident close")
    assert incident_now().end_time == ended
    assert f"already closed, <!date^{int(ended.timestamp())}^" in story.answer(channel)
    assert len(story.ana.direct_messages()) == 1


def test_reopen_takes_the_end_back(story: Story, channel: CommsChannel):
    story.says(story.bob, channel, "@incident close")
    assert story.reactions(story.says(story.dana, channel, "@incident reopen")) == YES
    assert not incident_now().is_closed()
    assert f"has been opened again by {story.dana.mention}" in story.answer(channel)
    headline = story.headline(incident_now())
    assert "🔥 *Status:* Live" in said(headline)
    assert "close-incident-button" in buttons(headline)


def test_reopening_what_is_open_says_so(story: Story, channel: CommsChannel):
    story.says(story.bob, channel, "@incident reopen")
    assert story.answer(channel) == "This incident is open already."


# -- action --------------------------------------------------------------------------------------


def test_action_logs_a_follow_up_of_who_says_it(story: Story, channel: CommsChannel):
    said = "@incident action rotate the keys\n- all of them & @dana's"
    assert story.reactions(story.says(story.bob, channel, said)) == YES
    action = Action.objects.get()
    assert action.details == f"rotate the keys\n- all of them &amp; {story.dana.mention}'s"
    assert action.user.display_name == "bob"
    assert not action.done


def test_action_without_words_asks_for_them(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident action")) == NO
    assert "What is to be done?" in story.answer(channel)
    assert not Action.objects.exists()


def test_the_same_delivery_three_times_is_one_action(story: Story, channel: CommsChannel):
    """In 0.5.1 it was three."""
    story.fault(duplicate_deliveries=2)
    said = story.says(story.bob, channel, "@incident action rotate the keys")
    assert Action.objects.count() == 1
    assert story.reactions(said) == YES


# -- summary, impact -----------------------------------------------------------------------------

TEXTS = pytest.mark.parametrize("field", ["summary", "impact"])


def test_a_text_is_set_with_all_its_lines(story: Story, channel: CommsChannel):
    """0.5.1 cut it at the first line break."""
    words = "Nobody can log in:\n\n• not in the app\n• not on the web"
    assert story.reactions(story.says(story.bob, channel, f"@incident summary {words}")) == YES
    assert story.reactions(story.says(story.bob, channel, f"@incident impact:\n{words}\n")) == YES
    assert incident_now().summary == words
    assert incident_now().impact == words


@TEXTS
def test_a_text_is_shown_with_a_change_button_that_changes_it(
    story: Story, channel: CommsChannel, field: str
):
    story.says(story.bob, channel, f"@incident {field} Nobody can log in & out")
    assert story.reactions(story.says(story.dana, channel, f"@incident {field}")) == YES
    shown = story.workspace.messages(channel.channel_id)[-1]
    assert "Nobody can log in &amp; out" in said(shown)
    assert buttons(shown) == [f"update-current-{field}-action"]
    story.dana.clicks(shown, f"update-current-{field}-action")
    assert story.dana.preset(field) == "Nobody can log in & out"
    assert not story.dana.submits({field: "Some < 5 % can"}).errors
    story.settle()
    assert getattr(incident_now(), field) == "Some &lt; 5 % can"
    assert "Some &lt; 5 % can" in story.answer(channel)
    # Opened once more and saved as it is.
    story.dana.clicks(shown, f"update-current-{field}-action")
    before = story.texts(channel.channel_id)
    assert not story.dana.submits().errors
    story.settle()
    assert story.texts(channel.channel_id) == before


def test_a_text_that_is_not_there_says_so(story: Story, channel: CommsChannel):
    for field in ("summary", "impact"):
        story.says(story.dana, channel, f"@incident {field}")
        shown = story.workspace.messages(channel.channel_id)[-1]
        assert "yet." in said(shown)
        assert buttons(shown) == [f"update-current-{field}-action"]


@TEXTS
def test_a_new_text_is_proposed_and_set_with_yes(story: Story, channel: CommsChannel, field: str):
    story.says(story.bob, channel, f"@incident {field} Nobody can log in")
    story.says(story.dana, channel, f"@incident {field} Some can")
    assert getattr(incident_now(), field) == "Nobody can log in"
    proposed = story.workspace.messages(channel.channel_id)[-1]
    assert "Some can" in said(proposed)
    story.bob.clicks(proposed, "set-proposed-text-action")
    story.settle()
    assert getattr(incident_now(), field) == "Some can"
    assert story.answer(channel) == f"*The {field} has been updated to:*\nSome can"
    # Somebody else says Yes, too.
    story.dana.clicks(proposed, "set-proposed-text-action")
    story.settle()
    announced = [text for text in story.bot_says(channel.channel_id) if "has been updated" in text]
    assert len(announced) == 1
    assert story.told(story.dana) == [f"The {field} says that already."]


@TEXTS
def test_what_people_write_pings_nobody_when_the_bot_says_it_again(
    story: Story, channel: CommsChannel, field: str
):
    """0.5.1 told the whole channel once more."""
    story.says(story.bob, channel, f"@incident {field} @channel look! @here")
    assert "<!channel>" in story.workspace.messages(channel.channel_id)[-1].text
    story.says(story.bob, channel, f"@incident {field} @everyone, it is over")
    shown = story.answer(channel)
    assert "<!" not in shown
    assert "@channel look! @here" in shown


def test_a_text_longer_than_slack_shows_is_kept_whole(story: Story, channel: CommsChannel):
    """In 0.5.1 a text over 3,000 characters could never be shown again."""
    words = "It is long & complicated. " * 150
    story.says(story.bob, channel, f"@incident summary {words}")
    assert incident_now().summary == words.strip().replace("&", "&amp;")
    story.says(story.bob, channel, "@incident summary")
    assert f"/incident/{channel.incident_id}/" in story.answer(channel)
    assert story.given_up() == []


# -- what is no command --------------------------------------------------------------------------


def test_an_unknown_command_gets_did_you_mean(story: Story, channel: CommsChannel):
    assert story.reactions(story.says(story.bob, channel, "@incident statsu")) == NO
    [told] = [row.text for row in story.bob.ephemerals(channel.channel_id)]
    assert "Did you mean `@incident status`?" in told


def test_a_bare_mention_gets_a_hint(story: Story, channel: CommsChannel):
    """In 0.5.1 it was a 500, three times."""
    story.says(story.bob, channel, "@incident")
    [told] = [row.text for row in story.bob.ephemerals(channel.channel_id)]
    assert "`@incident help`" in told


def test_a_mention_within_a_sentence_is_no_command(story: Story, channel: CommsChannel):
    message = story.says(story.bob, channel, "Shall I tell @incident close?")
    assert not incident_now().is_closed()
    assert story.reactions(message) == []
    [told] = [row.text for row in story.bob.ephemerals(channel.channel_id)]
    assert "begin the message with my name" in told


def test_outside_a_comms_channel_the_bot_says_where_to_go(story: Story, channel: CommsChannel):
    story.bob.says("general", "@incident close")
    story.settle()
    [told] = [row.text for row in story.bob.ephemerals("general")]
    assert "`/incident`" in told
    assert "<#C0INCIDENTS>" in told
    assert story.bot_says("general") == []
    assert not incident_now().is_closed()


def test_who_writes_to_the_bot_alone_is_told_where_it_works(story: Story, channel: CommsChannel):
    hello = story.bob.says(story.workspace.dm("bob").id, "@incident help")
    story.settle()
    answers = [row for row in story.bob.direct_messages() if row.user_id != story.bob.id]
    assert [row.only_for_id for row in answers] == [None]
    assert "`/incident`" in answers[0].text
    assert "<#C0INCIDENTS>" in answers[0].text
    # Neither its own answer nor what becomes of the question makes it talk again.
    story.bob.edits(hello, "@incident please help")
    story.settle()
    assert len(story.bob.direct_messages()) == 2


def test_a_message_elsewhere_leaves_no_row(story: Story, channel: CommsChannel):
    before = Delivery.objects.count()
    story.bob.says("general", "Good morning")
    story.settle()
    assert Delivery.objects.count() == before


def test_a_command_of_a_bot_is_not_obeyed(story: Story, channel: CommsChannel):
    story.workspace.post_message(channel.channel_id, f"<@{story.workspace.bot.id}> close")
    story.settle()
    assert not incident_now().is_closed()


# -- in general ----------------------------------------------------------------------------------


def test_commands_take_effect_in_the_order_they_were_given(story: Story, channel: CommsChannel):
    story.joins(story.bob, channel)
    for words in ("close", "reopen", "severity minor", "close", "severity major", "reopen"):
        story.bob.says(channel.channel_id, f"@incident {words}")
    story.settle()
    assert not incident_now().is_closed()
    assert incident_now().severity == "2"


def test_a_command_belongs_to_the_incident_of_its_channel(story: Story, channel: CommsChannel):
    other = story.begins("Mail is late")
    story.says(story.bob, other, "@incident close")
    open_ones = Incident.objects.filter(end_time=None)
    assert [incident.pk for incident in open_ones] == [channel.incident_id]


def test_a_command_in_a_thread_is_answered_in_the_thread(story: Story, channel: CommsChannel):
    parent = story.says(story.bob, channel, "What now?")
    story.bob.says(channel.channel_id, "@incident status", thread_ts=parent.ts)
    story.settle()
    answer = story.workspace.messages(channel.channel_id)[-1]
    assert "🔥 Live" in answer.text
    assert answer.thread_ts == parent.ts


def test_what_people_say_otherwise_is_no_command_and_leaves_nothing_behind(
    story: Story, channel: CommsChannel
):
    before = len(story.bot_says(channel.channel_id))
    story.says(story.bob, channel, "close the door, please")
    assert not incident_now().is_closed()
    assert len(story.bot_says(channel.channel_id)) == before
    assert not Delivery.objects.exclude(payload="").exists()
