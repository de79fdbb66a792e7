"""Dialogs of the host: opened by its actions, submitted as the modals that they are now."""

from __future__ import annotations

import json

import pytest
from lighthouse.actions import pager, statuspage
from lighthouse.models import Specialist, StatusPage

from response.models import Incident
from response.sandbox.driver import Person
from tests.scenarios import wire
from tests.scenarios.story import Story


@pytest.fixture(autouse=True)
def nothing_yet() -> None:
    pager.paged.clear()
    statuspage.published.clear()


@pytest.fixture
def teams(story: Story) -> None:
    """Called in stories only, whose database it needs."""
    for name in ("incident-leads", "divers"):
        Specialist.objects.create(name=name, summary=f"Those who are {name}")


def opened_before_the_upgrade(person: Person, callback_id: str, channel: str, **more) -> dict:
    """What Slack sends of a dialog that 0.5.1 opened with ``dialog.open``.

    https://docs.slack.dev/legacy/legacy-dialogs
    """
    return {
        "type": "dialog_submission",
        "token": "deprecated",
        "action_ts": "1795200100.123456",
        "team": {"id": "T0SANDBOX", "domain": "acme"},
        "user": {"id": person.id, "name": person.user.name},
        "channel": {"id": channel, "name": "wherever"},
        "callback_id": callback_id,
        "response_url": "https://hooks.slack.com/app/T0SANDBOX/1/x",
        "state": "",
        **more,
    }


# -- opened by actions ---------------------------------------------------------------------------


def test_one_id_is_an_action_and_a_dialog_outside_comms_channels(story: Story, teams):
    channel = story.begins()
    story.bob.clicks(story.headline(channel.incident), "page-incident-lead")
    story.settle()
    view = story.bob.opens(callback_id="page-incident-lead")
    assert view.definition["title"]["text"] == "Page an Incident Lead"
    assert not story.bob.submits({"message": "We need <you> & soon"}).errors
    story.settle()
    (paged,) = pager.paged
    assert paged[0] == "incident-leads"
    assert f"Please join us in #{channel.channel_name}" in paged[1]
    assert "We've sent a page to incident-leads" in story.answer(channel)
    assert "We need &lt;you&gt; &amp; soon" in story.answer(channel)


def test_in_a_comms_channel_the_value_is_free_text_and_the_incident_the_channels(
    story: Story, teams
):
    story.declares(story.ana, "Another one")
    channel = story.begins()
    story.says(story.bob, channel, "@incident page")
    posted = story.workspace.messages(channel.channel_id)[-1]
    story.bob.clicks(posted, "escalate-button-id")
    story.settle()
    story.bob.opens(callback_id="dialog-page-specialist")
    assert not story.bob.submits({"message": "Come"}).errors
    story.settle()
    # Of the two teams' buttons the first, by name; its state is a name, not a number.
    assert pager.paged == [("divers", f"Come. Please join us in #{channel.channel_name}")]


def test_elements_of_every_kind_come_back_by_their_names(story: Story):
    channel = story.begins()
    story.says(story.ana, channel, "@incident sp")
    story.ana.clicks(story.workspace.messages(channel.channel_id)[-1], "dialog-open-status-page")
    story.settle()
    assert story.ana.preset("name") == "We're experiencing some issues at the moment"
    assert story.ana.preset("incident_status") == "investigating"
    assert story.ana.preset("message") == "More < soon & here"
    entered = {"incident_status": "resolved", "wants_twitter_update": "True", "writer": "bob"}
    assert not story.ana.submits(entered).errors
    story.settle()
    (published,) = statuspage.published
    assert published.pop("response_url")
    assert published == {
        "name": "We're experiencing some issues at the moment",
        "status": "resolved",
        "message": "More &lt; soon &amp; here",
        "wants_twitter_update": True,
        "writer": story.bob.id,
        "by": story.ana.id,
        "in": channel.channel_id,
    }
    assert StatusPage.objects.get().incident == channel.incident


def test_what_is_left_out_comes_back_as_nothing(story: Story):
    channel = story.begins()
    story.says(story.ana, channel, "@incident sp")
    story.ana.clicks(story.workspace.messages(channel.channel_id)[-1], "dialog-open-status-page")
    story.settle()
    assert not story.ana.submits({"message": None}).errors
    story.settle()
    (published,) = statuspage.published
    assert (published["message"], published["writer"]) == ("", None)
    assert published["wants_twitter_update"] is False


# -- opened before the upgrade ---------------------------------------------------------------------


