"""Every method of ``SlackClient`` against Slack's rules, answered at once; and the look-ups."""

from __future__ import annotations

import pytest

from response.models import ExternalUser
from response.sandbox.seed import add_user
from response.slack import cache
from response.slack.client import SlackClient, SlackError, get_client
from tests.scenarios.story import Story

MESSAGE = [{"type": "section", "text": {"type": "mrkdwn", "text": "*lit*"}}]


@pytest.fixture
def client(story: Story, settings) -> SlackClient:
    """As host code gets hold of it."""
    return settings.SLACK_CLIENT


def last(story: Story, channel: str):
    return story.workspace.messages(channel)[-1]


def test_people(story: Story, client: SlackClient):
    assert client.get_user_id("ana") == "U0ANA"
    assert {"U0ANA", "U0BOB"} <= {user["id"] for user in client.users_list()["members"]}
    page = client.get_paginated_users(limit=2, cursor=None)
    assert len(page["members"]) == 2
    further = client.get_paginated_users(2, page["response_metadata"]["next_cursor"])
    assert further["members"][0] not in page["members"]
    profile = client.get_user_profile("U0ANA")
    assert profile is not None
    assert (profile["id"], profile["name"], profile["fullname"]) == ("U0ANA", "ana", "Ana Lima")
    assert client.get_user_profile_by_email(profile["email"]) == profile
    assert client.get_user_profile(None) is None
    assert client.get_slack_token_owner() == "U0INCIDENT"


def test_who_is_not_there_is_a_slack_error(client: SlackClient):
    with pytest.raises(SlackError) as caught:
        client.get_user_id("nobody")
    assert caught.value.message == "User 'nobody' not found"
    with pytest.raises(SlackError) as caught:
        client.get_user_profile("U0NOBODY")
    assert caught.value.slack_error == "user_not_found"


def test_user_groups(client: SlackClient):
    group = client.get_usergroup_id("sre")
    assert group == "S0SRE"
    assert client.get_usergroup_users(group)
    assert client.get_usergroup_id("keepers") is None
    assert client.get_usergroup_users("S0NONE") is None


def test_channels(story: Story, client: SlackClient):
    assert client.get_channel_id("general") == "C0GENERAL"
    assert client.get_channel_id(name="general", auto_unarchive=True) == "C0GENERAL"
    assert client.get_channel_name("C0GENERAL") == "general"
    assert client.get_channel_name("C0NONE") is None
    made = client.create_channel("inc-fog")
    assert client.get_or_create_channel("inc-fog", auto_unarchive=True) == made
    assert client.set_channel_topic(made, "Thick")["ok"]
    assert client.invite_user_to_channel("U0BOB", made)["ok"]
    assert client.invite_user_to_channel("U0BOB", made)["ok"]
    renamed = client.rename_channel(made, "Thick Fog")
    assert renamed["channel"]["name"] == "inc-thick-fog"
    assert client.join_channel("C0REPORTS")["ok"]
    assert client.leave_channel("C0REPORTS")["ok"]
    with pytest.raises(SlackError, match="Channel 'nowhere' not found"):
        client.get_channel_id("nowhere")


def test_messages(story: Story, client: SlackClient):
    sent = client.send_message("C0INCIDENTS", "Lit")
    assert last(story, "incidents").text == "Lit"
    reply = client.send_message("C0INCIDENTS", "Again", thread_ts=sent["ts"])
    assert reply["message"]["thread_ts"] == sent["ts"]
    client.send_message("C0INCIDENTS", "", [{"text": "an attachment"}])
    block = client.send_or_update_message_block("C0INCIDENTS", MESSAGE, "lit")
    client.send_or_update_message_block(
        "C0INCIDENTS", blocks=MESSAGE, fallback_text="x", ts=block["ts"]
    )
    assert last(story, "incidents").text == "x"
    client.send_ephemeral_message("C0INCIDENTS", "U0ANA", "Only you")
    assert [row.text for row in story.ana.ephemerals("incidents")] == ["Only you"]


def test_reactions(story: Story, client: SlackClient):
    ts = client.send_message("C0INCIDENTS", "Lit")["ts"]
    for _ in range(2):
        client.add_reaction("fire", "C0INCIDENTS", ts)
    assert story.reactions(last(story, "incidents")) == ["fire"]
    for _ in range(2):
        client.remove_reaction("fire", "C0INCIDENTS", ts)
    assert story.reactions(last(story, "incidents")) == []


def test_slack_refuses_to_unarchive_for_a_bot_and_says_so(story: Story, client: SlackClient):
    made = client.create_channel("inc-old")
    client.api_call("conversations.archive", channel=made)
    with pytest.raises(SlackError) as caught:
        client.unarchive_channel(made)
    assert caught.value.slack_error


def test_a_slack_error_is_made_and_read_as_it_was():
    error = SlackError("It is dark", "lamp_out")
    assert (error.message, error.slack_error) == ("It is dark", "lamp_out")
    assert SlackError("It is dark", slack_error="x").slack_error == "x"
    assert SlackError("It is dark").slack_error is None


def test_the_cache_knows_whom_it_asked_for(story: Story, client: SlackClient):
    first = cache.get_user_profile("U0BOB")
    asked = len(story.methods())
    assert cache.get_user_profile("U0BOB") == first
    assert first is not None
    assert cache.get_user_profile_by_email(first["email"]) == first
    assert len(story.methods()) == asked
    assert ExternalUser.objects.get(external_id="U0BOB").full_name == "Bob Okafor"
    with pytest.raises(SlackError):
        cache.get_user_profile_by_email("")


def test_the_cache_learns_everybody(story: Story, client: SlackClient):
    add_user("robot", is_bot=True)
    cache.update_user_cache(exclude_bots=True)
    known = set(ExternalUser.objects.values_list("display_name", flat=True))
    assert {"ana", "bob", "chidi"} <= known
    assert "robot" not in known
    cache.update_user_cache()
    assert ExternalUser.objects.filter(display_name="robot").exists()


def test_what_the_outbox_sends_goes_through_the_client_of_the_settings(
    story: Story, client: SlackClient, monkeypatch: pytest.MonkeyPatch
):
    """A host's own subclass of the client sees every call."""
    seen: list[str] = []
    called = client.api_call

    def listening(endpoint: str, *args, **kwargs):
        seen.append(endpoint)
        return called(endpoint, *args, **kwargs)

    monkeypatch.setattr(client, "api_call", listening)
    assert get_client() is client
    story.begins()
    assert {"chat.postMessage", "conversations.create"} <= set(seen)
