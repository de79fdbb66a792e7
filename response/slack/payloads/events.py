"""The envelope of the Events API. https://docs.slack.dev/apis/events-api"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from response.slack.payloads.fields import Fields, MalformedPayload, UnknownPayload


@dataclass(frozen=True, kw_only=True)
class UrlVerification:
    """Slack tries our event URL; wants ``challenge`` back as the body."""

    challenge: str


@dataclass(frozen=True, kw_only=True)
class EventCallback:
    """Something happened in the workspace.

    ``event`` is the inner event as Slack sent it, which handlers get; the other fields are
    read from it, empty where this type of event has none. ``user_id`` is who did it (of
    ``team_join`` and ``user_change``: whom it is about). ``bot_user_id`` is our own bot, as
    Slack names it in the envelope.
    """

    event_id: str
    type: str
    event: Mapping[str, Any]
    subtype: str
    user_id: str
    bot_id: str
    app_id: str
    channel_id: str
    channel_type: str
    text: str
    ts: str
    thread_ts: str
    event_ts: str
    team_id: str
    api_app_id: str
    bot_user_id: str

    def is_from(self, bot_user_id: str, bot_id: str = "") -> bool:
        """Whether that bot did it itself: our own posts come back to us as events."""
        by_user = bool(bot_user_id) and self.user_id == bot_user_id
        return by_user or (bool(bot_id) and self.bot_id == bot_id)

    @property
    def is_own(self) -> bool:
        """Whether our own app did it, as far as Slack's envelope tells."""
        own_app = bool(self.api_app_id) and self.app_id == self.api_app_id
        return own_app or self.is_from(self.bot_user_id)


def parse_event(payload: Mapping[str, Any]) -> EventCallback | UrlVerification | UnknownPayload:
    """Read the JSON object that Slack posts to the event URL."""
    fields = Fields(payload)
    kind = fields.id("type")
    if kind == "url_verification":
        return UrlVerification(challenge=fields.text("challenge"))
    if kind != "event_callback":
        return UnknownPayload(type=kind)
    event = fields.child("event")
    return EventCallback(
        event_id=fields.id("event_id"),
        type=event.id("type"),
        event=event.raw,
        subtype=event.maybe_id("subtype"),
        user_id=id_or_object(event, "user"),
        bot_id=event.maybe_id("bot_id"),
        app_id=event.maybe_id("app_id") or event.maybe_child("bot_profile").maybe_id("app_id"),
        channel_id=channel_of(event),
        channel_type=event.maybe_id("channel_type"),
        text=event.maybe_text("text"),
        ts=event.maybe_id("ts"),
        thread_ts=event.maybe_id("thread_ts"),
        event_ts=event.maybe_id("event_ts"),
        team_id=fields.maybe_id("team_id"),
        api_app_id=fields.maybe_id("api_app_id"),
        bot_user_id=_own_bot(fields),
    )


def channel_of(event: Fields) -> str:
    """The channel's id: the field's name and shape differ from event to event."""
    return (
        event.maybe_id("channel_id")
        or id_or_object(event, "channel")
        or id_or_object(_item(event), "channel")
    )


def id_or_object(fields: Fields, name: str) -> str:
    """The id in ``name``, which is a string in some events and an object in others."""
    value = fields.raw.get(name)
    if isinstance(value, Mapping):
        return Fields(value, fields.path(name)).maybe_id("id")
    return fields.maybe_id(name)


def _item(event: Fields) -> Fields:
    # Of file events ``item`` may be an id.
    value = event.raw.get("item")
    return Fields(value if isinstance(value, Mapping) else {}, event.path("item"))


def _own_bot(fields: Fields) -> str:
    try:
        authorizations = fields.objects("authorizations")
    except MalformedPayload:
        return ""
    bots = [entry.maybe_id("user_id") for entry in authorizations if entry.flag("is_bot")]
    return next(iter(bots), "")
