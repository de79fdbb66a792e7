"""What Slack must grant and send, made from what is registered: bot scopes and bot events.

``slack_manifest`` asks Slack for it, ``slack_doctor`` looks whether it is there.
Scopes: https://docs.slack.dev/reference/scopes, events: https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from response.conf import conf
from response.slack import registry
from response.slack.registry import Handler

Reasons = dict[str, list[str]]

# The methods that this package calls of itself; tests/setup holds the two together. A host's
# own calls are its own affair: RESPONSE_SLACK_SCOPES.
METHODS: Mapping[str, tuple[str, ...]] = {
    # With the token of Socket Mode, which is another.
    "apps.connections.open": (),
    "auth.test": (),
    "views.open": (),
    "chat.delete": ("chat:write",),
    "chat.postMessage": ("chat:write", "im:write"),
    "chat.postEphemeral": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": ("channels:manage",),
    "conversations.create": ("channels:manage",),
    "conversations.info": ("channels:read",),
    "conversations.invite": ("channels:manage",),
    "conversations.list": ("channels:read",),
    "conversations.members": ("channels:read",),
    "conversations.rename": ("channels:manage",),
    "conversations.setPurpose": ("channels:manage",),
    "conversations.setTopic": ("channels:manage",),
    "reactions.add": ("reactions:write",),
    "users.info": ("users:read", "users:read.email"),
    "users.list": ("users:read", "users:read.email"),
}
# The subscription that brings the messages of one kind of conversation, by its ``channel_type``.
# https://docs.slack.dev/reference/events/message
SUBSCRIPTIONS: Mapping[str, str] = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
# What the scopes of public channels are called for private ones.
PRIVATE = {
    "channels:history": "groups:history",
    "channels:manage": "groups:write",
    "channels:read": "groups:read",
}

# Scopes of an event by its name, or by how its name begins; an empty one needs none.
EVENT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "channel_history_changed": ("channels:history",),
    "dnd_updated_user": ("dnd:read",),
    "email_domain_changed": ("team:read",),
    "emoji_changed": ("emoji:read",),
    "group_history_changed": ("groups:history",),
    "im_history_changed": ("im:history",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read",),
    "member_left_channel": ("channels:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "shared_channel_invite_accepted": ("conversations.connect:manage",),
    "shared_channel_invite_approved": ("conversations.connect:manage",),
    "shared_channel_invite_declined": ("conversations.connect:manage",),
    "shared_channel_invite_received": ("conversations.connect:read",),
    "team_domain_change": ("team:read",),
    "team_join": ("users:read",),
    "team_rename": ("team:read",),
    "user_change": ("users:read",),
    "user_huddle_changed": ("users:read",),
    "user_profile_changed": ("users.profile:read",),
    "user_status_changed": ("users:read",),
}
EVENT_FAMILIES: Mapping[str, tuple[str, ...]] = {
    "app_": (),
    "channel_": ("channels:read",),
    "file_": ("files:read",),
    "group_": ("groups:read",),
    "im_": ("im:read",),
    "message_metadata_": ("metadata.message:read",),
    "pin_": ("pins:read",),
    "reaction_": ("reactions:read",),
    "subteam_": ("usergroups:read",),
    "team_access_": (),
    "tokens_": (),
}


def events() -> Reasons:
    """``{event subscription: [who wants it]}``, sorted."""
    found: Reasons = {}
    if len(registry.commands):
        _add(found, ["app_mention"], "commands")
    if len(registry.keywords):
        _add(found, _messages(everywhere=False), "keywords")
    for handler in registry.events:
        _add(found, _subscriptions(handler), handler.path)
    return dict(sorted(found.items()))


def scopes() -> Reasons:
    """``{bot scope: [what it is for]}``, sorted."""
    found: Reasons = {}
    _add(found, ["commands"], "the slash command")
    for method, wanted in METHODS.items():
        _add(found, _with_private(wanted), method)
    for event in events():
        _add(found, _with_private(scopes_of_event(event) or ()), f"event {event}")
    _add(found, conf.slack_scopes, "RESPONSE_SLACK_SCOPES")
    return dict(sorted(found.items()))


def scopes_of_event(event: str) -> tuple[str, ...] | None:
    """The scopes without which Slack refuses the subscription, None where we don't know."""
    if event in EVENT_SCOPES:
        return EVENT_SCOPES[event]
    families = [scopes for start, scopes in EVENT_FAMILIES.items() if event.startswith(start)]
    return families[0] if families else None


def unknown_events() -> list[str]:
    """Registered events of which we don't know whether Slack has them, and what they need."""
    return [event for event in events() if scopes_of_event(event) is None]


def _subscriptions(handler: Handler) -> list[str]:
    """What brings the events that a handler is registered for."""
    if channel_type := handler.options.get("channel_type"):
        # Our manifest lets nobody write to the app; where that was changed, we answer.
        return [] if handler.builtin else [SUBSCRIPTIONS[channel_type]]
    if handler.name == "message":
        return _messages(everywhere=not handler.in_incident)
    if handler.name.startswith("group_") and handler.builtin and not conf.private_incidents:
        return []
    return [handler.name]


def _messages(*, everywhere: bool) -> list[str]:
    """Slack has one subscription for each kind of conversation."""
    if everywhere:
        return list(SUBSCRIPTIONS.values())
    return ["message.channels", *(["message.groups"] if conf.private_incidents else [])]


def _with_private(wanted: Iterable[str]) -> list[str]:
    """The same, and what it is called for private channels where there are some."""
    public = list(wanted)
    if not conf.private_incidents:
        return public
    return public + [PRIVATE[scope] for scope in public if scope in PRIVATE]


def _add(found: Reasons, names: Iterable[str], reason: str) -> None:
    for name in names:
        reasons = found.setdefault(name, [])
        if reason not in reasons:
            reasons.append(reason)
