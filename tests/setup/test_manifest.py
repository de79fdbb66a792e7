"""``manage.py slack_manifest``: what it prints is what Slack takes, and no more than is used."""

from __future__ import annotations

import ast
import io
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.core.management import CommandError, call_command

import response.slack
from response.management.commands.slack_manifest import Command
from response.slack import registry, requirements
from response.slack.decorators import shortcut_handler, slack_event

RULES = json.loads(Path(__file__).with_name("manifest_rules.json").read_text(encoding="utf-8"))
SITE = "https://incidents.example.com"
METHOD = re.compile(
    r" ((?:apps|auth|bookmarks|chat|conversations|pins|reactions|team|usergroups|users|views)"
    r"(?:\.[a-z][A-Za-z]*)+) "
)
ROOMS_OF_PRIVATE_CHANNELS = {"groups:history", "groups:read", "groups:write"}


def printed(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    given = {"stdout": out, "stderr": io.StringIO(), **options}
    call_command("slack_manifest", *arguments, **given)
    return out.getvalue()


def manifest(*arguments: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(printed("--format", "json", "--url", SITE, *arguments))
    jsonschema.validate(made, RULES)
    return made


def scopes(made: dict[str, Any]) -> set[str]:
    return set(made["oauth_config"]["scopes"]["bot"])


def bot_events(made: dict[str, Any]) -> set[str]:
    return set(made["settings"]["event_subscriptions"]["bot_events"])


def on_anything(payload: Any) -> None:
    """A handler of a host."""


def test_addresses_are_those_of_the_site() -> None:
    made = manifest()
    assert made["features"]["slash_commands"][0]["url"] == f"{SITE}/slack/slash_command"
    assert made["settings"]["event_subscriptions"]["request_url"] == f"{SITE}/slack/event"
    assert made["settings"]["interactivity"]["request_url"] == f"{SITE}/slack/action"
    assert made["settings"]["socket_mode_enabled"] is False


def test_site_url_is_the_default_address(settings: Any) -> None:
    settings.SITE_URL = "https://other.example.com/"
    assert "https://other.example.com/slack/event" in printed()


def test_with_socket_mode_there_is_no_address_in_it() -> None:
    made = manifest("--socket-mode")
    assert made["settings"]["socket_mode_enabled"] is True
    assert SITE not in json.dumps(made)


def test_yaml_says_the_same_as_json() -> None:
    @shortcut_handler("odd", title='no: "yes" \U0001f525', description="# -\t{[&*")
    def odd(context: Any) -> None: ...

    assert yaml.safe_load(printed("--url", SITE)) == manifest()
    assert yaml.safe_load(printed("--socket-mode")) == manifest("--socket-mode")


def test_an_app_without_private_incidents_sees_no_private_channel(settings: Any) -> None:
    made = manifest()
    assert not scopes(made) & ROOMS_OF_PRIVATE_CHANNELS
    assert not {"message.groups", "group_rename"} & bot_events(made)


def test_private_incidents_need_the_scopes_of_private_channels(settings: Any) -> None:
    public = manifest()
    settings.RESPONSE_PRIVATE_INCIDENTS = True
    private = manifest()
    assert scopes(private) - scopes(public) == ROOMS_OF_PRIVATE_CHANNELS
    assert {"message.groups", "group_rename"} <= bot_events(private) - bot_events(public)


def test_an_event_of_a_host_is_subscribed_to_with_its_scope() -> None:
    before = manifest()
    slack_event("reaction_added", in_incident=False)(on_anything)
    after = manifest()
    assert bot_events(after) - bot_events(before) == {"reaction_added"}
    assert scopes(after) - scopes(before) == {"reactions:read"}


def test_an_event_in_private_channels_is_asked_for_where_a_host_handles_it() -> None:
    slack_event("group_archive", in_incident=False)(on_anything)
    assert "group_archive" in bot_events(manifest())
    assert "groups:read" in scopes(manifest())


def test_messages_from_anywhere_are_subscribed_to_wherever_people_talk() -> None:
    slack_event("message", in_incident=False)(on_anything)
    wanted = {"message.channels", "message.groups", "message.im", "message.mpim"}
    assert wanted <= bot_events(manifest())
    assert {"im:history", "mpim:history", "groups:history"} <= scopes(manifest())


def test_messages_of_one_kind_of_conversation_are_asked_for_there_only() -> None:
    """Our own answer to direct messages asks for none: the manifest lets nobody write them."""
    before = manifest()
    assert before["features"]["app_home"]["messages_tab_read_only_enabled"]
    assert "message.im" not in bot_events(before)
    slack_event("message", channel_type="im", in_incident=False)(on_anything)
    after = manifest()
    assert bot_events(after) - bot_events(before) == {"message.im"}
    assert scopes(after) - scopes(before) == {"im:history"}


def test_what_is_not_registered_is_not_asked_for() -> None:
    for kind in (registry.events, registry.commands, registry.keywords):
        kind._handlers.clear()
    made = manifest()
    assert bot_events(made) == set()
    assert not {"app_mentions:read", "channels:history", "pins:read"} & scopes(made)


def test_an_event_that_nobody_here_knows_is_told_of() -> None:
    slack_event("brand_new_thing", in_incident=False)(on_anything)
    told = io.StringIO()
    assert "brand_new_thing" in printed("--url", SITE, stderr=told)
    assert "'brand_new_thing'" in told.getvalue()
    assert "RESPONSE_SLACK_SCOPES" in told.getvalue()


def test_scopes_of_a_hosts_own_calls_are_asked_for(settings: Any) -> None:
    settings.RESPONSE_SLACK_SCOPES = ["usergroups:read", "chat:write"]
    assert "usergroups:read" in scopes(manifest())


def test_shortcuts_are_offered_as_their_decorators_say() -> None:
    @shortcut_handler("page_on-call", opens_modal=True)
    def page(context: Any) -> None:
        """Call somebody out of bed.

        Not shown.
        """

    @shortcut_handler("to_timeline", title="Add to timeline", description="Keep", on_message=True)
    def keep(context: Any) -> None: ...

    offered = {row["callback_id"]: row for row in manifest()["features"]["shortcuts"]}
    assert offered["page_on-call"] == {
        "name": "Page on call",
        "type": "global",
        "callback_id": "page_on-call",
        "description": "Call somebody out of bed.",
    }
    assert offered["to_timeline"] == {
        "name": "Add to timeline",
        "type": "message",
        "callback_id": "to_timeline",
        "description": "Keep",
    }


def test_a_title_that_slack_would_cut_names_its_handler() -> None:
    @shortcut_handler("x", title="Declare an incident, quickly")
    def declare(context: Any) -> None: ...

    with pytest.raises(CommandError, match=r"24 characters .*and there are 28.*test_manifest"):
        printed("--url", SITE)


def test_more_shortcuts_than_slack_takes_are_refused() -> None:
    for number in range(11):
        shortcut_handler(f"shortcut-{number}")(lambda context: None)
    with pytest.raises(CommandError, match="10 shortcuts"):
        printed("--url", SITE)


@pytest.mark.parametrize(
    "url", ["incidents.example.com", "/slack", "ftp://x", "https://", "https://x/?a", "https://["]
)
def test_an_address_that_slack_cannot_call_is_refused(url: str) -> None:
    with pytest.raises(CommandError, match="no URL that Slack could call"):
        printed("--url", url)


def test_an_address_without_https_is_told_of() -> None:
    told = io.StringIO()
    printed("--url", "http://incidents.example.com", stderr=told)
    assert "not https" in told.getvalue()


def test_a_host_that_does_not_mount_the_urls_is_told_how(settings: Any) -> None:
    settings.ROOT_URLCONF = "response.core.urls"
    with pytest.raises(CommandError, match=r"response\.slack\.urls"):
        printed("--url", SITE)
    assert yaml.safe_load(printed("--socket-mode"))


def test_it_can_be_made_before_anything_is_set_up(settings: Any, capsys: Any) -> None:
    settings.SITE_URL = "nowhere"
    settings.SLACK_TOKEN = settings.SLACK_SIGNING_SECRET = ""
    # As manage.py runs it, with the system checks that a command asks for.
    Command().run_from_argv(["manage.py", "slack_manifest", "--url", SITE])
    assert "bot_events" in capsys.readouterr().out


def test_the_rules_refuse_what_slack_refuses() -> None:
    made = manifest()
    del made["settings"]["interactivity"]["request_url"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, RULES)


def test_every_method_that_this_package_calls_has_its_scopes() -> None:
    folder = Path(response.slack.__file__).parent
    # What a host calls through the client is a host's own affair.
    # pace.py knows the limits of every method.
    others = {folder / name for name in ("client.py", "pace.py", "requirements.py")}
    named = set()
    for path in sorted(set(folder.rglob("*.py")) - others):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named |= set(METHOD.findall(f" {node.value} "))
    assert named - set(requirements.METHODS) == set()
