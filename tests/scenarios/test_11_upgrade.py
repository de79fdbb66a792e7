"""An incident that 0.5.1 left open is driven on after the upgrade.

``tests/upgrade`` shows that no row and no value is lost; here the rows are as 0.5.1 left them.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from response.core.models import ExternalUser, Incident
from response.sandbox import web_api
from response.slack.models import CommsChannel, HeadlinePost, Notification
from tests.scenarios.story import Story, said


def as_the_bot(method: str, **params: Any) -> dict[str, Any]:
    """What 0.5.1 had done in Slack before the upgrade."""
    answer = web_api.call(method, params, settings.SLACK_TOKEN)
    assert answer["ok"], answer
    return answer


@pytest.fixture
def channel(story: Story) -> CommsChannel:
    """Channel, headline and rows of an incident, with the columns that 0.5.1 did not have empty."""
    created = as_the_bot("conversations.create", name="inc-aug-1-09-00-00")["channel"]
    headline = as_the_bot("chat.postMessage", channel="C0INCIDENTS", text="the old headline")
    as_the_bot(
        "conversations.invite", channel=created["id"], users=f"{story.ana.id},{story.bob.id}"
    )
    ana = ExternalUser.objects.create(app_id="slack", external_id=story.ana.id, display_name="ana")
    now = timezone.now()
    # bulk_create has no consequences: nothing is announced for what was announced long ago.
    [incident] = Incident.objects.bulk_create(
        [Incident(report="DB &lt; 5% disk", reporter=ana, report_time=now, start_time=now)]
    )
    channel = CommsChannel.objects.create(
        incident=incident,
        channel_id=created["id"],
        channel_name=created["name"],
        created_date=None,
    )
    HeadlinePost.objects.create(
        incident=incident, message_ts=headline["ts"], comms_channel=channel, channel_id=""
    )
    story.settle()
    return channel


def test_commands_work_in_a_channel_of_0_5_1(story: Story, channel: CommsChannel):
    story.says(story.ana, channel, "@incident severity major")
    incident = Incident.objects.get()
    assert incident.severity_text() == "major"
    assert len(story.texts("incidents")) == 1
    shown = said(story.workspace.messages("incidents")[0])
    assert "DB &lt; 5% disk" in shown
    assert "Major" in shown


def test_the_old_headline_gets_buttons_that_work(story: Story, channel: CommsChannel):
    story.says(story.ana, channel, "@incident lead")
    story.bob.clicks(story.workspace.messages("incidents")[0], "close-incident-button")
    story.settle()
    assert Incident.objects.get().is_closed()
    assert "has been closed" in story.bot_says(channel.channel_name)[-1]


def test_a_nudge_goes_on_counting_where_0_5_1_stopped(story: Story, channel: CommsChannel):
    """Four of five reminders were sent before the upgrade, counted from 0."""
    Notification.objects.create(
        incident=channel.incident, key="remind_severity", time=timezone.now(), repeat_count=3
    )
    story.pass_minutes(30)
    reminders = [text for text in story.bot_says(channel.channel_name) if "severity" in text]
    assert len(reminders) == 1


def test_a_pin_in_an_old_channel_becomes_an_entry(story: Story, channel: CommsChannel):
    message = story.says(story.bob, channel, "It was the certificate")
    story.ana.pins(message)
    story.settle()
    entry = channel.incident.timelineevent_set.get(event_type="slack_pin")
    assert entry.text == "It was the certificate"


@pytest.mark.parametrize("field", ["summary", "impact"])
def test_a_text_that_0_5_1_proposed_can_still_be_accepted(
    story: Story, channel: CommsChannel, field: str
):
    proposed = "Some <@U0BOB> can, 3 &lt; 5\n\nand *more*"
    yes = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Yes"},
        "action_id": f"set-new-{field}-action",
        "value": str(channel.incident_id),
    }
    question = f"*Or would you like to update the {field} to this?*\n"
    block = {"type": "section", "block_id": "proposed", "accessory": yes}
    texts = {"type": "mrkdwn", "text": question + proposed}
    blocks = [{"type": "divider"}, {**block, "text": texts}]
    as_the_bot("chat.postMessage", channel=channel.channel_id, text="x", blocks=blocks)
    message = story.workspace.messages(channel.channel_id)[-1]
    for _ in range(2):
        story.bob.clicks(message, f"set-new-{field}-action")
        story.settle()
    assert getattr(Incident.objects.get(), field) == proposed
    announced = [text for text in story.bot_says(channel.channel_id) if "has been updated" in text]
    assert announced == [f"*The {field} has been updated to:*\n{proposed}"]
    assert story.told(story.bob) == [f"The {field} says that already."]


def test_a_message_without_the_proposal_says_what_to_do(story: Story, channel: CommsChannel):
    yes = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Yes"},
        "action_id": "set-new-summary-action",
        "value": str(channel.incident_id),
    }
    blocks = [{"type": "actions", "block_id": "proposed", "elements": [yes]}]
    as_the_bot("chat.postMessage", channel=channel.channel_id, text="x", blocks=blocks)
    story.bob.clicks(story.workspace.messages(channel.channel_id)[-1], "set-new-summary-action")
    story.settle()
    assert "say the command with the new text again" in story.told(story.bob)[-1]
    assert Incident.objects.get().summary is None
