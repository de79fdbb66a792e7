"""Every domain event is told by a signal that a host can connect to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.dispatch import Signal

from response.core import signals as core_signals
from response.models import Action, ExternalUser, Incident, TimelineEvent
from response.slack import signals as slack_signals
from response.testing import Slack

SIGNALS = {
    name: value
    for module in (core_signals, slack_signals)
    for name, value in vars(module).items()
    if type(value) is Signal
}


@pytest.fixture
def told() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """`[(name, arguments)]` of what is told, each inside a transaction."""
    calls: list[tuple[str, dict[str, Any]]] = []

    def listener(name: str) -> Any:
        def listen(sender: type, signal: Signal, **arguments: Any) -> None:
            assert connection.in_atomic_block
            calls.append((name, arguments))

        return listen

    listeners = {name: listener(name) for name in SIGNALS}
    for name, signal in SIGNALS.items():
        signal.connect(listeners[name])
    yield calls
    for name, signal in SIGNALS.items():
        signal.disconnect(listeners[name])


def names(told: list[tuple[str, dict[str, Any]]]) -> list[str]:
    found = [name for name, _ in told]
    told.clear()
    return found


@pytest.mark.django_db(transaction=True)
def test_a_whole_life_is_told(slack: Slack, told: list[tuple[str, dict[str, Any]]]):
    incident = slack.declare()
    assert names(told) == ["incident_declared"]

    channel = slack.open_channel(incident, user="bob")
    opened = dict(told)["comms_channel_opened"]
    assert (opened["comms_channel"], opened["incident"]) == (channel, incident)
    joined = [arguments for name, arguments in told if name == "participant_joined"]
    assert {each["user"].external_id for each in joined} == {"U0ANA", "U0BOB"}
    assert {each["incident"] for each in joined} == {incident}
    told.clear()

    slack.mention("severity critical", channel=channel)
    assert dict(told)["incident_changed"]["actor"].user.external_id == "U0ANA"
    assert names(told) == ["incident_changed", "timeline_event_added"]

    said = slack.say("Failing over", channel=channel)
    slack.pin(said)
    assert names(told) == ["timeline_event_added"]
    said = slack.edit(said, "Failed over")
    assert told[-1][1]["timeline_event"].text == "Failed over"
    assert names(told) == ["timeline_event_changed"]
    slack.person("ana").unpins((channel.channel_id, said.ts))
    slack.settle()
    assert told[-1][1]["timeline_event"].text == "Failed over"
    assert names(told) == ["timeline_event_removed"]

    slack.mention("close", channel=channel)
    assert names(told)[:2] == ["incident_changed", "incident_closed"]
    slack.mention("reopen", channel=channel)
    assert names(told)[:2] == ["incident_changed", "incident_reopened"]


@pytest.mark.django_db
def test_actions_are_told_to_their_end(slack: Slack, told: list[tuple[str, dict[str, Any]]]):
    incident = slack.declare()
    told.clear()
    user = ExternalUser.objects.get(external_id="U0ANA")
    action = Action.objects.create(incident=incident, user=user, details="Call them")
    action.done = True
    action.save()
    Action.objects.filter(pk=action.pk).delete()
    assert told[-1][1]["action"].details == "Call them"
    assert names(told) == ["action_created", "action_changed", "action_removed"]


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_undoes_the_removal():
    def refuse(**kwargs: Any) -> None:
        raise RuntimeError("keep it")

    incident = Incident.objects.create_incident(
        report="Shop down",
        reporter=ExternalUser.objects.create(app_id="slack", external_id="U1", display_name="x"),
        report_time="2026-11-23T10:00:00Z",
        report_only=False,
    )
    entry = TimelineEvent.objects.create(incident=incident, text="Failing over", event_type="text")
    core_signals.timeline_event_removed.connect(refuse)
    try:
        with pytest.raises(RuntimeError, match="keep it"):
            entry.delete()
    finally:
        core_signals.timeline_event_removed.disconnect(refuse)
    assert TimelineEvent.objects.filter(text="Failing over").exists()
