"""The Web API as slack_sdk speaks it, over HTTP."""

from __future__ import annotations

import http.client

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from response.sandbox import faults
from response.sandbox.workspace import Workspace

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sandbox"])


def test_auth_test_names_the_bot(client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        "U0INCIDENT",
        "B0INCIDENT",
        "T0SANDBOX",
    )


def test_json_and_form_bodies_are_both_understood(client: WebClient) -> None:
    posted = client.chat_postMessage(channel="C0INCIDENTS", text="a < b & c")
    client.reactions_add(channel="C0INCIDENTS", timestamp=posted["ts"], name="fire")
    history = client.conversations_history(channel="C0INCIDENTS", limit=1)
    assert history["messages"][0]["text"] == "a &lt; b &amp; c"
    assert history["messages"][0]["reactions"] == [
        {"name": "fire", "users": ["U0INCIDENT"], "count": 1}
    ]


def test_a_multipart_body_is_understood(client: WebClient) -> None:
    client.api_call("conversations.setTopic", data={"channel": "C0GENERAL", "topic": "hello"})
    assert Workspace().channel("general").topic == "hello"


def test_a_channels_life(client: WebClient) -> None:
    channel = client.conversations_create(name="inc-42")["channel"]["id"]
    client.conversations_invite(channel=channel, users=["U0ANA", "U0BOB"])
    client.conversations_setTopic(channel=channel, topic="down")
    client.conversations_rename(channel=channel, name="inc-43")
    members = client.conversations_members(channel=channel)["members"]
    assert members == ["U0INCIDENT", "U0ANA", "U0BOB"]
    client.conversations_archive(channel=channel)
    with pytest.raises(SlackApiError, match="not_in_channel"):
        client.conversations_unarchive(channel=channel)


def test_lists_are_paged_with_cursors(client: WebClient) -> None:
    pages = [[one["id"] for one in page["members"]] for page in client.users_list(limit=3)]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({one for page in pages for one in page}) == 7


def test_a_refusal_is_an_error_of_slack_sdk(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0NOWHERE", text="hello")
    assert caught.value.response["error"] == "channel_not_found"


def test_a_wrong_token_is_refused(client: WebClient) -> None:
    client.token = "xoxb-wrong"
    with pytest.raises(SlackApiError, match="invalid_auth"):
        client.auth_test()
    client.token = None
    with pytest.raises(SlackApiError, match="not_authed"):
        client.auth_test()


def test_an_unknown_method_is_told_so(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="unknown_method"):
        client.api_call("incidents.declare")


def test_rate_limits_are_429_with_retry_after(client: WebClient) -> None:
    faults.update(rate_limit_methods=["auth.test"], rate_limit_count=1, retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    assert client.auth_test()["ok"]


def test_server_errors_are_no_json(client: WebClient) -> None:
    faults.update(server_error_count=1)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 503


def test_server_errors_are_500_too_where_that_is_wanted(
    client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    statuses = iter(faults.SERVER_ERRORS)
    monkeypatch.setattr(faults.random, "choice", lambda found: next(statuses))
    faults.update(server_error_count=3, server_error_status=0)
    seen = []
    for _ in faults.SERVER_ERRORS:
        with pytest.raises(SlackApiError) as caught:
            client.auth_test()
        seen.append(caught.value.response.status_code)
    assert seen == [500, 503]
    faults.update(server_error_status=502)
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response.status_code == 502


def test_a_dropped_connection_leaves_the_work_done(client: WebClient) -> None:
    faults.update(drop_after_work_methods=["chat.postMessage"], drop_after_work_count=1)
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel="C0GENERAL", text="did you hear?")
    assert [row.text for row in Workspace().messages("general")] == ["did you hear?"]


def test_an_outage_leaves_nothing_done(client: WebClient) -> None:
    faults.update(outage=True)
    with pytest.raises(http.client.RemoteDisconnected):
        client.chat_postMessage(channel="C0GENERAL", text="hello?")
    assert Workspace().messages("general") == []