def test_a_dialog_of_the_host_is_still_handled(story: Story, teams):
    channel = story.begins()
    payload = opened_before_the_upgrade(
        story.bob,
        "page-incident-lead",
        channel.channel_id,
        state=str(channel.incident_id),
        submission={"message": "Wake <!channel> up"},
    )
    reply = wire.post_interaction(payload)
    assert (reply.status, reply.body) == (200, "")
    story.settle()
    assert [name for name, _ in pager.paged] == ["incident-leads"]
    # Who types <!channel> pings none, as everywhere.
    assert "&lt;!channel&gt;" in story.answer(channel)
    wire.post_interaction(payload)
    story.settle()
    assert len(pager.paged) == 1


def test_the_report_dialog_of_0_5_1_still_declares(story: Story):
    payload = opened_before_the_upgrade(
        story.bob,
        "incident-report-dialog",
        "C0GENERAL",
        submission={
            "report": "Fog < & horn",
            "summary": "Thick",
            "impact": None,
            "lead": story.ana.id,
            "severity": "2",
        },
    )
    for _ in range(2):
        reply = wire.post_interaction(payload)
        assert (reply.status, reply.body) == (200, "")
    story.settle()
    incident = Incident.objects.get()
    assert (incident.report, incident.summary) == ("Fog &lt; &amp; horn", "Thick")
    assert (incident.reporter.external_id, incident.lead.external_id) == ("U0BOB", "U0ANA")
    assert incident.severity == "2"
    assert "Fog" in story.texts("incidents")[-1]


def test_errors_in_the_report_dialog_are_told_as_dialogs_are(story: Story):
    """https://docs.slack.dev/legacy/legacy-dialogs#validation-errors"""
    payload = opened_before_the_upgrade(
        story.bob, "incident-report-dialog", "C0GENERAL", submission={"report": " ", "severity": ""}
    )
    reply = wire.post_interaction(payload)
    assert reply.status == 200
    (error,) = json.loads(reply.body)["errors"]
    assert error["name"] == "report"
    assert "title" in error["error"]
    assert not Incident.objects.exists()


def test_the_edit_dialog_of_0_5_1_still_edits(story: Story):
    incident = story.declares(story.ana, severity="3", lead="bob")
    payload = opened_before_the_upgrade(
        story.bob,
        "incident-edit-dialog",
        "C0INCIDENTS",
        state=str(incident.pk),
        submission={
            "report": "Fog",
            "summary": "Thick",
            "impact": "",
            "lead": None,
            "severity": "1",
        },
    )
    reply = wire.post_interaction(payload)
    assert (reply.status, reply.body) == (200, "")
    incident.refresh_from_db()
    assert (incident.report, incident.summary, incident.severity) == ("Fog", "Thick", "1")
    assert incident.lead is None


@pytest.mark.parametrize("state", ["", "999999", "lamp", "9" * 40])
def test_an_edit_of_an_incident_that_is_not_there_says_so(story: Story, state: str):
    payload = opened_before_the_upgrade(
        story.bob,
        "incident-edit-dialog",
        "C0INCIDENTS",
        state=state,
        submission={"report": "Fog", "summary": "", "impact": "", "lead": "", "severity": "1"},
    )
    reply = wire.post_interaction(payload)
    assert reply.status == 200
    assert json.loads(reply.body)["errors"][0]["error"]


@pytest.mark.parametrize("field", ["summary", "impact"])
def test_the_dialogs_of_a_single_text_still_change_it(story: Story, field: str):
    channel = story.begins()
    payload = opened_before_the_upgrade(
        story.bob,
        f"update-{field}-dialog",
        channel.channel_id,
        state=str(channel.incident_id),
        submission={field: "Thick & wet"},
    )
    assert wire.post_interaction(payload).body == ""
    story.settle()
    assert getattr(Incident.objects.get(), field) == "Thick &amp; wet"
    assert "Thick &amp; wet" in story.answer(channel)


def test_an_edit_dialog_that_leaves_the_severity_out_cannot_unset_it(story: Story):
    submission = {"report": "Fog", "summary": "", "impact": "", "lead": "", "severity": ""}
    incident = story.declares(story.ana, severity="3")
    state = str(incident.pk)
    edit = opened_before_the_upgrade(
        story.bob, "incident-edit-dialog", "C0INCIDENTS", state=state, submission=submission
    )
    (error,) = json.loads(wire.post_interaction(edit).body)["errors"]
    assert error["name"] == "severity"
    incident.refresh_from_db()
    assert (incident.severity, incident.report) == ("3", "The database is down")


def test_a_dialog_that_nobody_handles_is_answered_and_logged(
    story: Story, caplog: pytest.LogCaptureFixture
):
    payload = opened_before_the_upgrade(story.bob, "gone", "C0GENERAL", submission={"a": "b"})
    assert wire.post_interaction(payload).status == 200
    assert "'gone'" in caplog.text
