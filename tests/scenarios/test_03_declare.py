"""``/incident``: somebody declares an incident, and nothing of what they typed is lost."""

from __future__ import annotations

from typing import Any

import pytest

from response.core.models import Incident
from response.slack.models import Delivery
from tests.scenarios.story import Story, said


def test_incident_opens_a_modal_with_the_text_as_the_title(story: Story):
    answer = story.ana.command("/incident", "the database is down", "general")
    assert answer is None
    story.ana.opens(callback_id="incident-report-dialog")
    assert story.ana.preset("report") == "the database is down"


def test_the_incident_exists_before_the_modal_closes(story: Story):
    story.ana.command("/incident", "the database is down", "general")
    story.ana.submits({"summary": "Nobody can log in", "severity": "1", "lead": "bob"})
    assert story.ana.modal is None
    incident = Incident.objects.get()
    assert incident.report == "the database is down"
    assert incident.summary == "Nobody can log in"
    assert incident.severity == "1"
    assert incident.lead.external_id == story.bob.id
    assert incident.reporter.external_id == story.ana.id


def test_the_headline_is_posted_and_the_reporter_is_told_where_to_go(story: Story):
    incident = story.declares(story.ana, "the database is down")
    assert "the database is down" in said(story.headline(incident))
    told = story.ana.ephemerals("general")
    assert len(told) == 1
    assert "<#C0INCIDENTS>" in told[0].text
    assert not story.bob.ephemerals("general")


def test_a_mere_report_goes_to_the_report_channel(story: Story):
    story.declares(story.ana, "a mail was late", incident_type="report")
    assert len(story.bot_says("incident-reports")) == 1
    assert not story.bot_says("incidents")
    assert Incident.objects.get().report_only


def test_two_hundred_ampersands_are_a_title(story: Story):
    title = "&" * 200
    incident = story.declares(story.ana, title)
    assert str(incident) == title


def test_a_title_that_is_only_blank_is_refused_beside_its_field(story: Story):
    story.ana.command("/incident", "", "general")
    result = story.ana.submits({"report": "   "})
    assert "report" in result.errors
    assert story.ana.modal is not None
    assert not Incident.objects.exists()
    assert not Delivery.objects.exists()


def test_a_long_text_after_the_command_is_kept_whole(story: Story):
    typed = "x" * 150 + " " + "y" * 150
    story.ana.command("/incident", typed, "general")
    title, summary = story.ana.preset("report"), story.ana.preset("summary")
    assert len(title) <= 200
    kept = (title.rstrip("…") + (summary or "").lstrip("…")).replace(" ", "").replace("…", "")
    assert "y" * 150 in kept.replace("\n", "") or "y" * 150 in (summary or "")


@pytest.mark.parametrize("fault", ["server_error", "rate_limit", "drop_after_work"])
def test_a_slack_failure_answers_with_what_was_typed(story: Story, fault: str):
    story.fault(**{f"{fault}_count": 1})
    answer = story.ana.command("/incident", "the <database> & more is down", "general")
    assert answer is not None
    assert "the &lt;database&gt; &amp; more is down" in said(answer)


def test_pressing_submit_again_after_a_time_out_makes_one_incident(story: Story):
    story.ana.command("/incident", "the database is down", "general")
    view = story.ana.opens()
    story.fault(duplicate_deliveries=0)
    story.ana.submits({}, view)
    again = story.ana.submits({}, view) if story.ana.modal else None
    assert Incident.objects.count() == 1
    assert again is None or not again.errors


def test_markup_and_mentions_of_everyone_typed_in_the_modal_ping_nobody(story: Story):
    title = "<!channel> *bold* <script>alert(1)</script> & co"
    incident = story.declares(story.ana, "", report=title)
    assert "<!channel>" not in said(story.headline(incident))
    assert str(incident) == title


def test_a_guest_is_refused_privately(story: Story):
    answer = story.eve.command("/incident", "let me in", "general")
    if answer is None:
        # Nobody had heard of her yet: the submission is refused instead.
        result = story.eve.submits({})
        assert result.errors
    else:
        assert "full members" in answer.text
    assert not Incident.objects.exists()


def test_everything_but_the_title_may_be_left_empty(story: Story):
    story.ana.command("/incident", "", "general")
    story.ana.opens(callback_id="incident-report-dialog")
    assert story.ana.preset("incident_type") == "live"
    fields = ("report", "summary", "impact", "lead", "severity")
    assert [story.ana.preset(field) for field in fields] == [None] * 5
    assert set(story.ana.submits().errors) == {"report"}
    assert not story.ana.submits({"report": "The database is down"}).errors
    incident = Incident.objects.get()
    assert not incident.report_only
    assert (incident.summary, incident.impact, incident.lead, incident.severity) == (None,) * 4


def test_without_a_report_channel_every_incident_is_live(story: Story, settings: Any):
    settings.INCIDENT_REPORT_CHANNEL_ID = ""
    story.ana.command("/incident", "the database is down", "general")
    with pytest.raises(LookupError):
        story.ana.preset("incident_type")
    assert not story.ana.submits().errors
    assert not Incident.objects.get().report_only


def test_a_title_of_two_hundred_and_one_characters_is_refused_beside_its_field(story: Story):
    story.ana.command("/incident", "", "general")
    assert set(story.ana.submits({"report": "x" * 201, "summary": "kept"}).errors) == {"report"}
    assert story.ana.opens().values["summary"]["summary"]["value"] == "kept"
    assert not story.ana.submits({"report": "x" * 200}).errors
    assert Incident.objects.get().report == "x" * 200


def test_where_the_bot_is_not_the_reporter_is_told_all_the_same(story: Story):
    """In 0.5.1 that could fail, and the reporter heard nothing."""
    story.ana.creates_channel("secret", is_private=True)
    story.ana.command("/incident", "the database is down", "secret")
    assert not story.ana.submits().errors
    story.settle()
    [told] = story.ana.ephemerals("secret")
    assert "<#C0INCIDENTS>" in told.text


def test_a_form_that_was_open_for_an_hour_still_declares_and_the_reporter_is_told(story: Story):
    story.ana.creates_channel("secret", is_private=True)
    story.ana.command("/incident", "the database is down", "secret")
    story.forward(hours=1)
    assert not story.ana.submits().errors
    story.settle()
    [told] = story.ana.direct_messages()
    assert "<#C0INCIDENTS>" in told.text
    assert story.given_up() == []


def test_people_of_an_incident_are_known_by_name_and_asked_about_once(story: Story):
    incident = story.declares(story.ana, lead="bob")
    assert incident.reporter.full_name == "Ana Lima"
    assert incident.lead.full_name == "Bob Okafor"
    story.declares(story.ana, lead="bob")
    assert story.methods().count("users.info") == 2
