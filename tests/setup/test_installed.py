"""An app that was made from the manifest, with its scopes and events alone, does all its work."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from response.core.models import Incident
from response.sandbox import manifest as sandbox_defaults
from response.sandbox.models import ApiCall, Team
from response.slack.models import CommsChannel
from tests.scenarios.story import Story

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


def install() -> dict[str, Any]:
    """Make the app of the sandbox's workspace from the manifest."""
    out = io.StringIO()
    site = "https://incidents.example.com"
    call_command("slack_manifest", url=site, format="json", stdout=out, stderr=io.StringIO())
    made: dict[str, Any] = json.loads(out.getvalue())
    Team.objects.update(
        scopes=made["oauth_config"]["scopes"]["bot"],
        subscriptions=made["settings"]["event_subscriptions"]["bot_events"],
        commands=made["features"]["slash_commands"],
    )
    return made


def refused() -> list[str]:
    """Methods that Slack refused for want of a scope."""
    calls = ApiCall.objects.all()
    return [call.method for call in calls if call.answer.get("error") == "missing_scope"]


def live_through(story: Story, **declared: Any) -> None:
    """A whole incident: headline, channel, commands, pins, rename, end and beginning again."""
    channel = story.begins("The database is down", **declared)
    incident = channel.incident
    story.says(story.bob, channel, "@incident lead")
    story.says(story.bob, channel, "@incident severity major")
    story.ana.pins(story.says(story.chidi, channel, "failing over"))
    story.settle()
    story.says(story.bob, channel, "@incident rename db-outage")
    story.says(story.bob, channel, "@incident nonsense")
    story.says(story.bob, channel, "@incident close")
    story.says(story.bob, channel, "@incident reopen")
    incident.refresh_from_db()
    assert incident.lead is not None
    assert incident.lead.external_id == story.bob.id
    assert incident.severity == "2"
    assert incident.timeline_events().filter(text="failing over").exists()
    assert CommsChannel.objects.get().channel_name == "inc-db-outage"
    assert not incident.is_closed()


def test_an_incident_is_lived_through(story: Story) -> None:
    install()
    live_through(story)
    assert (refused(), story.given_up()) == ([], [])


def test_a_private_incident_is_lived_through(story: Story, settings: Any) -> None:
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    install()
    channel = story.begins("The payroll leaked")
    story.says(story.bob, channel, "@incident private")
    private = CommsChannel.objects.get()
    assert story.workspace.channel(private.channel_id).is_private
    story.ana.pins(story.says(story.bob, private, "keys are rotated"))
    story.says(story.bob, private, "@incident close")
    story.settle()
    assert Incident.objects.get().is_closed()
    assert Incident.objects.get().timeline_events().filter(text="keys are rotated").exists()
    assert (refused(), story.given_up()) == ([], [])


def test_a_channel_whose_making_was_in_doubt_is_found_again(story: Story) -> None:
    install()
    incident = story.declares(story.ana)
    story.fault(drop_after_work_count=1, drop_after_work_methods=["conversations.create"])
    story.ana.clicks(story.headline(incident), "create-comms-channel-button")
    story.settle()
    story.heal()
    story.forward(minutes=5)
    story.settle()
    assert CommsChannel.objects.get().channel_name.endswith("the-database-is-down")
    assert (refused(), story.given_up()) == ([], [])


def test_whoever_joins_the_company_is_known(story: Story) -> None:
    install()
    story.workspace.add_user("frida")
    story.settle()
    assert refused() == []


def test_the_sandbox_grants_by_default_what_the_manifest_asks_for(
    story: Story, settings: Any
) -> None:
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    made = install()
    assert set(made["oauth_config"]["scopes"]["bot"]) <= set(sandbox_defaults.scopes())
    events = set(made["settings"]["event_subscriptions"]["bot_events"])
    # tests.host, a host's app, handles an event of its own.
    assert events - set(sandbox_defaults.events()) == {"host_event"}
    assert made["features"]["slash_commands"][0]["command"] == "/incident"
