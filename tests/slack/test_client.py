"""SlackClient: 0.5.1's methods, what they send, and what every failure becomes."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.test import override_settings

from response.slack.client import (
    SlackAuthError,
    SlackCallInTransaction,
    SlackClient,
    SlackError,
    SlackNotFound,
    SlackPermanentError,
    SlackRateLimited,
    SlackUnavailable,
    TriggerExpired,
    forbid_calls,
    get_client,
)
from tests.slack.web_api_server import Reply, Server, error, ok, serving


@pytest.fixture
def slack() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def client(slack: Server) -> SlackClient:
    return SlackClient("xoxb-test", base_url=slack.url, timeout=5)


def page(field: str, items: list[dict], cursor: str | None) -> Reply:
    metadata = {} if cursor is None else {"response_metadata": {"next_cursor": cursor}}
    return ok(**{field: items}, **metadata)


# -- failures ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("channel_not_found", SlackNotFound),
        ("message_not_found", SlackNotFound),
        ("is_archived", SlackPermanentError),
        ("invalid_blocks", SlackPermanentError),
        ("not_in_channel", SlackPermanentError),
        ("missing_scope", SlackPermanentError),
        ("name_taken", SlackPermanentError),
        ("invalid_auth", SlackAuthError),
        ("not_authed", SlackAuthError),
        ("expired_trigger_id", TriggerExpired),
        ("exchanged_trigger_id", TriggerExpired),
        ("trigger_expired", TriggerExpired),
        ("trigger_exchanged", TriggerExpired),
        ("service_unavailable", SlackUnavailable),
        ("ratelimited", SlackRateLimited),
        ("rate_limited", SlackRateLimited),
        ("a_code_of_tomorrow", SlackError),
    ],
)
def test_each_group_of_codes_has_its_error(
    client: SlackClient, slack: Server, code: str, kind: type[SlackError]
) -> None:
    slack.script("chat.postMessage", error(code))
    with pytest.raises(SlackError) as caught:
        client.send_message("C1", "hi")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.slack_error) == (code, code)
    assert "chat.postMessage" in str(caught.value)


def test_message_names_the_scope_that_is_missing(client: SlackClient, slack: Server) -> None:
    slack.script("users.list", error("missing_scope", needed="users:read", provided="chat:write"))
    with pytest.raises(SlackPermanentError, match="users:read"):
        client.users_list()


def test_message_says_what_is_wrong_with_a_block(client: SlackClient, slack: Server) -> None:
    hint = {"messages": ["[ERROR] must be less than 3001 characters"]}
    slack.script("chat.postMessage", error("invalid_blocks", response_metadata=hint))
    with pytest.raises(SlackPermanentError, match="less than 3001"):
        client.send_message("C1", "hi")


@pytest.mark.parametrize("body", [b'{"ok": false, "error": "ratelimited"}', b"slow down"])
def test_429_raises_at_once_with_the_seconds_to_wait(
    client: SlackClient, slack: Server, body: bytes
) -> None:
    slack.script("chat.postMessage", Reply(body, 429, {"Retry-After": "7"}))
    with pytest.raises(SlackRateLimited) as caught:
        client.send_message("C1", "hi")
    assert caught.value.retry_after == 7
    assert len(slack.requests) == 1


@pytest.mark.parametrize(("header", "seconds"), [("soon", 10), ("inf", 3600), ("-5", 1), ("0", 1)])
def test_an_odd_retry_after_is_a_sane_wait(
    client: SlackClient, slack: Server, header: str, seconds: float
) -> None:
    slack.script("chat.postMessage", Reply(b"", 429, {"Retry-After": header}))
    with pytest.raises(SlackRateLimited) as caught:
        client.send_message("C1", "hi")
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("reply", "may_have_happened"),
    [
        (Reply(b"", hang_up=True), True),
        (Reply(b"<html>maintenance</html>", 200), True),
        (Reply(b"<html>bad gateway</html>", 502), True),
        (Reply(b'{"ok": false, "error": "x"}', 500), True),
        (Reply(b"[1, 2]", 200), True),
        (Reply(b'"ok"', 200), True),
        (Reply(b"\xff\xfe", 200), True),
        (Reply(b"{}", 200, {"Content-Type": "application/json; charset=klingon"}), True),
        (Reply(b"<html>no such page</html>", 404), False),
        (error("internal_error"), True),
        (error("fatal_error"), True),
        (error("service_unavailable"), False),
        (error("request_timeout"), False),
    ],
)
def test_unavailable_says_whether_slack_may_have_done_it(
    client: SlackClient, slack: Server, reply: Reply, may_have_happened: bool
) -> None:
    slack.script("chat.postMessage", reply)
    with pytest.raises(SlackUnavailable) as caught:
        client.send_message("C1", "hi")
    assert caught.value.may_have_happened is may_have_happened
    assert len(slack.requests) == 1, "a POST must never be sent again by itself"


def test_a_refused_connection_has_certainly_not_happened() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(SlackUnavailable) as caught:
            SlackClient("xoxb-test", base_url=url).send_message("C1", "hi")
    assert caught.value.may_have_happened is False


def test_an_answer_that_does_not_come_may_have_happened() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        client = SlackClient("xoxb-test", base_url=url, timeout=0.05)
        with pytest.raises(SlackUnavailable) as caught:
            client.send_message("C1", "hi")
    assert caught.value.may_have_happened is True


@pytest.mark.parametrize("token", ["", "xoxb-…", "xoxb-1\nX-Evil: 1"])
def test_a_token_that_cannot_be_one_is_told_without_a_call(slack: Server, token: str) -> None:
    with pytest.raises(SlackAuthError, match="SLACK_TOKEN"):
        SlackClient(token, base_url=slack.url).send_message("C1", "hi")
    assert slack.requests == []


def test_lone_surrogates_in_a_form_are_a_permanent_error(client: SlackClient) -> None:
    with pytest.raises(SlackPermanentError):
        client.set_channel_topic("C1", "\ud800")


# -- what is sent -------------------------------------------------------------------------


def test_api_call_leaves_out_none_and_sends_the_token_as_a_header(
    client: SlackClient, slack: Server
) -> None:
    slack.script("chat.postMessage", ok(ts="1.2"))
    answer = client.send_message("C1", "a & b", thread_ts=None)
    assert answer["ts"] == "1.2"
    [request] = slack.requests
    assert request.arguments == {"channel": "C1", "text": "a & b"}
    assert request.headers["Authorization"] == "Bearer xoxb-test"


def test_form_methods_get_lists_with_commas_and_booleans_as_digits(
    client: SlackClient, slack: Server
) -> None:
    client.api_call("conversations.invite", users=["U1", "U2"], force=True, x={"a": [1]})
    assert slack.calls("conversations.invite") == [
        {"users": "U1,U2", "force": "1", "x": '{"a": [1]}'}
    ]


def test_blocks_are_posted_then_updated_in_place(client: SlackClient, slack: Server) -> None:
    blocks = [{"type": "divider"}]
    client.send_or_update_message_block("C1", blocks, "text")
    client.send_or_update_message_block("C1", blocks, "text", ts="1.2")
    assert slack.calls("chat.postMessage") == [{"channel": "C1", "text": "text", "blocks": blocks}]
    assert slack.calls("chat.update") == [
        {"channel": "C1", "text": "text", "blocks": blocks, "ts": "1.2"}
    ]


def test_arguments_about_retries_are_ignored_with_a_warning(slack: Server) -> None:
    with pytest.warns(DeprecationWarning, match="SlackRateLimited"):
        client = SlackClient("xoxb-test", 3, 0.1, ["ratelimited"], base_url=slack.url)
    assert client.api_call("auth.test") == {"ok": True}


def test_a_shorter_timeout_leaves_the_client_as_it_was(client: SlackClient) -> None:
    shorter = client.with_timeout(0.5)
    assert (shorter.client.timeout, client.client.timeout) == (0.5, 5)
    assert type(shorter) is SlackClient


def test_importing_the_client_needs_neither_settings_nor_apps() -> None:
    code = (
        "from response.slack.client import SlackClient; SlackClient('xoxb-1');"
        "from django.conf import settings; assert not settings.configured;"
        "from django.apps import apps; assert not apps.ready"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={}, cwd=_root())


def _root() -> str:
    import response

    return str(next(iter(response.__path__))).removesuffix("/response")


# -- look-ups and pages -------------------------------------------------------------------


def test_user_is_found_on_a_later_page(client: SlackClient, slack: Server) -> None:
    slack.script(
        "users.list",
        page("members", [{"id": "U1", "name": "ana"}], "next"),
        page("members", [{"id": "U2", "name": "bob"}], ""),
    )
    assert client.get_user_id("@bob") == "U2"
    assert [call.get("cursor") for call in slack.calls("users.list")] == [None, "next"]


@pytest.mark.parametrize("cursor", ["", None, "same"])
def test_paging_stops_at_a_missing_and_at_a_repeating_cursor(
    client: SlackClient, slack: Server, cursor: str | None
) -> None:
    slack.script("users.list", *[page("members", [], cursor)] * 5)
    with pytest.raises(SlackError, match="nobody"):
        client.get_user_id("nobody")
    assert len(slack.requests) <= 2


def test_users_list_returns_every_page(client: SlackClient, slack: Server) -> None:
    slack.script(
        "users.list",
        page("members", [{"id": "U1"}], "next"),
        page("members", [{"id": "U2"}], ""),
    )
    assert client.users_list()["members"] == [{"id": "U1"}, {"id": "U2"}]


def test_channel_is_found_among_public_and_private_ones(client: SlackClient, slack: Server) -> None:
    slack.script(
        "conversations.list",
        page("channels", [{"id": "C1", "name": "other", "is_archived": False}], "next"),
        page("channels", [{"id": "C2", "name": "inc-1", "is_archived": False}], ""),
    )
    assert client.get_channel_id("#inc-1") == "C2"
    assert slack.calls("conversations.list")[0]["types"] == "public_channel,private_channel"


def test_a_token_without_the_private_scope_still_finds_public_channels(
    client: SlackClient, slack: Server
) -> None:
    slack.script(
        "conversations.list",
        error("missing_scope", needed="groups:read"),
        page("channels", [{"id": "C2", "name": "inc-1"}], ""),
    )
    assert client.get_channel_id("inc-1") == "C2"


def test_an_archived_channel_is_opened_only_on_request(client: SlackClient, slack: Server) -> None:
    archived = page("channels", [{"id": "C9", "name": "inc-1", "is_archived": True}], "")
    slack.script("conversations.list", archived, archived)
    with pytest.raises(SlackNotFound):
        client.get_channel_id("inc-1")
    assert client.get_channel_id("inc-1", auto_unarchive=True) == "C9"
    assert slack.calls("conversations.unarchive") == [{"channel": "C9"}]


def test_create_channel_returns_its_id_and_may_be_private(
    client: SlackClient, slack: Server
) -> None:
    slack.script("conversations.create", ok(channel={"id": "C1"}), ok(channel={"id": "C2"}))
    assert client.create_channel("inc-1") == "C1"
    assert client.create_channel("inc-2", is_private=True) == "C2"
    assert slack.calls("conversations.create") == [
        {"name": "inc-1"},
        {"name": "inc-2", "is_private": "1"},
    ]


def test_create_channel_with_an_answer_without_an_id_is_a_slack_error(
    client: SlackClient, slack: Server
) -> None:
    slack.script("conversations.create", ok(channel={}))
    with pytest.raises(SlackError, match=r"channel\.id"):
        client.create_channel("inc-1")


def test_get_or_create_takes_the_channel_that_has_the_name(
    client: SlackClient, slack: Server
) -> None:
    slack.script("conversations.create", error("name_taken"))
    slack.script("conversations.list", page("channels", [{"id": "C5", "name": "inc-1"}], ""))
    assert client.get_or_create_channel("inc-1") == "C5"


def test_channel_name_of_an_unknown_channel_is_none(client: SlackClient, slack: Server) -> None:
    slack.script("conversations.info", ok(channel={"name": "inc-1"}), error("channel_not_found"))
    assert client.get_channel_name("C1") == "inc-1"
    assert client.get_channel_name("C2") is None


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Database is DOWN!", "inc-database-is-down"),
        ("inc-42", "inc-42"),
        ("#inc-42", "inc-42"),
        ("Größe: 5", "inc-grosse-5"),
        ("x" * 200, "inc-" + "x" * 76),
        ("名前", "inc-名前"),
    ],
)
def test_rename_sends_a_name_that_slack_takes(
    client: SlackClient, slack: Server, given: str, sent: str
) -> None:
    client.rename_channel("C1", given)
    assert slack.calls("conversations.rename") == [{"channel": "C1", "name": sent}]


def test_rename_to_nothing_is_refused_without_a_call(client: SlackClient, slack: Server) -> None:
    with pytest.raises(SlackPermanentError, match="no letter or digit"):
        client.rename_channel("C1", "!!!")
    assert slack.requests == []


def test_reacting_twice_is_success(client: SlackClient, slack: Server) -> None:
    slack.script("reactions.add", ok(), error("already_reacted"), error("is_archived"))
    slack.script("reactions.remove", error("no_reaction"))
    client.add_reaction("white_check_mark", "C1", "1.2")
    client.add_reaction("white_check_mark", "C1", "1.2")
    client.remove_reaction("white_check_mark", "C1", "1.2")
    with pytest.raises(SlackPermanentError):
        client.add_reaction("white_check_mark", "C1", "1.2")
    assert slack.calls("reactions.add")[0] == {
        "name": "white_check_mark",
        "channel": "C1",
        "timestamp": "1.2",
    }


def test_inviting_somebody_who_is_there_is_success(client: SlackClient, slack: Server) -> None:
    slack.script("conversations.invite", error("already_in_channel"), error("cant_invite"))
    client.invite_user_to_channel("U1", "C1")
    with pytest.raises(SlackPermanentError):
        client.invite_user_to_channel("U1", "C1")


def test_profiles_have_the_shape_of_0_5_1(client: SlackClient, slack: Server) -> None:
    spengler = {
        "id": "W012A3CDE",
        "name": "spengler",
        "profile": {"real_name": "Egon Spengler", "email": "spengler@example.com"},
    }
    slack.script("users.info", ok(user=spengler), ok(user={"id": "U1", "name": "bare"}))
    slack.script("users.lookupByEmail", ok(user=spengler))
    expected = {
        "id": "W012A3CDE",
        "name": "spengler",
        "fullname": "Egon Spengler",
        "email": "spengler@example.com",
    }
    assert client.get_user_profile("W012A3CDE") == expected
    assert client.get_user_profile_by_email("spengler@example.com") == expected
    assert client.get_user_profile("U1") == {
        "id": "U1",
        "name": "bare",
        "fullname": "bare",
        "email": None,
    }
    assert client.get_user_profile(None) is None
    assert client.get_user_profile_by_email("") is None


def test_usergroups_are_found_by_handle_and_by_id(client: SlackClient, slack: Server) -> None:
    groups = ok(usergroups=[{"id": "S1", "handle": "oncall", "users": ["U1", "U2"]}])
    slack.script("usergroups.list", *[groups] * 4)
    assert client.get_usergroup_id("oncall") == "S1"
    assert client.get_usergroup_id("nobody") is None
    assert client.get_usergroup_users("S1") == ["U1", "U2"]
    assert client.get_usergroup_users("S2") is None


def test_token_owner_is_the_user_of_auth_test(client: SlackClient, slack: Server) -> None:
    slack.script("auth.test", ok(user_id="U0BOT"))
    assert client.get_slack_token_owner() == "U0BOT"


# -- inside transactions, and the shared client ---------------------------------------------


def test_calls_are_refused_inside_a_transaction_with_what_to_do_instead(
    client: SlackClient, slack: Server
) -> None:
    with forbid_calls():
        with pytest.raises(SlackCallInTransaction, match="post_in_channel"):
            client.send_message("C1", "hi")
        with pytest.raises(SlackCallInTransaction):
            client.respond("https://hooks.slack.com/actions/x", text="hi")
    assert slack.requests == []
    client.send_message("C1", "hi")
    assert len(slack.requests) == 1


def test_a_forbidden_call_is_not_swallowed_by_handlers_that_tolerate_slack_errors() -> None:
    assert not issubclass(SlackCallInTransaction, SlackError)


def test_response_url_is_posted_to_on_slacks_host_only(client: SlackClient, slack: Server) -> None:
    ours = slack.url.replace("/api/", "/hooks/1")
    client.respond(ours, text="done", replace_original=False)
    assert slack.requests[0].arguments == {"text": "done", "replace_original": False}
    foreign = (
        "http://127.0.0.1:1/x",
        "https://hooks.slack.com.evil.test/",
        "http://[",
        "file:///x",
    )
    for url in foreign:
        with pytest.raises(SlackPermanentError):
            client.respond(url, text="secret")
    assert len(slack.requests) == 1


def test_a_used_up_response_url_is_a_permanent_error(client: SlackClient, slack: Server) -> None:
    slack.script("/hooks/1", Reply(b"used_url", 404))
    with pytest.raises(SlackPermanentError, match="used up"):
        client.respond(slack.url.replace("/api/", "/hooks/1"), text="late")


def test_get_client_prefers_the_hosts_own() -> None:
    own = SlackClient("xoxb-own")
    with override_settings(SLACK_CLIENT=own):
        assert get_client() is own


def test_get_client_is_made_once_for_a_token_and_url(slack: Server) -> None:
    with override_settings(SLACK_CLIENT=None, SLACK_TOKEN="xoxb-a", SLACK_API_URL=slack.url):
        first = get_client()
        assert get_client() is first
        assert (first.api_token, first.client.base_url) == ("xoxb-a", slack.url)
    with override_settings(SLACK_CLIENT=None, SLACK_TOKEN="xoxb-b", SLACK_API_URL=slack.url):
        assert get_client() is not first
