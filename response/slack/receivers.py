"""From a change in core to what Slack must do about it. Runs in the change's transaction."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from response.core.actor import Actor
from response.core.changes import FieldChange
from response.core.models import Incident
from response.core.models.external_user import SLACK
from response.core.signals import (
    incident_changed,
    incident_closed,
    incident_declared,
    incident_reopened,
)
from response.slack import channels, messages, operations, outbox, registry
from response.slack.models import CommsChannel, HeadlinePost, UserStats


@receiver(incident_declared)
def announce(incident: Incident, actor: Actor, **kwargs: Any) -> None:
    """A new incident gets its headline post; a private one its channel, which has no button."""
    if channels.is_announced(incident):
        HeadlinePost.objects.create_headline_post(incident)
    if incident.private:
        operations.open_comms_channel(incident, _responsible(incident, actor))


@receiver(incident_changed)
def keep_up(
    incident: Incident, changes: dict[str, FieldChange], actor: Actor, **kwargs: Any
) -> None:
    """The headline says what is true, where it may; a new lead is asked into the channel."""
    if "private" in changes and incident.private:
        _go_private(incident, actor)
    if "private" in changes and channels.is_announced(incident):
        HeadlinePost.objects.create_headline_post(incident)
    elif HeadlinePost.objects.filter(incident=incident, superseded=False).exists():
        operations.refresh_headline(incident)
    if "lead" in changes:
        _invite_lead(incident, actor)


@receiver(post_save, sender=Incident, dispatch_uid="response_redraw_headline")
def redraw(instance: Incident, created: bool, raw: bool, **kwargs: Any) -> None:
    """A host's own data beside the buttons may have changed, where the incident has not."""
    if raw or created or instance.is_changing:
        return
    if all(handler.builtin for handler in registry.headline_actions):
        return
    if HeadlinePost.objects.filter(incident=instance, superseded=False).exists():
        operations.refresh_headline(instance)


def _go_private(incident: Incident, actor: Actor) -> None:
    """Who did it is told what was public; the rest is done step by step, after the commit."""
    user_id = _responsible(incident, actor)
    if user_id:
        operations.tell_what_was_public(incident, user_id)
    # What is over needs no new channel, but is not left in a public one.
    if not incident.is_closed() or _channel_of(incident) is not None:
        operations.open_comms_channel(incident, user_id)


def _channel_of(incident: Incident) -> CommsChannel | None:
    """Its comms channel; none where that is a later incident's now, as in rows of 0.5.1."""
    channel: CommsChannel | None = incident.comms_channel()
    return None if channel is None or channel.superseded else channel


def _responsible(incident: Incident, actor: Actor) -> str:
    """Whom to tell in Slack: who did it, if that is known there; else who leads or reported."""
    people = (actor.user, incident.lead, incident.reporter)
    return next((who.external_id for who in people if who and who.app_id == SLACK), "")


def _invite_lead(incident: Incident, actor: Actor) -> None:
    channel, lead = _channel_of(incident), incident.lead
    if channel is None or lead is None or lead.app_id != SLACK:
        return
    takes_part = UserStats.objects.filter(incident=incident, user=lead)
    # Who says "lead" in the channel is there.
    if actor.user != lead or not takes_part.exists():
        operations.invite(channel, [lead.external_id])


@receiver(incident_closed)
def tell_closed(incident: Incident, actor: Actor, **kwargs: Any) -> None:
    """The channel hears of it, and who led is asked for the report."""
    channel = _channel_of(incident)
    if channel is not None:
        channel.post_in_channel(messages.closed(incident, actor))
    owner = incident.lead or incident.reporter
    if owner is not None and owner.app_id == SLACK:
        outbox.post(owner.external_id, messages.write_the_report(incident), incident=incident)


@receiver(incident_reopened)
def tell_reopened(incident: Incident, actor: Actor, **kwargs: Any) -> None:
    """The channel hears of it."""
    channel = _channel_of(incident)
    if channel is not None:
        channel.post_in_channel(messages.reopened(incident, actor))
