"""``manage.py slack_socket_mode``, alone and as a process that is ended in every way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from response.core.models import Action
from response.sandbox import sending
from response.slack.models import CommsChannel, Delivery, HandlerRun
from tests.scenarios.child import until
from tests.scenarios.story import Story
from tests.scenarios.wire import callback
from tests.socket_mode.child import running
from tests.socket_mode.slack_socket import SlackSocket, socket_mode

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


@pytest.fixture
def slack(live_story: Story) -> Iterator[SlackSocket]:
    with socket_mode(sandbox=settings.SLACK_API_URL) as slack:
        yield slack


@pytest.fixture
def channel(live_story: Story) -> CommsChannel:
    return live_story.begins()


def mention(channel: CommsChannel, text: str, event_id: str = "Ev0MENTION") -> dict[str, Any]:
    event = {
        "type": "app_mention",
        "user": "U0ANA",
        "text": f"<@U0INCIDENT> {text}",
        "channel": channel.channel_id,
        "ts": "1795200000.000100",
    }
    return callback(event, event_id=event_id)


# -- before it connects --------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", None])
def test_without_a_token_it_says_which_and_where_to_get_it(settings: Any, token: str | None):
    settings.SLACK_APP_TOKEN = token
    with pytest.raises(CommandError, match=r"SLACK_APP_TOKEN is not set.*connections:write"):
        call_command("slack_socket_mode")


def test_another_token_of_slacks_is_told_from_an_app_level_one(settings: Any):
    settings.SLACK_APP_TOKEN = "xoxb-1-2-secret"
    with pytest.raises(CommandError, match=r"begins with 'xoxb-'.*'xapp-'") as caught:
        call_command("slack_socket_mode")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("number", ["0", "11", "-1", "two", "²"])
def test_the_number_of_connections_is_one_that_slack_allows(number: str):
    with pytest.raises(CommandError, match=r"from 1 to 10"):
        call_command("slack_socket_mode", f"--connections={number}")


def test_a_token_that_slack_refuses_ends_it_with_status_1(slack: SlackSocket, tmp_path: Path):
    slack.answers = [(200, {"ok": False, "error": "invalid_auth"})]
    with running(tmp_path, slack.url) as child:
        assert child.ends() == 1
        assert "Slack does not accept SLACK_APP_TOKEN (invalid_auth)" in child.output


# -- processes that die ---------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["store", "acknowledge", "handle"])
def test_a_process_killed_at_any_step_makes_slack_deliver_again_or_the_next_process_go_on(
    live_story: Story, slack: SlackSocket, channel: CommsChannel, tmp_path: Path, step: str
):
    payload = mention(channel, "action Clear the cache")
    with running(tmp_path, slack.url, hold_back=step) as child:
        envelope_id = slack.connected_at_all().delivers("events_api", payload)
        if step != "store":
            until(lambda: Delivery.objects.filter(key="event:Ev0MENTION").exists())
        if step == "handle":
            until(lambda: slack.acknowledgement(envelope_id))
        child.kill()
    until(lambda: not slack.live())
    acknowledged = slack.acknowledgement(envelope_id) is not None
    assert acknowledged == (step == "handle")
    with running(tmp_path, slack.url):
        if not acknowledged:
            slack.connected()
            slack.delivers("events_api", payload, retry_attempt=1, retry_reason="timeout")
        until(lambda: not HandlerRun.objects.filter(state="pending").exists())
    assert Action.objects.count() == 1


def test_a_process_told_to_end_finishes_what_it_began_and_leaves_the_rest(
    live_story: Story, slack: SlackSocket, channel: CommsChannel, tmp_path: Path
):
    with running(tmp_path, slack.url) as child:
        connection = slack.connected()[0]
        ids = [
            connection.delivers("events_api", mention(channel, f"action {number}", f"Ev{number}"))
            for number in range(20)
        ]
        until(lambda: slack.acknowledgement(ids[-1]))
        assert child.terminate() == 0
    live_story.forward(31)
    live_story.settle()
    assert Action.objects.count() == 20
    assert not HandlerRun.objects.exclude(state="done").exists()


# -- by itself ------------------------------------------------------------------------------------


def test_one_process_does_all_the_work_with_the_handlers_of_the_host(
    live_story: Story, slack: SlackSocket, tmp_path: Path
):
    story = live_story
    with running(tmp_path, slack.url) as child, sending.transported_by(slack.transport):
        slack.connected()
        story.ana.command("/incident", "The database is down")
        assert not story.ana.submits({}).errors
        headline = until(lambda: story.workspace.messages("incidents"))[0]
        story.ana.clicks(headline, "create-comms-channel-button")
        channel = until(lambda: CommsChannel.objects.first())
        until(lambda: story.bot_says(channel.channel_name))
        story.ana.says(channel.channel_name, "@incident shrug")
        story.workspace.deliver()
        until(lambda: "What can one do?" in story.bot_says(channel.channel_name))
        assert child.terminate() == 0
    assert not HandlerRun.objects.filter(state="parked").exists()
