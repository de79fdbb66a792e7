"""Trigger ids and response URLs: what a person's action lets the app do, and how long."""

from __future__ import annotations

import secrets

from response.sandbox import clock, faults, state
from response.sandbox.conf import conf
from response.sandbox.errors import ApiError
from response.sandbox.models import Channel, ResponseUrl, Trigger, User

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_USES = 5
KEPT_SECONDS = 3600.0


def issue(user: User, view_id: str = "") -> str:
    """A ``trigger_id`` for what this person just did."""
    now = clock.now()
    issued_at = now - TRIGGER_SECONDS - 1 if faults.current().expire_triggers else now
    with state.change() as team:
        Trigger.objects.filter(issued_at__lt=now - KEPT_SECONDS).delete()
        team.sequence += 1
        trigger_id = f"{team.sequence}.{int(now)}.{secrets.token_hex(16)}"
        row = Trigger.objects.create(id=trigger_id, user=user, view_id=view_id, issued_at=issued_at)
    return row.id


def redeem(trigger_id: str) -> Trigger:
    """Use it up. ``ApiError`` if it is unknown, too old, or was used before."""
    row = Trigger.objects.filter(id=trigger_id).select_related("user").first()
    if row is None:
        raise ApiError("invalid_trigger_id")
    if clock.now() - row.issued_at > TRIGGER_SECONDS:
        raise ApiError("expired_trigger_id")
    if not Trigger.objects.filter(id=trigger_id, used=False).update(used=True):
        raise ApiError("exchanged_trigger_id")
    return row


def response_url(user: User, channel: Channel, message_ts: str = "") -> str:
    """A new URL below the sandbox's own, for this person in this channel."""
    now = clock.now()
    with state.writing():
        ResponseUrl.objects.filter(issued_at__lt=now - 2 * RESPONSE_URL_SECONDS).delete()
        row = ResponseUrl.objects.create(
            token=secrets.token_hex(16),
            user=user,
            channel=channel,
            message_ts=message_ts,
            issued_at=now,
        )
    return f"{conf.url}hooks/{row.token}"


def use_response_url(token: str) -> ResponseUrl:
    """Count one use. ``ApiError`` after five of them, or after thirty minutes."""
    with state.change():
        row = ResponseUrl.objects.filter(token=token).select_related("user", "channel").first()
        if row is None:
            raise ApiError("invalid_url")
        if clock.now() - row.issued_at > RESPONSE_URL_SECONDS:
            raise ApiError("expired_url")
        if row.uses >= RESPONSE_URL_USES:
            raise ApiError("used_url")
        row.uses += 1
        row.save(update_fields=["uses"])
    return row
