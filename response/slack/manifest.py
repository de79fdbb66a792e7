"""The app manifest: what Slack asks for when an app is made, from what is registered.

https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests
"""

from __future__ import annotations

import json
from typing import Any

from django.urls import NoReverseMatch, reverse

from response.checks.site import split
from response.conf import conf
from response.exceptions import ResponseError
from response.slack import registration, registry, requirements
from response.slack.registry import Handler

Manifest = dict[str, Any]

# Slack's limits: https://docs.slack.dev/reference/app-manifest
MAX_APP_NAME = 35
MAX_BOT_NAME = 80
MAX_CALLBACK_ID = 255
MAX_EVENTS = 100
MAX_SCOPES = 255
MAX_SHORTCUTS = 10
MAX_SHORTCUT_DESCRIPTION = 150
MAX_SHORTCUT_TITLE = 24


class ManifestError(ResponseError):
    """No manifest that Slack takes can be made; the text says of what, and what to change."""


def build(url: str, *, socket_mode: bool = False, name: str = "Incident Response") -> Manifest:
    """The manifest of an app that is reached at ``url``, or dials out with ``socket_mode``.

    Raises ``ManifestError``.
    """
    site = None if socket_mode else site_of(url)
    _limit(len(name), 1, MAX_APP_NAME, "characters in the app's name", "Choose another --name.")
    shortcuts = _shortcuts()
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": name,
            "description": "Declare incidents, drive them in a channel, and read about them after",
            "background_color": "#7a1f1f",
        },
        "features": {
            # A person who is told something privately reads it in the app's Messages tab.
            "app_home": {
                "home_tab_enabled": "app_home_opened" in requirements.events(),
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "bot_user": {"display_name": _bot_name(), "always_online": True},
            **({"shortcuts": shortcuts} if shortcuts else {}),
            "slash_commands": [_slash_command(site)],
        },
        "oauth_config": {"scopes": {"bot": _scopes()}},
        "settings": {
            "event_subscriptions": {**_at(site, "request_url", "event"), "bot_events": _events()},
            "interactivity": {"is_enabled": True, **_at(site, "request_url", "action")},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def site_of(url: str) -> str:
    """``url`` without a slash at its end, if it is one that Slack can call."""
    parts = split(url)
    is_web = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
    if not is_web or "?" in url or "#" in url:
        raise ManifestError(
            f"{url!r} is no URL that Slack could call: give --url (or set SITE_URL to) where the "
            "site is reached, such as https://incidents.example.com."
        )
    return url.rstrip("/")


def to_yaml(value: Any, indent: str = "") -> str:
    """``value`` (of dicts, lists, texts, numbers, booleans) as YAML.

    Every text is quoted as in JSON, which YAML reads as it stands.
    """
    if isinstance(value, dict):
        return "".join(
            f"{indent}{key}:{_yaml_member(member, indent)}" for key, member in value.items()
        )
    return "".join(f"{indent}-{_yaml_item(member, indent)}" for member in value)


def _yaml_member(value: Any, indent: str) -> str:
    if value and isinstance(value, (dict, list)):
        return "\n" + to_yaml(value, indent + "  ")
    return f" {json.dumps(value, ensure_ascii=False)}\n"


def _yaml_item(value: Any, indent: str) -> str:
    """A member of a list; a dict begins beside the dash."""
    if value and isinstance(value, dict):
        return to_yaml(value, indent + "  ")[len(indent) + 1 :]
    return _yaml_member(value, indent)


def _slash_command(site: str | None) -> Manifest:
    return {
        "command": "/incident",
        **_at(site, "url", "slash_command"),
        "description": "Declare an incident",
        "usage_hint": "[what is happening?]",
        # <@U…> and <#C…> instead of names, which several people may have.
        "should_escape": True,
    }


def _at(site: str | None, key: str, view: str) -> Manifest:
    """Where Slack posts to; in Socket Mode nowhere."""
    if site is None:
        return {}
    try:
        return {key: site + reverse(view)}
    except NoReverseMatch as missing:
        raise ManifestError(
            f"The URL {view!r} is not in ROOT_URLCONF: add "
            'path("slack/", include("response.slack.urls")), or use --socket-mode.'
        ) from missing


def _bot_name() -> str:
    name = conf.incident_bot_name
    _limit(len(name), 1, MAX_BOT_NAME, "characters in the bot's name", "Change INCIDENT_BOT_NAME.")
    return name


def _scopes() -> list[str]:
    scopes = list(requirements.scopes())
    _limit(len(scopes), 1, MAX_SCOPES, "bot scopes", "Shorten RESPONSE_SLACK_SCOPES.")
    return scopes


def _events() -> list[str]:
    events = list(requirements.events())
    _limit(len(events), 0, MAX_EVENTS, "bot events", "Register handlers of fewer.")
    return events


def _shortcuts() -> list[Manifest]:
    shortcuts = [_shortcut(handler) for handler in registry.shortcuts]
    _limit(len(shortcuts), 0, MAX_SHORTCUTS, "shortcuts", "Register fewer.")
    return shortcuts


def _shortcut(handler: Handler) -> Manifest:
    documented = registration.documentation(handler.function).partition("\n")[0]
    title = handler.options.get("title") or _spelled_out(handler.name)
    description = handler.options.get("description") or documented or title
    of = f"of the shortcut {handler.name!r}"
    change = f"Change its @shortcut_handler in {handler.path}."
    _limit(len(title), 1, MAX_SHORTCUT_TITLE, f"characters in the title {title!r} {of}", change)
    _limit(len(handler.name), 1, MAX_CALLBACK_ID, f"characters in the callback id {of}", change)
    return {
        "name": title,
        "type": "message" if handler.options.get("on_message") else "global",
        "callback_id": handler.name,
        "description": description[:MAX_SHORTCUT_DESCRIPTION],
    }


def _spelled_out(callback_id: str) -> str:
    """``page-on_call`` as people read it: "Page on call"."""
    words = callback_id.replace("_", " ").replace("-", " ").strip()
    return (words[:1].upper() + words[1:])[:MAX_SHORTCUT_TITLE].strip() or callback_id


def _limit(number: int, least: int, most: int, what: str, change: str) -> None:
    if not least <= number <= most:
        raise ManifestError(
            f"Slack takes {least} to {most} {what}, and there are {number}. {change}"
        )
