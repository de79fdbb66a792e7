"""The headline post: what it says, that it stays true, and what its buttons do."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models.signals import post_save
from django.test import Client
from django.utils import timezone

from response import text
from response.core.models import Event, ExternalUser, Incident
from response.slack import block_kit, registry
from response.slack.decorators import headline_post_action
from response.slack.models import Call, CommsChannel, HeadlinePost
from tests.scenarios.story import Story, as_posted, buttons, said

OURS = ["create-comms-channel-button", "edit-incident-button", "close-incident-button"]
CREATE, EDIT, CLOSE = OURS
REOPEN = "reopen-incident-button"


# -- what it shows ------------------------------------------------------------------------------


def test_it_says_what_is_known(story: Story):
    incident = story.declares(story.ana, "Card payments fail", lead="bob", severity="2")
    shown = said(story.headline(incident))
    assert "*Card payments fail*" in shown
    assert f"*Reporter:* {story.ana.mention}" in shown
    assert f"*Lead:* {story.bob.mention}" in shown
    assert "🔥 *Status:* Live" in shown
    assert "🌧️ *Severity:* Major" in shown
    assert f"/incident/{incident.pk}/|Incident {incident.pk}>" in shown
    assert "Comms channel:" not in shown


def test_the_text_of_its_notification_mentions_the_reporter(story: Story):
    """0.5.1 showed `<@bob (slack)>` there."""
    incident = story.declares(story.ana, "Card payments fail")
    assert story.headline(incident).text == (
        f"🔥 Live: *Card payments fail* reported by {story.ana.mention}"
    )


def test_a_report_is_marked_and_stays_no_report_when_it_is_closed(story: Story):
    incident = story.declares(story.ana, incident_type="report")
    assert "📓 *Status:* Reported" in said(story.headline(incident))
    story.bob.clicks(story.headline(incident), CLOSE)
    story.settle()
    assert "💧 *Status:* Resolved" in said(story.headline(incident))


def test_it_has_the_three_buttons(story: Story):
    incident = story.declares(story.ana)
    assert buttons(story.headline(incident)) == OURS


def test_a_host_s_button_is_brought_up_to_date_by_a_save_without_a_change(story: Story):
    """Hosts of 0.5.1 say `incident.save()` when what their own rows say has changed."""
    labels = ["Page Ana"]
    with registry.headline_actions.temporarily():
        incident = story.declares(story.ana)
        events = Event.objects.count()
        incident.save()
        assert not Call.objects.filter(state=Call.State.PENDING).exists()

        @headline_post_action(order=150)
        def page(headline_post: HeadlinePost) -> block_kit.Button:
            return block_kit.Button(labels[0], "page", value="1")

        incident.save()
        story.settle()
        assert "Page Ana" in str(story.headline(incident).blocks)
        labels[0] = "Page Bob"
        incident.save()
        story.settle()
        assert "Page Bob" in str(story.headline(incident).blocks)
    assert Event.objects.count() == events
    assert not incident.timeline_events().exists()


def test_where_it_stands_is_told_by_django_s_signal(story: Story):
    """A host of 0.5.1 links to it from there."""
    told = []

    def note(instance: HeadlinePost, **kwargs: Any) -> None:
        told.append(instance.message_ts)

    post_save.connect(note, sender=HeadlinePost)
    try:
        incident = story.declares(story.ana)
    finally:
        post_save.disconnect(note, sender=HeadlinePost)
    assert told[-1] == story.headline(incident).ts


def test_a_mere_report_needs_no_channel(story: Story):
    incident = story.declares(story.ana, incident_type="report")
    assert buttons(story.headline(incident)) == [EDIT, CLOSE]


def test_a_hosts_button_stands_where_its_order_says_and_one_that_fails_is_left_out(story: Story):
    with registry.headline_actions.temporarily():

        @headline_post_action(order=150)
        def page(headline_post: HeadlinePost) -> block_kit.Button:
            return block_kit.Button("Page", "page-button", value=headline_post.incident.pk)

        @headline_post_action(order=250)
        def broken(headline_post: HeadlinePost) -> block_kit.Button:
            raise RuntimeError("no button today")

        incident = story.declares(story.ana)
    assert buttons(story.headline(incident)) == [CREATE, "page-button", EDIT, CLOSE]


def test_a_private_incident_is_announced_nowhere(story: Story):
    reporter = ExternalUser.objects.create(app_id="slack", external_id=story.ana.id)
    incident = by_host_code("Somebody read the payroll", reporter, private=True)
    incident.summary = "It was bob"
    incident.save()
    story.settle()
    places = {call.params["channel"] for call in story.workspace.calls("chat.postMessage")}
    assert places == {CommsChannel.objects.get(is_private=True).channel_id}


# -- it stays true -------------------------------------------------------------------------------


def by_save(story: Story, incident: Incident, admin: Client) -> None:
    incident.severity = "1"
    incident.save()


def by_command(story: Story, incident: Incident, admin: Client) -> None:
    channel = story.opens_channel(story.ana, incident)
    story.says(story.ana, channel, "@incident severity critical")


def by_the_form(story: Story, incident: Incident, admin: Client) -> None:
    story.bob.clicks(story.headline(incident), EDIT)
    assert not story.bob.submits({"severity": "1"}).errors


def by_the_admin(story: Story, incident: Incident, admin: Client) -> None:
    page = admin.get(f"/admin/response/incident/{incident.pk}/change/")
    data = as_posted(page.context["adminform"].form)
    answer = admin.post(page.request["PATH_INFO"], data | {"severity": "1"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


@pytest.mark.parametrize("change", [by_save, by_command, by_the_form, by_the_admin])
def test_it_follows_whatever_changes_the_incident(story: Story, change: Any, admin_client: Client):
    incident = story.declares(story.ana)
    change(story, incident, admin_client)
    story.settle()
    assert "⛈️ *Severity:* Critical" in said(story.headline(incident))


def test_declaring_posts_it_once_and_updates_nothing(story: Story):
    """0.5.1 posted it and updated it twice, all at once."""
    story.declares(story.ana, lead="bob", severity="1", summary="Nobody can log in")
    assert story.methods().count("chat.postMessage") == 1
    assert "chat.update" not in story.methods()


def test_a_burst_of_changes_is_one_update_with_the_last_state(story: Story):
    incident = story.declares(story.ana)
    for number in range(10):
        incident.report = f"Title {number}"
        incident.save()
    story.settle()
    assert story.methods().count("chat.update") == 1
    assert "*Title 9*" in said(story.headline(incident))


def test_a_change_that_it_does_not_show_sends_nothing(story: Story):
    incident = story.declares(story.ana)
    before = story.methods()
    incident.impact = "Everybody"
    incident.save()
    story.settle()
    assert story.methods() == before


def test_two_who_change_at_once_leave_one_headline_post(story: Story):
    incident = by_host_code("Slow", None)

    def change(field: str, value: str) -> None:
        mine = Incident.objects.get(pk=incident.pk)
        setattr(mine, field, value)
        mine.save()
        story.work()

    story.at_once(lambda: change("report", "Very slow"), lambda: change("severity", "1"))
    story.settle()
    assert HeadlinePost.objects.filter(incident=incident).count() == 1
    assert len(story.bot_says("incidents")) == 1
    shown = said(story.headline(incident))
    assert "*Very slow*" in shown
    assert "*Severity:* Critical" in shown


def test_a_report_that_turns_live_is_updated_where_it_was_posted(story: Story):
    """0.5.1 edited a message of that time in the other channel, or failed."""
    incident = story.declares(story.ana, incident_type="report")
    incident.report_only = False
    incident.save()
    story.settle()
    assert "🔥 *Status:* Live" in said(story.workspace.messages("incident-reports")[-1])
    assert story.given_up() == []


def test_its_thread_is_where_it_was_posted(story: Story):
    incident = story.declares(story.ana, incident_type="report")
    incident.headlinepost_set.get().post_to_thread("More soon")
    story.settle()
    reply = story.workspace.messages("incident-reports")[-1]
    assert (reply.text, reply.thread_ts) == ("More soon", story.headline(incident).ts)


def test_a_slack_outage_keeps_nobody_from_saving(story: Story):
    """In 0.5.1 `save()` raised after the row was committed."""
    incident = story.declares(story.ana)
    story.fault(outage=True)
    incident.report = "It is the network"
    incident.save()
    story.settle()
    story.heal()
    story.forward(minutes=2)
    story.settle()
    assert "*It is the network*" in said(story.headline(incident))


# -- Edit ----------------------------------------------------------------------------------------


def test_edit_opens_the_form_with_everything_filled_in(story: Story):
    incident = story.declares(
        story.ana,
        "a < b & c",
        summary="It *broke*\n\n- here & there",
        impact="Everybody in <#C0GENERAL>",
        lead="bob",
        severity="3",
    )
    story.chidi.clicks(story.headline(incident), EDIT)
    story.chidi.opens(callback_id="incident-edit-dialog")
    assert story.chidi.preset("report") == "a < b & c"
    assert story.chidi.preset("summary") == "It *broke*\n\n- here & there"
    assert "<#C0GENERAL" in story.chidi.preset("impact")
    assert story.chidi.preset("lead") == story.bob.id
    assert story.chidi.preset("severity") == "3"


def test_what_is_edited_is_saved_and_shown(story: Story):
    incident = story.declares(story.ana, severity="3")
    story.bob.clicks(story.headline(incident), EDIT)
    entered = {"report": "Mail is late", "summary": "A queue", "lead": "chidi", "severity": "4"}
    assert not story.bob.submits(entered).errors
    assert story.bob.modal is None
    story.settle()
    incident.refresh_from_db()
    assert (incident.report, incident.summary) == ("Mail is late", "A queue")
    assert incident.severity == "4"
    assert incident.lead.external_id == story.chidi.id
    shown = said(story.headline(incident))
    assert "*Mail is late*" in shown
    assert f"*Lead:* {story.chidi.mention}" in shown


def test_a_severity_once_set_cannot_be_unset_and_nothing_of_the_edit_is_lost(story: Story):
    """0.5.1 dropped the whole edit, silently."""
    incident = story.declares(story.ana, severity="3")
    story.bob.clicks(story.headline(incident), EDIT)
    result = story.bob.submits({"summary": "A queue", "severity": None})
    assert set(result.errors) == {"severity"}
    assert story.bob.modal is not None
    assert not story.bob.submits({"summary": "A queue", "severity": "3"}).errors
    incident.refresh_from_db()
    assert (incident.summary, incident.severity) == ("A queue", "3")


def test_two_who_edit_at_the_same_time_both_keep_their_change(story: Story):
    incident = story.declares(story.ana)
    for person in (story.bob, story.chidi):
        person.clicks(story.headline(incident), EDIT)
    assert not story.bob.submits({"summary": "A queue is full"}).errors
    assert not story.chidi.submits({"impact": "Nobody gets mail"}).errors
    incident.refresh_from_db()
    assert (incident.summary, incident.impact) == ("A queue is full", "Nobody gets mail")


# -- Close ---------------------------------------------------------------------------------------


def test_closing_asks_first(story: Story):
    incident = story.declares(story.ana, "Card payments fail")
    blocks = story.headline(incident).blocks
    [row] = [block["elements"] for block in blocks if block["type"] == "actions"]
    [close] = [element for element in row if element["action_id"] == CLOSE]
    assert "Card payments fail" in close["confirm"]["text"]["text"]


def test_closing_resolves_it_and_leaves_what_a_closed_incident_needs(story: Story):
    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), CLOSE)
    story.settle()
    incident.refresh_from_db()
    assert incident.is_closed()
    assert "💧 *Status:* Resolved" in said(story.headline(incident))
    assert buttons(story.headline(incident)) == [EDIT, REOPEN]


def test_an_incident_closed_without_a_channel_is_completed_and_reopened_on_its_headline(
    story: Story,
):
    incident = story.declares(story.ana)
    story.bob.clicks(story.headline(incident), CLOSE)
    story.settle()
    story.ana.clicks(story.headline(incident), EDIT)
    assert not story.ana.submits({"summary": "A certificate had expired"}).errors
    story.bob.clicks(story.headline(incident), REOPEN)
    story.bob.clicks(story.headline(incident), REOPEN)
    story.settle()
    incident.refresh_from_db()
    assert incident.summary == "A certificate had expired"
    assert not incident.is_closed()
    assert "🔥 *Status:* Live" in said(story.headline(incident))
    assert buttons(story.headline(incident)) == OURS


def test_closing_is_announced_in_the_comms_channel_with_who_did_it(story: Story):
    channel = story.begins()
    story.bob.clicks(story.headline(channel.incident), CLOSE)
    story.settle()
    announced = [said for said in story.bot_says(channel.channel_id) if "has been closed" in said]
    assert len(announced) == 1
    assert story.bob.mention in announced[0]


def test_the_lead_is_asked_for_the_report_privately(story: Story):
    incident = story.declares(story.ana, lead="bob")
    story.chidi.clicks(story.headline(incident), CLOSE)
    story.settle()
    [asked] = story.bob.direct_messages()
    assert "complete its report" in asked.text
    assert f"/incident/{incident.pk}/" in asked.text
    assert story.ana.direct_messages() == []


def test_without_a_lead_the_reporter_is_asked(story: Story):
    incident = story.declares(story.ana)
    story.chidi.clicks(story.headline(incident), CLOSE)
    story.settle()
    [asked] = story.ana.direct_messages()
    assert "complete its report" in asked.text


def test_close_twice_replies_with_closing_time(story: Story):
    channel = story.begins()
    headline = story.headline(channel.incident)
    story.bob.clicks(headline, CLOSE)
    story.settle()
    ended = Incident.objects.get().end_time
    story.forward(minutes=10)
    # Chidi's screen still shows the button.
    press_again(story, story.chidi, headline, str(channel.incident.pk))
    story.settle()
    assert Incident.objects.get().end_time == ended
    assert len([said for said in story.bot_says(channel.channel_id) if "been closed" in said]) == 1
    assert len(story.ana.direct_messages()) == 1
    [told] = story.told(story.chidi)
    assert f"already closed, <!date^{int(ended.timestamp())}^" in told


def test_an_incident_closes_although_nobody_can_be_asked_for_the_report(story: Story):
    """In 0.5.1 it could then not be closed at all."""
    incident = story.declares(story.ana, lead="bob")
    story.fault(error_code="cannot_dm_bot", error_methods=["chat.postMessage"], error_count=1)
    story.chidi.clicks(story.headline(incident), CLOSE)
    story.settle()
    assert Incident.objects.get().is_closed()
    assert "💧 *Status:* Resolved" in said(story.headline(incident))
    assert len(story.given_up()) == 1


def test_an_incident_without_a_reporter_can_be_closed(story: Story):
    incident = by_host_code("Slow", None)
    story.settle()
    assert "*Reporter:* -" in said(story.headline(incident))
    story.chidi.clicks(story.headline(incident), CLOSE)
    story.settle()
    assert Incident.objects.get().is_closed()


@pytest.mark.parametrize("value", ["999999", "", "abc", "9" * 30])
def test_a_button_of_an_incident_that_is_gone_says_so(story: Story, value: str):
    incident = story.declares(story.ana)
    press_again(story, story.bob, story.headline(incident), value)
    story.settle()
    [told] = story.told(story.bob)
    assert "could not be found" in told
    assert not Incident.objects.get().is_closed()


def test_what_a_person_typed_is_shown_as_it_was_typed(story: Story):
    title = text.from_plain("<b>1 < 2</b> & <!here>")
    incident = story.declares(story.ana)
    incident.report = title
    incident.save()
    story.settle()
    assert f"*{title}*" in said(story.headline(incident))


def by_host_code(title: str, reporter: ExternalUser | None, **fields: Any) -> Incident:
    """As a host's own code declares an incident."""
    return Incident.objects.create_incident(
        report=title, reporter=reporter, report_time=timezone.now(), report_only=False, **fields
    )


def press_again(story: Story, person: Any, headline: Any, value: str) -> None:
    """Press Close on a screen that shows the post with this button in it."""
    button = block_kit.Button("Close", CLOSE, value=value or "x").serialize()
    if not value:
        del button["value"]
    headline.blocks = [{"type": "actions", "block_id": "actions", "elements": [button]}]
    headline.save()
    person.clicks(headline, CLOSE)
