"""Tells what was removed, whichever way: by an instance, a queryset, the admin or a cascade."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from response.core import signals
from response.core.actor import current_actor
from response.core.models import Action, TimelineEvent


@receiver(post_delete, sender=Action)
def tell_action_removed(instance: Action, **kwargs: Any) -> None:
    """In the transaction of the removal."""
    signals.action_removed.send(sender=Action, action=instance, actor=current_actor())


@receiver(post_delete, sender=TimelineEvent)
def tell_timeline_event_removed(instance: TimelineEvent, **kwargs: Any) -> None:
    """In the transaction of the removal."""
    signals.timeline_event_removed.send(
        sender=TimelineEvent, timeline_event=instance, actor=current_actor()
    )
